#include "backup/age/intake.h"

#include "tests/backup/age/memory.h"

static void
peeking_takes_nothing(void)
{
    struct fault f = FAULT_INIT;
    struct memory_source m = {.bytes = "abcdef", .size = 6, .step = 1};
    struct intake *in = malloc(sizeof *in);
    const uint8_t *bytes;

    intake_init(in, memory_source_of(&m));
    CU_ASSERT_EQUAL(intake_peek(in, 4, &bytes, &f), 4);
    CU_ASSERT_EQUAL(intake_peek(in, 5, &bytes, &f), 5);
    CU_ASSERT_EQUAL(memcmp(bytes, "abcde", 5), 0);
    intake_skip(in, 2);
    CU_ASSERT_EQUAL(intake_peek(in, 100, &bytes, &f), 4);
    CU_ASSERT_EQUAL(memcmp(bytes, "cdef", 4), 0);
    free(in);
}

static void
a_line_ends_with_its_line_feed_or_the_room_or_the_input(void)
{
    struct fault f = FAULT_INIT;
    struct memory_source m = {.bytes = "one\n\nlonger\nend", .size = 15, .step = 2};
    struct intake *in = malloc(sizeof *in);
    char line[5];

    intake_init(in, memory_source_of(&m));
    CU_ASSERT_EQUAL(intake_line(in, line, sizeof line, &f), 4);
    CU_ASSERT_EQUAL(memcmp(line, "one\n", 4), 0);
    CU_ASSERT_EQUAL(intake_line(in, line, sizeof line, &f), 1);
    CU_ASSERT_EQUAL(intake_line(in, line, sizeof line, &f), 5);
    CU_ASSERT_EQUAL(memcmp(line, "longe", 5), 0);
    CU_ASSERT_EQUAL(intake_line(in, line, sizeof line, &f), 2);
    CU_ASSERT_EQUAL(intake_line(in, line, sizeof line, &f), 3);
    CU_ASSERT_EQUAL(intake_line(in, line, sizeof line, &f), 0);
    free(in);
}

static void
a_failing_source_is_remembered(void)
{
    struct fault f = FAULT_INIT;
    struct memory_source m = {.bytes = "abc", .size = 3, .fail_at = 1};
    struct intake *in = malloc(sizeof *in);
    const uint8_t *bytes;

    intake_init(in, memory_source_of(&m));
    ASSERT_FAULT((int)intake_peek(in, 1, &bytes, &f), &f, FAULT_IO, "test source fails");
    CU_ASSERT(in->failed);
    free(in);
}

static void
chunks_come_whole_behind_an_odd_start(void)
{
    struct fault f = FAULT_INIT;
    size_t size = 3 * INTAKE_BYTES;
    char *bytes = memory_pattern(size);
    struct memory_source m = {.bytes = bytes, .size = size, .step = 1000};
    struct intake *in = malloc(sizeof *in);
    const uint8_t *chunk;
    size_t at = 77;

    intake_init(in, memory_source_of(&m));
    CU_ASSERT(intake_peek(in, at, &chunk, &f) >= 77);
    intake_skip(in, at);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL_FATAL(intake_peek(in, INTAKE_BYTES, &chunk, &f), INTAKE_BYTES);
        CU_ASSERT_EQUAL(memcmp(chunk, bytes + at, INTAKE_BYTES), 0);
        intake_skip(in, INTAKE_BYTES);
        at += INTAKE_BYTES;
    }
    CU_ASSERT_EQUAL(intake_peek(in, INTAKE_BYTES, &chunk, &f), (ssize_t)(size - at));
    free(in);
    free(bytes);
}

const struct test suite_backup_age_intake[] = {
    {"peeking takes nothing", peeking_takes_nothing},
    {"a line ends with its line feed, the room or the input",
        a_line_ends_with_its_line_feed_or_the_room_or_the_input},
    {"a failing source is remembered", a_failing_source_is_remembered},
    {"chunks come whole behind an odd start", chunks_come_whole_behind_an_odd_start},
    {0},
};
