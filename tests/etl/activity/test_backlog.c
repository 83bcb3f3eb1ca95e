#include "etl/activity/backlog.h"

#include "tests/etl/event/sample.h"

/* Several batches, and a part of one more. */
enum { RECORDS = 9001 };

/* A source over wide rows O1, O2 and so on, of which those in `bad` (ending with 0) are malformed.
 */
static void
open_rows(struct sample *s, int rows, const int *bad)
{
    struct text csv = TEXT_INIT;

    text_add(&csv, "ActivityID,Quantity\n");
    for (int i = 1; i <= rows; i++) {
        bool is_bad = *bad == i;

        text_add_format(&csv, is_bad ? "O%d,many\n" : "O%d,%d\n", i, i);
        bad += is_bad;
    }
    sample_open(s, text_get(&csv), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s->source);
    text_release(&csv);
}

static const int none[] = {0};

/* Is it row `number`, with its own copy of what it holds? */
static bool
is_row(const struct waiting *w, int number)
{
    char id[16];

    snprintf(id, sizeof id, "O%d", number);
    return w->record.event_count == 1 && w->record.events[0].id.type == VALUE_TEXT &&
           strcmp(w->record.events[0].id.as.text.bytes, id) == 0 &&
           w->record.events[0].data_count == 1 &&
           w->record.events[0].data[0].value.as.integer == number;
}

static void
all_records_come_in_their_order(void)
{
    const struct backlog_batch *batch;
    struct fault f = FAULT_INIT;
    struct backlog *b;
    struct sample s;
    int seen = 0, batches = 0;

    open_rows(&s, RECORDS, none);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b = backlog_open(s.source, 0, false, &f));
    do {
        uint64_t before = seen == 0 ? 0 : batch->progress;

        CU_ASSERT_PTR_NOT_NULL_FATAL(batch = backlog_next(b, &f));
        for (size_t i = 0; i < batch->count; i++) {
            CU_ASSERT_FATAL(is_row(&batch->items[i], ++seen));
            CU_ASSERT_PTR_NULL(batch->items[i].reason);
        }
        CU_ASSERT(batch->progress >= before && batch->skipped == 0);
        batches++;
    } while (!batch->last);
    CU_ASSERT_EQUAL(seen, RECORDS);
    CU_ASSERT(batches > 2);
    backlog_close(b);
    sample_close(&s);
}

static void
what_was_taken_is_passed_over(void)
{
    const struct backlog_batch *batch;
    struct fault f = FAULT_INIT;
    struct backlog *b;
    struct sample s;
    uint64_t position = 0;
    size_t left = 0;

    open_rows(&s, 20, none);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b = backlog_open(s.source, 0, false, &f));
    CU_ASSERT_PTR_NOT_NULL_FATAL(batch = backlog_next(b, &f));
    position = batch->items[11].record.position;
    backlog_close(b);
    sample_close(&s);

    open_rows(&s, 20, none);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b = backlog_open(s.source, position, false, &f));
    CU_ASSERT_PTR_NOT_NULL_FATAL(batch = backlog_next(b, &f));
    left = batch->count;
    CU_ASSERT_EQUAL(batch->skipped, 12);
    CU_ASSERT(left == 8 && is_row(&batch->items[0], 13) && batch->last);
    backlog_close(b);
    sample_close(&s);
}

static void
a_bad_record_waits_with_its_reason(void)
{
    static const int bad[] = {2, 5, 0};
    const struct backlog_batch *batch;
    struct fault f = FAULT_INIT;
    struct backlog *b;
    struct sample s;

    open_rows(&s, 6, bad);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b = backlog_open(s.source, 0, true, &f));
    CU_ASSERT_PTR_NOT_NULL_FATAL(batch = backlog_next(b, &f));
    CU_ASSERT_EQUAL_FATAL(batch->count, 6);
    for (int i = 0; i < 6; i++) {
        const struct waiting *w = &batch->items[i];

        if (i + 1 != 2 && i + 1 != 5) {
            CU_ASSERT(is_row(w, i + 1) && w->reason == NULL);
            continue;
        }
        CU_ASSERT_PTR_NOT_NULL_FATAL(w->reason);
        CU_ASSERT(test_contains(w->reason, "many"));
        CU_ASSERT(test_contains(w->record.raw, i + 1 == 2 ? "O2,many" : "O5,many"));
        CU_ASSERT_EQUAL(w->record.event_count, 0);
    }
    CU_ASSERT_EQUAL(f.kind, FAULT_NONE);
    backlog_close(b);
    sample_close(&s);
}

/* The batches before its own are taken. */
static void
the_first_bad_record_is_the_end_where_nobody_keeps_them(void)
{
    static const int bad[] = {RECORDS - 1, 0};
    const struct backlog_batch *batch;
    struct fault f = FAULT_INIT;
    struct backlog *b;
    struct sample s;
    size_t taken = 0;

    open_rows(&s, RECORDS, bad);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b = backlog_open(s.source, 0, false, &f));
    while ((batch = backlog_next(b, &f)) != NULL)
        taken += batch->count;
    CU_ASSERT(taken > 0 && taken < RECORDS - 1);
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.text, "line 9001"));
    CU_ASSERT(test_contains(f.hint, "--reject"));
    backlog_close(b);
    sample_close(&s);
}

/* Whatever the reader is at: waiting for a slot, reading, not yet begun. */
static void
may_be_closed_early(void)
{
    for (int taken = 0; taken < 3; taken++) {
        struct fault f = FAULT_INIT;
        struct backlog *b;
        struct sample s;

        open_rows(&s, RECORDS, none);
        CU_ASSERT_PTR_NOT_NULL_FATAL(b = backlog_open(s.source, 0, false, &f));
        for (int i = 0; i < taken; i++)
            CU_ASSERT_PTR_NOT_NULL(backlog_next(b, &f));
        backlog_close(b);
        sample_close(&s);
    }
    backlog_close(NULL);
}

const struct test suite_etl_activity_backlog[] = {
    {"all records come in their order", all_records_come_in_their_order},
    {"what was taken is passed over", what_was_taken_is_passed_over},
    {"a bad record waits with its reason", a_bad_record_waits_with_its_reason},
    {"the first bad record is the end where nobody keeps them",
        the_first_bad_record_is_the_end_where_nobody_keeps_them},
    {"may be closed early", may_be_closed_early},
    {0},
};
