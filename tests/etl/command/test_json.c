/* Every line of JSON that the program prints has the fields that its help names. */
#include <jansson.h>
#include <time.h>

#include "etl/pipeline/step_log.h"
#include "tests/config/definition/sample.h"
#include "tests/etl/command/run.h"

/* Which kinds of lines of a command were seen. */
enum { KINDS = 20 };
static bool seen[64][KINDS];

static size_t
count_fields(const struct command_fields *l)
{
    size_t count = l->count;

    while (l->count == 0 && l->columns[count].name != NULL)
        count++;
    return count;
}

/* The value is of the kind that the help says. */
static bool
is_of_kind(const json_t *v, enum grid_kind kind)
{
    switch (kind) {
    case GRID_NUMBER:
        return json_is_number(v) || json_is_null(v);
    case GRID_FLAG:
        return json_is_boolean(v) || json_is_null(v);
    case GRID_TIME:
        return json_is_null(v) || (json_is_string(v) && strchr(json_string_value(v), 'T') != NULL);
    default:
        return !json_is_object(v) && !json_is_array(v);
    }
}

static bool
is_as_documented(const json_t *line, const struct command_fields *l)
{
    if (json_object_size(line) != count_fields(l))
        return false;
    for (size_t i = 0; i < count_fields(l); i++) {
        const json_t *v = json_object_get(line, l->columns[i].name);

        if (v == NULL || !is_of_kind(v, l->columns[i].kind))
            return false;
    }
    return true;
}

static void
check_line(size_t command, const char *words, const char *bytes, size_t length)
{
    const struct command_fields *l = commands[command]->fields;
    json_t *line = json_loadb(bytes, length, 0, NULL);
    size_t kind = 0;

    while (l != NULL && l[kind].columns != NULL && !is_as_documented(line, &l[kind]))
        kind++;
    if (l == NULL || l[kind].columns == NULL)
        fprintf(stderr, "\n    %s: not as its help says: %.*s", words, (int)length, bytes);
    else
        seen[command][kind] = true;
    CU_ASSERT(l != NULL && l[kind].columns != NULL);
    json_decref(line);
}

/* Runs "nightcube <words> --json" and holds each line of its output against the help. */
static void
check(const char *words, int exit_code)
{
    struct text with_json = TEXT_INIT;
    size_t command = 0;
    struct run r;

    while (strncmp(commands[command]->name, words, strcspn(words, " ")) != 0 ||
           strlen(commands[command]->name) != strcspn(words, " "))
        command++;
    text_add_format(&with_json, "%s --json", words);
    r = run(text_get(&with_json));
    if (r.exit_code != exit_code)
        fprintf(stderr, "\n    %s: exit %d: %s", words, r.exit_code, text_get(&r.err));
    CU_ASSERT_EQUAL(r.exit_code, exit_code);
    for (const char *line = text_get(&r.out); *line != '\0'; line += strcspn(line, "\n") + 1)
        check_line(command, words, line, strcspn(line, "\n"));
    run_release(&r);
    text_release(&with_json);
}

static const char events[] =
    "{\"op\":\"begin\",\"activity\":\"Order\",\"id\":\"O1\",\"data\":{\"City\":\"Bonn\"}}\n"
    "{\"op\":\"end\",\"activity\":\"Order\",\"id\":\"O1\"}\n"
    "{\"op\":\"update\",\"activity\":\"Order\",\"id\":\"O3\",\"data\":{\"City\":\"Ulm\"}}\n";

/* What left the online window meanwhile is due for the archive. */
static const char a_year_later[] = "(a year later)";

static void
go_on_a_year_later(void)
{
    char moment[32];
    time_t then = time(NULL) + 366 * 24 * 3600;

    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%SZ", gmtime(&then));
    setenv("NIGHTCUBE_NOW", moment, 1);
}

static const struct {
    const char *words;
    int exit_code;
} steps[] = {
    {"setup", 0},
    {"deploy sample.xml", 0},
    {"update sample.xml", 0},
    {"import events.jsonl", 0},
    {"set window Order 1 minute", 0},
    {"set role BAMAnalysis Sales add", 0},
    {"set role BAMAnalysis Sales add anna", 0},
    {"show activities", 0},
    {"show views", 0},
    {"show cubes", 0},
    {"show levels", 0},
    {"show measures", 0},
    {"show indexes", 0},
    {"show windows", 0},
    {"show changes", 0},
    {"show incomplete", 0},
    {"show roles", 0},
    {"nightly --plan", 0},
    {"nightly", 0},
    {"run night.xml", 0},
    {"run night.xml --plan", 0},
    {"show partitions", 0},
    {a_year_later, 0},
    {"maintain", 0},
    {"show trail", 0},
    {"show cubes --design", 0},
    {"load", 0},
    {"process", 0},
    {"purge Orders", 0},
    {"status", 1},
    {"history", 0},
    {"history 1", 0},
    {"backup PrimaryImport --file one", 0},
    {"list", 0},
    {"verify one.abf", 0},
    {"verify one.abf --tables", 0},
    {"restore one.abf --as Other", 0},
    {"drill", 0},
    {"copy --to file:elsewhere", 0},
    {"prune --plan", 0},
    {"maintain --plan", 0},
    {"load --plan", 0},
    {"process --plan", 0},
    {"purge Orders --plan", 0},
    {"key generate --output key.txt", 0},
    {"key check", 0},
    {"key check nightcube/backups/one.abf", 0},
    {"key rewrap one.abf", 0},
    {"resolve --activity Order --id O3 --remove", 0},
    {"doctor", 0},
    {"help exit-codes", 0},
    {"version", 0},
    {"remove --view Sales --no-backup", 0},
};

/* What takes a server to be seen. */
static bool
is_elsewhere(const struct command_fields *l)
{
    return l->of != NULL && strcmp(l->of, "accounts") == 0;
}

static void
every_line_is_as_its_help_says(void)
{
    run_write_file("sample.xml", sample_xml);
    run_write_file("events.jsonl", events);
    run_write_file("night.xml", "<Job xmlns=\"urn:nightcube:job:1\" Name=\"mine\"><LoadStarSchema "
                                "Name=\"l\" Cube=\"*\"/></Job>");
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (steps[i].words == a_year_later)
            go_on_a_year_later();
        else
            check(steps[i].words, steps[i].exit_code);
    }
    unsetenv("NIGHTCUBE_NOW");
    for (size_t c = 0; commands[c] != NULL; c++) {
        const struct command_fields *l = commands[c]->fields;

        for (size_t kind = 0; l != NULL && l[kind].columns != NULL; kind++) {
            if (!seen[c][kind] && !is_elsewhere(&l[kind]))
                fprintf(stderr, "\n    never printed: %s (%s)", commands[c]->name,
                    l[kind].of == NULL ? "" : l[kind].of);
            CU_ASSERT(seen[c][kind] || is_elsewhere(&l[kind]));
        }
    }
}

/* ---- the log ---- */

static bool
is_log_field(const char *name)
{
    for (const struct step_log_words *w = step_log_words; w->name != NULL; w++) {
        if (strcmp(w->name, name) == 0)
            return true;
    }
    return false;
}

static void
check_log_line(const json_t *line)
{
    const char *name;
    json_t *v;

    CU_ASSERT_PTR_NOT_NULL(json_object_get(line, "time"));
    CU_ASSERT_PTR_NOT_NULL(json_object_get(line, "level"));
    json_object_foreach((json_t *)line, name, v)
    {
        if (!is_log_field(name))
            fprintf(stderr, "\n    help log-fields does not name %s", name);
        CU_ASSERT(is_log_field(name));
    }
}

static void
a_line_of_the_log_says_which_step_it_is_of(void)
{
    static const char *const at_the_end[] = {
        "run", "job", "step", "number", "kind", "on", "state", "rows", "bytes", "seconds"};
    size_t ends = 0;
    struct run r;

    run_expect("setup", 0);
    run_write_file("sample.xml", sample_xml);
    run_expect("deploy sample.xml --no-backup", 0);
    r = run("nightly --log-format json --verbose");
    for (const char *at = text_get(&r.err); *at != '\0'; at += strcspn(at, "\n") + 1) {
        json_t *line = json_loadb(at, strcspn(at, "\n"), 0, NULL);

        CU_ASSERT_PTR_NOT_NULL_FATAL(line);
        if (json_object_get(line, "summary") == NULL)
            check_log_line(line);
        if (json_object_get(line, "state") != NULL && json_object_get(line, "summary") == NULL) {
            for (size_t i = 0; i < sizeof at_the_end / sizeof *at_the_end; i++)
                CU_ASSERT_PTR_NOT_NULL(json_object_get(line, at_the_end[i]));
            CU_ASSERT_EQUAL(json_integer_value(json_object_get(line, "number")), (int)++ends);
        }
        json_decref(line);
    }
    CU_ASSERT(ends >= 9);
    run_release(&r);
}

const struct test suite_etl_command_json[] = {
    {"every line is as its help says", every_line_is_as_its_help_says},
    {"a line of the log says which step it is of", a_line_of_the_log_says_which_step_it_is_of},
    {0},
};
