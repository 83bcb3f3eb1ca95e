/*
 * every: every command on small data while calls fail by places (tests/strike.h): it does without,
 * or it says so in one error and with one exit code; and given again it does what it always did.
 */
#ifndef TESTS_ETL_COMMAND_EVERY_H
#define TESTS_ETL_COMMAND_EVERY_H

#include "tests/config/definition/sample.h"
#include "tests/etl/command/run.h"
#include "tests/strike.h"

static const char every_events[] =
    "{\"op\":\"begin\",\"activity\":\"Order\",\"id\":\"O1\",\"data\":{\"Received\":"
    "\"2026-08-01T08:00:00Z\",\"City\":\"Bonn\",\"Amount\":3.5,\"Count\":2}}\n"
    "{\"op\":\"end\",\"activity\":\"Order\",\"id\":\"O1\"}\n"
    "{\"op\":\"update\",\"activity\":\"Order\",\"id\":\"O3\",\"data\":{\"City\":\"Ulm\"}}\n";

static const char every_job[] =
    "<Job xmlns=\"urn:nightcube:job:1\" Name=\"mine\"><BackupDatabase Name=\"b\" "
    "Database=\"PrimaryImport\"/><MaintainData Name=\"m\" Activity=\"*\"/><LoadStarSchema "
    "Name=\"l\" Cube=\"*\"/><ProcessCube Name=\"p\" Cube=\"*\"/></Job>";

/* Each may be given any number of times; what it ends with when nothing is refused. The quick ones
 * first: a place is struck in the first that comes there. */
static const struct {
    const char *words;
    int exit_code;
} every_given[] = {
    {"setup", 0},
    {"update sample.xml --no-backup", 0},
    {"import events.jsonl", 0},
    {"set window Order 1 minute", 0},
    {"set role BAMAnalysis Sales add anna", 65}, /* is one already */
    {"run job.xml --plan", 0},
    {"nightly --plan", 0},
    {"show activities", 0},
    {"show views", 0},
    {"show cubes --design", 0},
    {"show levels", 0},
    {"show indexes", 0},
    {"show windows", 0},
    {"show partitions", 0},
    {"show changes", 0},
    {"show incomplete", 0},
    {"show trail", 0},
    {"show roles", 0},
    {"show definition", 0},
    {"show job nightly", 0},
    {"query Orders --rows Place.Town --measures N,Total --totals", 0},
    {"query Orders --columns When.Year --format json", 0},
    {"history", 0},
    {"history 1", 0},
    {"report --output report.html", 0},
    {"list", 0},
    {"verify one.abf --tables", 0},
    {"key check", 0},
    {"key check one.abf", 0},
    {"doctor", 0},
    {"define events.jsonl", 0},
    {"help nightly", 0},
    {"run job.xml", 0},
    {"nightly", 0},
    {"maintain", 0},
    {"load", 0},
    {"process --type ProcessFull", 0},
    {"backup PrimaryImport BAMAnalysis --full", 0},
    {"backup PrimaryImport --file one --allow-overwrite", 0},
    {"restore one.abf --as Other --allow-overwrite", 0},
    {"drill", 0},
    {"copy --to file:elsewhere", 0},
    {"prune", 0},
    {"key rewrap one.abf", 0},
};

/* What is to fail, and what an error must say of it: one of `tells`, which ends with NULL. */
struct every {
    enum strike_kind kind;
    const char *const *tells;
    int exit_codes[6]; /* when it says so; ends with 0 */
    size_t places;     /* to be struck in each command */
    size_t apart;      /* of the commands each so-manieth */
};

/* ---- running ---- */

static char *every_argv[RUN_ARGUMENTS];
static int every_argc;

static inline void
every_split(char *words)
{
    every_argc = 0;
    every_argv[every_argc++] = (char *)"nightcube";
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        every_argv[every_argc++] = word;
    every_argv[every_argc] = NULL;
}

/* As `run` of what was split, with places noticed or struck in the program alone. */
static inline struct run
every_run(void (*before)(const struct every *e, bool lasting), const struct every *e, bool lasting)
{
    struct run r = {.exit_code = -1, .out = TEXT_INIT, .err = TEXT_INIT};
    struct fault f = FAULT_INIT;
    int out, err;

    fflush(NULL);
    out = run_redirect(STDOUT_FILENO, "/dev/null");
    err = run_redirect(STDERR_FILENO, "stderr.txt");
    before(e, lasting);
    r.exit_code = command_main(every_argc, every_argv);
    strike_end();
    fflush(NULL);
    run_restore(STDOUT_FILENO, out);
    run_restore(STDERR_FILENO, err);
    ASSERT_OK(file_read_all("stderr.txt", RUN_OUTPUT_LIMIT, &r.err, &f), &f);
    return r;
}

static inline void
every_notice(const struct every *e, bool lasting)
{
    (void)lasting;
    strike_notice(e->kind);
}

static inline void
every_begin(const struct every *e, bool lasting)
{
    (void)e;
    strike_begin(lasting);
}

/* ---- judging ---- */

static inline bool
every_tells(const struct every *e, const char *line)
{
    for (const char *const *words = e->tells; *words != NULL; words++) {
        if (test_contains(line, *words))
            return true;
    }
    return false;
}

/* Every error is of what was struck. */
static inline bool
every_is_told(const struct every *e, const char *err)
{
    size_t count = 0;

    for (const char *at = err; (at = strstr(at, "error: ")) != NULL; count++) {
        size_t length = strcspn(at, "\n");
        char *line = strndup(at, length);
        bool told = every_tells(e, line);

        free(line);
        if (!told)
            return false;
        at += length;
    }
    return count > 0;
}

static inline bool
every_may_end_with(const struct every *e, int exit_code)
{
    for (size_t i = 0; e->exit_codes[i] != 0; i++) {
        if (e->exit_codes[i] == exit_code)
            return true;
    }
    return false;
}

static inline void
every_strike(const struct every *e, const char *words, int exit_code, bool lasting)
{
    struct run r = every_run(every_begin, e, lasting);
    bool well = r.exit_code == exit_code ||
                (every_may_end_with(e, r.exit_code) && every_is_told(e, text_get(&r.err)));

    if (!well)
        fprintf(stderr, "\n    nightcube %s: exit %d%s\n%s", words, r.exit_code,
            lasting ? ", refused from there on" : "", text_get(&r.err));
    CU_ASSERT(well);
    run_release(&r);
}

/* Returns how many places were struck. */
static inline size_t
every_command(const struct every *e, const char *words, int exit_code)
{
    char *copy = strdup(words);
    size_t count = 0;
    struct run r;

    every_split(copy);
    r = every_run(every_notice, e, false);
    CU_ASSERT_EQUAL(r.exit_code, exit_code);
    run_release(&r);
    strike_skip(e->places);
    while (strike_next() && long_has_time(count)) {
        every_strike(e, words, exit_code, false);
        every_strike(e, words, exit_code, true);
        count++;
    }
    if (count > 100)
        fprintf(stderr, "\n    nightcube %s: %zu places", words, count);
    free(copy);
    run_expect(words, exit_code);
    return count;
}

static inline void
every_set_up(void)
{
    run_write_file("sample.xml", sample_xml);
    run_write_file("events.jsonl", every_events);
    run_write_file("job.xml", every_job);
    run_expect("setup", 0);
    run_expect("deploy sample.xml --no-backup", 0);
    run_expect("import events.jsonl", 0);
    run_expect("nightly", 0);
    run_expect("backup PrimaryImport --file one", 0);
    run_expect("set role BAMAnalysis Sales add", 0);
    run_expect("set role BAMAnalysis Sales add anna", 0);
}

/* Returns how many places were struck. */
static inline size_t
every_command_given(const struct every *e)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof every_given / sizeof *every_given; i += e->apart)
        count += every_command(e, every_given[i].words, every_given[i].exit_code);
    return count;
}

#endif
