#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "config/base/log.h"
#include "config/base/moment.h"
#include "config/settings/connection.h"
#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/command/opening_options.h"
#include "etl/command/output.h"
#include "etl/pipeline/lock.h"
#include "etl/pipeline/restoring.h"
#include "etl/role/role_hook.h"

/* ---- what was restored ---- */

static const struct grid_column columns[] = {
    {"database", GRID_TEXT},
    {"kind", GRID_TEXT},
    {"taken", GRID_TIME},
    {"tables", GRID_NUMBER},
    {"rows", GRID_NUMBER},
    {"files", GRID_NUMBER},
    {"changed", GRID_NUMBER},
    {"place", GRID_TEXT},
    {"file", GRID_TEXT},
};

static int
add_restored(struct grid *g, const struct restored *r, struct fault *f)
{
    const struct value row[] = {value_text(r->database), value_text(container_kind_names[r->kind]),
        r->container == NULL ? value_null() : value_time(r->taken_utc),
        value_int((int64_t)r->tables), value_int((int64_t)r->rows), value_int((int64_t)r->files),
        value_int((int64_t)r->changed), value_text(r->place), value_text(r->file)};

    return grid_add(g, row, f);
}

static const struct grid_column todo_columns[] = {{"todo", GRID_TEXT}};

static int
print_todo(const struct invocation *i, const char *line, struct fault *f)
{
    const struct value row = value_text(line);

    if (i->json)
        return grid_print_one(todo_columns, 1, true, &row, f);
    output_format("to do: %s\n", line);
    return 0;
}

static int
print_result(const struct invocation *i, const struct restore_result *r, struct fault *f)
{
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, sizeof columns / sizeof columns[0], i->json);
    g.upright = r->count == 1;
    for (size_t k = 0; rc == 0 && k < r->count; k++)
        rc = add_restored(&g, &r->items[k], f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    for (size_t k = 0; rc == 0 && k < r->todo_count; k++)
        rc = print_todo(i, r->todo[k], f);
    return rc;
}

/* ---- one container, or a set ---- */

/* Our commands take everything over unless they are told otherwise. */
static int
read_security(const struct invocation *i, enum security *security, struct fault *f)
{
    static const char *const words[] = {
        [SECURITY_COPY_ALL] = "copy-all",
        [SECURITY_SKIP_MEMBERSHIP] = "skip-membership",
        [SECURITY_IGNORE] = "ignore-security",
        NULL,
    };
    size_t chosen = SECURITY_COPY_ALL;

    if (invocation_choice(i, "security", words, &chosen, f) != 0)
        return -1;
    *security = (enum security)chosen;
    return 0;
}

/* What one call asks for: one of the two. */
struct order {
    bool whole;
    struct restore_order one;
    struct restore_set_order set;
    enum security security; /* the hooks look at it */
};

static bool
is_clear_password(const struct connection_part *part)
{
    static const char *const keys[] = {"PWD", "Password"};
    static const char reference[] = "{secret:";

    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        if (part->key_length == strlen(keys[k]) &&
            strncasecmp(part->key, keys[k], part->key_length) == 0)
            return part->value_length > 0 &&
                   strncmp(part->value, reference, sizeof reference - 1) != 0;
    }
    return false;
}

/* As with secrets of the environment: whoever listed processes may have seen it, and sees it no
 * more. */
static int
take_connection(struct invocation *i, const char **connection, struct fault *f)
{
    char *given = (char *)(uintptr_t)invocation_option(i, "to-connection");
    struct connection_part part;
    const char *at;

    *connection = NULL;
    if (given == NULL)
        return 0;
    if ((at = *connection = arena_strdup(&i->memory, given)) == NULL)
        return fault_set_memory(f);
    while (connection_next(&at, &part)) {
        if (!is_clear_password(&part))
            continue;
        memset(given + (part.value - *connection), 'x', part.value_length);
        log_warning("a password on the command line is shown to everybody who lists processes; "
                    "better write PWD={secret:NAME}");
    }
    return 0;
}

static int
read_one_order(struct invocation *i, struct restore_order *o, struct fault *f)
{
    *o = (struct restore_order){.source = invocation_argument(i, 0),
        .store = invocation_option(i, "store"),
        .database = invocation_option(i, "database"),
        .as = invocation_option(i, "as"),
        .allow_overwrite = invocation_has(i, "allow-overwrite"),
        .only = invocation_option(i, "only"),
        .allow_lossy = invocation_has(i, "allow-lossy")};

    if (take_connection(i, &o->to_connection, f) != 0)
        return -1;
    if (o->as != NULL && o->to_connection != NULL)
        return fault_set(f, FAULT_USAGE, "--as and --to-connection exclude each other");
    return opening_options_read(i, &o->opening, f);
}

static int
read_set_order(struct invocation *i, struct restore_set_order *o, struct fault *f)
{
    const char *moment = invocation_option(i, "as-of");

    *o = (struct restore_set_order){.after = invocation_has(i, "after"),
        .store = invocation_option(i, "store"),
        .allow_overwrite = invocation_has(i, "allow-overwrite"),
        .allow_lossy = invocation_has(i, "allow-lossy")};
    if (moment != NULL && moment_parse(moment, strlen(moment), 0, &o->as_of_utc) != 0) {
        fault_set(f, FAULT_USAGE, "--as-of: '%s' is no moment", moment);
        return fault_hint(f, "write it like 2026-11-20T02:00:00Z");
    }
    if (invocation_number(i, "run", 1, INT64_MAX, &o->run, f) != 0)
        return -1;
    return opening_options_read(i, &o->opening, f);
}

/* ---- the command ---- */

/* Options that speak of one container only, up to a NULL. */
static const char *const of_one[] = {"database", "as", "to-connection", "only", NULL};

static int
check_what(const struct invocation *i, bool *whole, struct fault *f)
{
    bool by_run = invocation_has(i, "run"), by_moment = invocation_has(i, "as-of");

    *whole = by_run || by_moment;
    if (by_run && by_moment)
        return fault_set(f, FAULT_USAGE, "--run and --as-of exclude each other");
    if (*whole == (i->argument_count == 1)) {
        fault_set(f, FAULT_USAGE, "restore needs one of these: a file or id, --run, --as-of");
        return fault_hint(f, "nightcube restore FILE|ID | --run ID | --as-of MOMENT");
    }
    if (invocation_has(i, "after") && !by_run)
        return fault_set(f, FAULT_USAGE, "--after goes with --run");
    for (const char *const *name = of_one; *whole && *name != NULL; name++) {
        if (invocation_has(i, *name))
            return fault_set(f, FAULT_USAGE, "--%s does not go with a whole set", *name);
    }
    return 0;
}

/* Somebody may be asked for a passphrase: nobody else waits for the lock meanwhile. */
static int
read_order(struct invocation *i, struct order *o, struct fault *f)
{
    if (check_what(i, &o->whole, f) != 0 || read_security(i, &o->security, f) != 0)
        return -1;
    if ((o->whole ? read_set_order(i, &o->set, f) : read_one_order(i, &o->one, f)) != 0)
        return -1;
    o->one.hook = o->set.hook = role_hook(&o->security);
    return 0;
}

static int
run_restore(struct invocation *i, struct fault *f)
{
    struct restore_result result = RESTORE_RESULT_INIT;
    struct lock lock = LOCK_INIT;
    struct site *site;
    struct order o = {.whole = false};
    int rc;

    if ((site = invocation_site(i, f)) == NULL || read_order(i, &o, f) != 0 ||
        lock_take_site(&lock, site, "restore", f) != 0)
        return COMMAND_FAILED;
    rc = o.whole ? restoring_set(site, &o.set, &result, f)
                 : restoring_container(site, &o.one, &result, f);
    lock_release(&lock);
    if (rc == 0)
        rc = print_result(i, &result, f);
    restore_result_release(&result);
    return rc;
}

static const struct command_option options[] = {
    {"database", "NAME", "the backup must be of this database", false},
    {"as", "NAME", "restore beside it under another name", false},
    {"to-connection", "STRING",
        "restore there: a connection string, PWD={secret:NAME} in it, or a directory for cubes",
        false},
    {"allow-overwrite", NULL, "replace a database that is there", false},
    {"only", "NAME", "just one activity, cube or table, or tables of a pattern, into a new place",
        false},
    {"security", "WORD", "copy-all, skip-membership or ignore-security: which roles come along",
        false},
    {"run", "ID", "restore the whole set of this run: what belongs together", false},
    {"after", NULL, "with --run: what stood at the end of that run", false},
    {"as-of", "MOMENT", "restore the newest whole set up to this moment", false},
    {"allow-lossy", NULL, "take values that the engine cannot keep exactly", false},
    OPENING_OPTION_ROWS,
    {NULL, NULL, NULL, false},
};

const struct command command_restore = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS("a database", columns),
        COMMAND_FIELDS("what is left to do", todo_columns), {0}},
    .name = "restore",
    .arguments = "FILE|ID | --run ID | --as-of MOMENT",
    .summary = "restores one backup, or a whole set that belongs together",
    .details =
        "Everything is loaded beside the target and checked; only then does it take the target's "
        "place. A fault before that leaves the target as it was. A restore that was cut off goes "
        "on where it stopped when the same order is given again.\n\n"
        "A single backup is named by its path, its name in the store or its id (nightcube list). "
        "A set is the primary import of a run with archive, star schema and cubes of the run "
        "before it. What is left to do by hand is listed at the end.\n\n"
        "A primary import that takes its place gives accounts the views that it remembers for "
        "them, and takes those that only the database before it did.",
    .most = 1,
    .options = options,
    .run = run_restore,
};
