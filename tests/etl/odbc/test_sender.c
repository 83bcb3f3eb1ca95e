#include "etl/odbc/sender.h"

#include "tests/harness.h"

enum { PIECES = 200 };

/* What the other thread has done; the sender's lock keeps it apart from us. */
struct log {
    int pieces[PIECES];
    int count;
    int fails_at; /* 0: never */
};

static int
note(void *state, void *piece, struct fault *f)
{
    struct log *l = state;
    int number = *(const int *)piece;

    l->pieces[l->count++] = number;
    return number == l->fails_at ? fault_set(f, FAULT_DATA, "piece %d is refused", number) : 0;
}

static void
pieces_are_sent_in_their_order(void)
{
    struct fault f = FAULT_INIT;
    struct log l = {.fails_at = 0};
    struct sender *s = sender_open(note, &l, &f);
    int numbers[PIECES];

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    for (int i = 0; i < PIECES; i++) {
        numbers[i] = i + 1;
        ASSERT_OK(sender_give(s, &numbers[i], &f), &f);
    }
    ASSERT_OK(sender_wait(s, &f), &f);
    CU_ASSERT_EQUAL_FATAL(l.count, PIECES);
    for (int i = 0; i < PIECES; i++)
        CU_ASSERT_EQUAL(l.pieces[i], i + 1);
    sender_close(s);
}

/* Whoever gives the next piece is told, and it is not sent. */
static void
nothing_is_sent_behind_a_failure(void)
{
    struct fault f = FAULT_INIT;
    struct log l = {.fails_at = 3};
    struct sender *s = sender_open(note, &l, &f);
    int numbers[] = {1, 2, 3, 4, 5};
    int given = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    while (given < 5 && sender_give(s, &numbers[given], &f) == 0)
        given++;
    CU_ASSERT_EQUAL(given, 3);
    CU_ASSERT(test_contains(f.text, "piece 3 is refused"));
    fault_clear(&f);
    ASSERT_FAULT(sender_give(s, &numbers[4], &f), &f, FAULT_DATA, "piece 3");
    ASSERT_FAULT(sender_wait(s, &f), &f, FAULT_DATA, "piece 3");
    CU_ASSERT_EQUAL(l.count, 3);
    sender_close(s);
}

/* A piece that was given is sent before the end. */
static void
closing_waits_for_what_is_under_way(void)
{
    struct fault f = FAULT_INIT;

    for (int i = 0; i < PIECES; i++) {
        struct log l = {.fails_at = 0};
        struct sender *s = sender_open(note, &l, &f);

        CU_ASSERT_PTR_NOT_NULL_FATAL(s);
        ASSERT_OK(sender_give(s, &i, &f), &f);
        sender_close(s);
        CU_ASSERT_EQUAL(l.count, 1);
    }
}

const struct test suite_etl_odbc_sender[] = {
    {"pieces are sent in their order", pieces_are_sent_in_their_order},
    {"nothing is sent behind a failure", nothing_is_sent_behind_a_failure},
    {"closing waits for what is under way", closing_waits_for_what_is_under_way},
    {0},
};
