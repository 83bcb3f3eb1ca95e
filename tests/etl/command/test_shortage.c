/*
 * Every command while memory runs out, once or from then on: it does without, or it says so in one
 * error and with one exit code; and given again it does what it always did. In make test a few of
 * the places that ask for memory, in make test-long all.
 */
#include "tests/shortage.h"

#include "tests/config/definition/sample.h"
#include "tests/etl/command/run.h"

static const char events[] =
    "{\"op\":\"begin\",\"activity\":\"Order\",\"id\":\"O1\",\"data\":{\"Received\":"
    "\"2026-08-01T08:00:00Z\",\"City\":\"Bonn\",\"Amount\":3.5,\"Count\":2}}\n"
    "{\"op\":\"end\",\"activity\":\"Order\",\"id\":\"O1\"}\n"
    "{\"op\":\"update\",\"activity\":\"Order\",\"id\":\"O3\",\"data\":{\"City\":\"Ulm\"}}\n";

static const char job[] =
    "<Job xmlns=\"urn:nightcube:job:1\" Name=\"mine\"><BackupDatabase Name=\"b\" "
    "Database=\"PrimaryImport\"/><MaintainData Name=\"m\" Activity=\"*\"/><LoadStarSchema "
    "Name=\"l\" Cube=\"*\"/><ProcessCube Name=\"p\" Cube=\"*\"/></Job>";

/* Each may be given any number of times; what it ends with when nothing is refused. The quick ones
 * first: a place is struck in the first that comes there. */
static const struct {
    const char *words;
    int exit_code;
} commands_given[] = {
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

static char *argv[RUN_ARGUMENTS];
static int argc;

static void
split(char *words)
{
    argc = 0;
    argv[argc++] = (char *)"nightcube";
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
}

/* As `run`, with what `before` does taking place in the program alone. */
static struct run
run_alone(void (*before)(bool lasting), bool lasting)
{
    struct run r = {.exit_code = -1, .out = TEXT_INIT, .err = TEXT_INIT};
    struct fault f = FAULT_INIT;
    int out, err;

    fflush(NULL);
    out = run_redirect(STDOUT_FILENO, "/dev/null");
    err = run_redirect(STDERR_FILENO, "stderr.txt");
    before(lasting);
    r.exit_code = command_main(argc, argv);
    shortage_end();
    fflush(NULL);
    run_restore(STDOUT_FILENO, out);
    run_restore(STDERR_FILENO, err);
    ASSERT_OK(file_read_all("stderr.txt", RUN_OUTPUT_LIMIT, &r.err, &f), &f);
    return r;
}

static void
only_notice(bool lasting)
{
    (void)lasting;
    shortage_notice();
}

/* OpenSSL does not always say why it failed, and doctor tells each of its checks on stdout. */
static const char *const ways_to_tell[] = {"out of memory", "OpenSSL", "checks failed"};

static bool
tells_of_memory(const char *line)
{
    for (size_t i = 0; i < sizeof ways_to_tell / sizeof ways_to_tell[0]; i++) {
        if (test_contains(line, ways_to_tell[i]))
            return true;
    }
    return false;
}

/* Every error is the memory's. */
static bool
is_told(const char *err)
{
    size_t count = 0;

    for (const char *at = err; (at = strstr(at, "error: ")) != NULL; count++) {
        size_t length = strcspn(at, "\n");
        char *line = strndup(at, length);
        bool told = tells_of_memory(line);

        free(line);
        if (!told)
            return false;
        at += length;
    }
    return count > 0;
}

static void
strike(const char *words, int exit_code, bool lasting)
{
    struct run r = run_alone(shortage_begin, lasting);
    bool well = r.exit_code == exit_code || (r.exit_code == 70 && is_told(text_get(&r.err)));

    if (!well)
        fprintf(stderr, "\n    nightcube %s: exit %d%s\n%s", words, r.exit_code,
            lasting ? ", refused from there on" : "", text_get(&r.err));
    CU_ASSERT(well);
    run_release(&r);
}

static size_t
strike_command(const char *words, int exit_code, size_t places)
{
    char *copy = strdup(words);
    size_t count = 0;
    struct run r;

    split(copy);
    r = run_alone(only_notice, false);
    CU_ASSERT_EQUAL(r.exit_code, exit_code);
    run_release(&r);
    shortage_skip(places);
    while (shortage_next() && long_has_time(count)) {
        strike(words, exit_code, false);
        strike(words, exit_code, true);
        count++;
    }
    free(copy);
    run_expect(words, exit_code);
    return count;
}

static void
begin(void)
{
    run_write_file("sample.xml", sample_xml);
    run_write_file("events.jsonl", events);
    run_write_file("job.xml", job);
    run_expect("setup", 0);
    run_expect("deploy sample.xml --no-backup", 0);
    run_expect("import events.jsonl", 0);
    run_expect("nightly", 0);
    run_expect("backup PrimaryImport --file one", 0);
    run_expect("set role BAMAnalysis Sales add", 0);
    run_expect("set role BAMAnalysis Sales add anna", 0);
}

static void
every_command_does_without_or_says_so(void)
{
    size_t places = long_rounds(1, 100000), count = 0;

    begin();
    for (size_t i = 0; i < sizeof commands_given / sizeof *commands_given; i++)
        count += strike_command(commands_given[i].words, commands_given[i].exit_code, places);
    CU_ASSERT(count > 10);
}

const struct test suite_etl_command_shortage[] = {
    {"every command does without or says so", every_command_does_without_or_says_so},
    {0},
};
