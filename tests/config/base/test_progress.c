#include "config/base/progress.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "config/base/log.h"
#include "tests/config/base/terminal.h"

static void
expect(const char *unit, uint64_t done, uint64_t total, double seconds, const char *wanted)
{
    struct text line = TEXT_INIT;

    progress_add_line(&line, "load", unit, done, total, seconds);
    CU_ASSERT_STRING_EQUAL(text_get(&line), wanted);
    text_release(&line);
}

static void
a_line_has_bar_rate_and_time_left(void)
{
    expect("rows", 500, 1000, 10,
        "load [############............]  50% 500 rows, 50 rows/s, 10 s left");
    expect("rows", 100, 10000, 10,
        "load [........................]   1% 100 rows, 10 rows/s, 16 min 30 s left");
    expect("rows", 1, 10000, 10,
        "load [........................]   0% 1 rows, 0 rows/s, 27 h 46 min left");
    expect("rows", 1000, 1000, 10, "load [########################] 100% 1000 rows, 100 rows/s");
    expect("rows", 1200, 1000, 10, "load [########################] 100% 1200 rows, 120 rows/s");
}

static void
what_has_no_known_end_has_no_bar(void)
{
    expect("rows", 7, 0, 0, "load 7 rows, 0 rows/s");
    expect("rows", 70, 0, 7, "load 70 rows, 10 rows/s");
}

static void
bytes_have_the_unit_that_fits(void)
{
    expect("bytes", 3 << 20, 0, 2, "load 3.0 MiB, 1.5 MiB/s");
    expect("bytes", 1000, 0, 1, "load 1000 bytes, 1000 bytes/s");
}

/* What a terminal shows of it. */
static void
show(void (*work)(void), bool wanted, unsigned short columns, struct text *shown)
{
    struct terminal t;

    terminal_begin(&t, columns);
    progress_init(wanted);
    work();
    terminal_end(&t, shown);
    progress_init(false);
}

static void
half_a_backup(void)
{
    progress_begin("PrimaryImport", "rows", 200);
    progress_step(100);
    log_warning("the store is slow");
    progress_finish();
}

static void
a_terminal_shows_one_line_that_makes_way(void)
{
    struct text shown = TEXT_INIT;
    const char *line, *warning;

    show(half_a_backup, true, 200, &shown);
    line =
        strstr(text_get(&shown), "\r\033[KPrimaryImport [############............]  50% 100 rows");
    warning = strstr(text_get(&shown), "the store is slow\r\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    CU_ASSERT_PTR_NOT_NULL_FATAL(warning);
    CU_ASSERT(line < warning);
    /* The line was taken away before the warning, and is not drawn again behind it. */
    CU_ASSERT_PTR_NOT_NULL(strstr(line + 4, "\r\033[K"));
    CU_ASSERT_STRING_EQUAL(warning + strlen("the store is slow"), "\r\n");
    text_release(&shown);
}

static void
a_line_is_never_wider_than_the_terminal(void)
{
    struct text shown = TEXT_INIT;
    const char *line;

    show(half_a_backup, true, 30, &shown);
    line = strstr(text_get(&shown), "PrimaryImport");
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    CU_ASSERT_EQUAL(strcspn(line, "\r"), 29);
    text_release(&shown);
}

static void
the_bar_gives_way_before_the_words(void)
{
    struct text shown = TEXT_INIT;

    show(half_a_backup, true, 56, &shown);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_get(&shown), "PrimaryImport [##"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_get(&shown), "50% 100 rows"));
    CU_ASSERT_PTR_NULL(strstr(text_get(&shown), "############"));
    text_release(&shown);
}

static void
nothing_is_shown_to_who_does_not_want_it(void)
{
    struct text shown = TEXT_INIT;

    show(half_a_backup, false, 80, &shown);
    CU_ASSERT_PTR_NULL(strstr(text_get(&shown), "PrimaryImport"));
    CU_ASSERT_FALSE(progress_is_shown());
    text_release(&shown);
}

/* A restore counts the bytes that its relay reads; while it proves a table it shows rows. */
static void
work_within_work(void)
{
    progress_begin("restore", "bytes", 1 << 20);
    progress_begin("bam_Order_Completed", "rows", 0);
    progress_add("rows", 5);
    progress_add("bytes", 1 << 19);
    progress_add("facts", 7);
    progress_finish();
    progress_ask();
    progress_step(1 << 19);
    progress_finish();
    progress_add("bytes", 1);
}

static void
what_is_added_goes_to_the_work_that_counts_so(void)
{
    struct text shown = TEXT_INIT;

    show(work_within_work, true, 80, &shown);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_get(&shown), "bam_Order_Completed 5 rows"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text_get(&shown), "restore [############............]  50% 512.0 KiB"));
    text_release(&shown);
}

static void
somebody_asks(void)
{
    const struct log_field run = {"run", value_int(7)};
    const struct log_options json = {.level = LOG_LEVEL_ERROR, .json = true};
    const struct log_options text = {.level = LOG_LEVEL_INFO};

    log_init(&json);
    log_set_fields(&run, 1);
    progress_begin("PrimaryImport", "rows", 4);
    progress_ask();
    progress_step(1);
    progress_step(2);
    progress_finish();
    log_set_fields(NULL, 0);
    log_init(&text);
}

static void
an_answer_is_a_line_of_the_log(void)
{
    struct text shown = TEXT_INIT;
    const char *line;

    show(somebody_asks, false, 80, &shown);
    line = strstr(text_get(&shown), "\"level\":\"info\",\"message\":\"PrimaryImport [######");
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "25% 1 rows"));
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "\"run\":7}"));
    CU_ASSERT_PTR_NULL(strstr(strstr(line, "25%"), "PrimaryImport"));
    text_release(&shown);
}

enum { ADDERS = 4, ADDITIONS = 5000 };

static void *
add_much(void *state)
{
    (void)state;
    for (int i = 0; i < ADDITIONS; i++) {
        progress_add("bytes", 1);
        if (i % 1000 == 0)
            log_info("a line of a thread");
    }
    return NULL;
}

static void
many_hands(void)
{
    pthread_t threads[ADDERS];

    progress_begin("copy", "bytes", 0);
    for (size_t i = 0; i < ADDERS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, add_much, NULL), 0);
    for (size_t i = 0; i < ADDERS; i++)
        pthread_join(threads[i], NULL);
    progress_ask();
    progress_add("bytes", 480);
    progress_finish();
}

static void
any_thread_may_say_how_far_it_is(void)
{
    struct text shown = TEXT_INIT;
    size_t lines = 0;

    show(many_hands, true, 80, &shown);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_get(&shown), "copy 20.0 KiB"));
    /* Each line stands alone: whatever was shown before it was taken away. */
    for (const char *at = text_get(&shown); (at = strstr(at, "a line of")) != NULL; at++) {
        CU_ASSERT(at[-1] == 'K' || at[-1] == '\n' || at == text_get(&shown));
        lines++;
    }
    CU_ASSERT_EQUAL(lines, ADDERS * ADDITIONS / 1000);
    text_release(&shown);
}

const struct test suite_config_base_progress[] = {
    {"a line has bar, rate and time left", a_line_has_bar_rate_and_time_left},
    {"what has no known end has no bar", what_has_no_known_end_has_no_bar},
    {"bytes have the unit that fits", bytes_have_the_unit_that_fits},
    {"a terminal shows one line that makes way", a_terminal_shows_one_line_that_makes_way},
    {"a line is never wider than the terminal", a_line_is_never_wider_than_the_terminal},
    {"the bar gives way before the words", the_bar_gives_way_before_the_words},
    {"nothing is shown to who does not want it", nothing_is_shown_to_who_does_not_want_it},
    {"what is added goes to the work that counts so",
        what_is_added_goes_to_the_work_that_counts_so},
    {"an answer is a line of the log", an_answer_is_a_line_of_the_log},
    {"any thread may say how far it is", any_thread_may_say_how_far_it_is},
    {0},
};
