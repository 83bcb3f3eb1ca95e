#include "etl/pipeline/trend.h"

#include "tests/harness.h"

/* A run whose last step is the only one that takes time. */
static void
add_run_of(struct journal *j, const char *job, int steps, double seconds, enum journal_state state)
{
    struct journal_run run = {
        .job = job, .fingerprint = "", .xml = "", .message = "", .state = state};
    struct journal_step step = {.name = "load",
        .target = "",
        .fingerprint = "",
        .message = "",
        .state = JOURNAL_DONE,
        .rows = 10,
        .bytes = 100};
    struct fault f = FAULT_INIT;
    int64_t handle;

    ASSERT_OK(journal_begin_run(j, &run, 0, &f), &f);
    step.run = run.id;
    for (int i = 1; i <= steps; i++) {
        step.seconds = i == steps ? seconds : 0;
        ASSERT_OK(journal_begin_step(j, &step, &handle, &f), &f);
        ASSERT_OK(journal_end_step(j, handle, &step, &f), &f);
    }
    run.state = state;
    ASSERT_OK(journal_end_run(j, &run, &f), &f);
}

static void
add_run(struct journal *j, const char *job, double seconds, enum journal_state state)
{
    add_run_of(j, job, 1, seconds, state);
}

static const struct trend *
read_all(struct journal *j, struct arena *memory)
{
    struct journal_runs runs;
    struct fault f = FAULT_INIT;
    const struct trend *t;

    ASSERT_OK(journal_read_runs(j, NULL, 100, memory, &runs, &f), &f);
    t = trend_read(j, &runs, memory, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    return t;
}

static void
three_good_runs_make_a_trend(void)
{
    struct fault f = FAULT_INIT;
    struct arena memory = ARENA_INIT;
    struct journal *j = journal_open("state", &f);
    const struct trend *t;

    CU_ASSERT_PTR_NOT_NULL_FATAL(j);
    add_run(j, "nightly", 10, JOURNAL_DONE);
    add_run(j, "nightly", 30, JOURNAL_WARNED);
    add_run(j, "other", 500, JOURNAL_DONE);
    add_run(j, "nightly", 900, JOURNAL_FAILED);
    add_run(j, "nightly", 20, JOURNAL_DONE);
    CU_ASSERT_FALSE(read_all(j, &memory)[0].is_known);
    add_run(j, "nightly", 28, JOURNAL_DONE);
    add_run(j, "nightly", 1, JOURNAL_FAILED);
    t = read_all(j, &memory);
    CU_ASSERT_FALSE(t[0].is_known);
    CU_ASSERT_TRUE_FATAL(t[1].is_known);
    CU_ASSERT_EQUAL(t[1].usual_seconds, 20);
    CU_ASSERT_EQUAL(t[1].percent, 40);
    CU_ASSERT_EQUAL(t[1].sums.rows, 10);
    CU_ASSERT_EQUAL(t[1].sums.bytes, 100);
    journal_close(j);
    arena_release(&memory);
}

/* `--only` and `--from` are runs of the same job. */
static void
a_part_of_the_job_is_not_what_is_usual(void)
{
    struct fault f = FAULT_INIT;
    struct arena memory = ARENA_INIT;
    struct journal *j = journal_open("state", &f);
    const struct trend *t;

    CU_ASSERT_PTR_NOT_NULL_FATAL(j);
    for (int i = 0; i < 3; i++)
        add_run_of(j, "nightly", 9, 100, JOURNAL_DONE);
    for (int i = 0; i < 5; i++)
        add_run_of(j, "nightly", 1, 2, JOURNAL_DONE);
    add_run_of(j, "nightly", 9, 150, JOURNAL_DONE);
    t = read_all(j, &memory);
    CU_ASSERT(t[0].is_known);
    CU_ASSERT_EQUAL(t[0].percent, 50);
    arena_release(&memory);
    journal_close(j);
}

const struct test suite_etl_pipeline_trend[] = {
    {"a part of the job is not what is usual", a_part_of_the_job_is_not_what_is_usual},
    {"three good runs make a trend", three_good_runs_make_a_trend},
    {0},
};
