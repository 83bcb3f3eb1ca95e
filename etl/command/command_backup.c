#include <string.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "etl/command/backup_hook.h"
#include "etl/command/command.h"
#include "etl/command/deploy_files.h"
#include "etl/command/grid.h"
#include "etl/dump/dump.h"
#include "etl/pipeline/lock.h"

struct target {
    const char *name;
    bool is_analysis;
};

struct targets {
    struct target *items; /* in the invocation's memory */
    size_t count;
};

/* ---- what to back up ---- */

static int
add_target(
    struct invocation *i, struct targets *list, const char *name, bool is_analysis, struct fault *f)
{
    struct target *t;

    for (size_t k = 0; k < list->count; k++) {
        if (list->items[k].is_analysis == is_analysis && strcmp(list->items[k].name, name) == 0)
            return 0;
    }
    if ((t = arena_append(&i->memory, &list->items, &list->count, sizeof *t)) == NULL)
        return fault_set_memory(f);
    *t = (struct target){.name = name, .is_analysis = is_analysis};
    return 0;
}

static int
add_matches(struct invocation *i, struct targets *list, const char *pattern, bool is_analysis,
    size_t *matched, struct fault *f)
{
    const struct settings *s = &i->site.settings;
    const char **names;
    size_t count;
    int rc = is_analysis ? dump_match_analyses(s, pattern, &i->memory, &names, &count, f)
                         : dump_match_databases(s, pattern, &i->memory, &names, &count, f);

    for (size_t k = 0; rc == 0 && k < count; k++)
        rc = add_target(i, list, names[k], is_analysis, f);
    *matched += rc == 0 ? count : 0;
    return rc;
}

/* A name is a database's, or else an analysis database's; a pattern stands for both. In a job a
 * pattern may match nothing; whoever names one here wants a backup. */
static int
find_target(struct invocation *i, struct targets *list, const char *pattern, struct fault *f)
{
    bool is_pattern = strchr(pattern, '*') != NULL;
    struct fault unknown = FAULT_INIT;
    size_t matched = 0;

    if (add_matches(i, list, pattern, false, &matched, &unknown) == 0) {
        if (is_pattern && add_matches(i, list, pattern, true, &matched, f) != 0)
            return -1;
        return matched > 0
                   ? 0
                   : fault_set(f, FAULT_DATA,
                         "no database '%s' is in the settings: nothing is backed up", pattern);
    }
    if (unknown.kind == FAULT_DATA) {
        if (add_matches(i, list, pattern, true, &matched, f) == 0)
            return 0;
        if (f->kind != FAULT_DATA)
            return -1;
    }
    *f = unknown;
    return -1;
}

static int
find_targets(struct invocation *i, struct targets *list, struct fault *f)
{
    for (size_t k = 0; k < i->argument_count; k++) {
        if (find_target(i, list, i->arguments[k], f) != 0)
            return -1;
    }
    return 0;
}

/* What would be left out of a database is nothing: a backup that is said to be small must be. */
static int
check_targets(const struct targets *list, const struct dump_order *order, struct fault *f)
{
    if (order->file != NULL && list->count != 1)
        return fault_set(f, FAULT_USAGE, "--file names one backup, not %zu", list->count);
    for (size_t k = 0; order->metadata_only && k < list->count; k++) {
        if (!list->items[k].is_analysis)
            return fault_set(f, FAULT_USAGE,
                "--metadata-only is for analysis databases, and '%s' is none", list->items[k].name);
    }
    return 0;
}

/* ---- backing up ---- */

static const struct grid_column columns[] = {
    {"database", GRID_TEXT},
    {"file", GRID_TEXT},
    {"store", GRID_TEXT},
    {"container", GRID_TEXT},
    {"tables", GRID_NUMBER},
    {"older", GRID_NUMBER},
    {"rows", GRID_NUMBER},
    {"files", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"encrypted", GRID_FLAG},
    {"sha256", GRID_TEXT},
};

static int
back_up(struct invocation *i, const struct target *t, const struct dump_order *order,
    struct grid *g, struct fault *f)
{
    struct dump_result r = DUMP_RESULT_INIT;
    int rc = t->is_analysis ? dump_analysis(&i->site, t->name, order, &r, f)
                            : dump_database(&i->site, t->name, order, &r, f);

    if (rc == 0) {
        const struct value row[] = {value_text(t->name), value_text(r.file), value_text(r.store),
            value_text(r.container), value_int((int64_t)r.tables), value_int((int64_t)r.older),
            value_int((int64_t)r.rows), value_int((int64_t)r.files), value_int((int64_t)r.bytes),
            grid_flag(r.encrypted), value_text(r.sha256)};

        log_info("'%s' is backed up as %s", t->name, r.file);
        if (g != NULL)
            rc = grid_add(g, row, f);
    }
    dump_result_release(&r);
    return rc;
}

/* Containers of several databases are one set: their name says so. */
static const char *
make_set(struct invocation *i, struct fault *f)
{
    char stamp[MOMENT_TEXT_BYTES];
    const char *set = arena_printf(
        &i->memory, "%s-p%ld", moment_format_stamp(clock_now(), stamp), (long)getpid());

    if (set == NULL)
        fault_set_memory(f);
    return set;
}

static int
back_up_all(struct invocation *i, const struct targets *list, const struct dump_order *order,
    struct fault *f)
{
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, sizeof columns / sizeof columns[0], i->json);
    g.upright = list->count == 1;
    for (size_t k = 0; rc == 0 && k < list->count; k++)
        rc = back_up(i, &list->items[k], order, &g, f);
    /* Containers that were written before a failure are told as well. */
    if (grid_finish(&g, rc == 0 ? f : NULL) != 0)
        rc = -1;
    grid_release(&g);
    return rc;
}

static int
read_order(struct invocation *i, struct dump_order *o, struct fault *f)
{
    *o = (struct dump_order){.store = invocation_option(i, "to"),
        .file = invocation_option(i, "file"),
        .allow_overwrite = invocation_has(i, "allow-overwrite"),
        .compression =
            invocation_has(i, "no-compression") ? DUMP_COMPRESS_NOT : DUMP_COMPRESS_AS_SET,
        .metadata_only = invocation_has(i, "metadata-only"),
        .full = invocation_has(i, "full"),
        .sealing = {.no_encryption = invocation_has(i, "no-encryption")}};
    o->sealing.recipients = invocation_options(i, "recipient", &o->sealing.recipient_count, f);
    if (o->sealing.recipients == NULL)
        return -1;
    if (o->sealing.no_encryption &&
        (o->sealing.recipient_count > 0 || invocation_has(i, "passphrase-file")))
        return fault_set(f, FAULT_USAGE, "--no-encryption goes with no key");
    o->sealing.passphrase = invocation_passphrase(i, "passphrase-file", true, f);
    return o->sealing.passphrase == NULL && invocation_has(i, "passphrase-file") ? -1 : 0;
}

static int
run_backup(struct invocation *i, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    struct targets list = {.items = NULL};
    struct lock lock = LOCK_INIT;
    struct dump_order order;
    int rc;

    if (site == NULL || find_targets(i, &list, f) != 0 || read_order(i, &order, f) != 0 ||
        check_targets(&list, &order, f) != 0)
        return COMMAND_FAILED;
    if (list.count > 1 && (order.set = make_set(i, f)) == NULL)
        return COMMAND_FAILED;
    if (lock_take_site(&lock, site, "backup", f) != 0)
        return COMMAND_FAILED;
    rc = back_up_all(i, &list, &order, f);
    lock_release(&lock);
    return rc;
}

static const struct command_option options[] = {
    {"to", "STORE", "where to: file:DIR, azblob:..., s3:... (default: the settings' store)", false},
    {"file", "NAME", "its name there, .abf is added (default: database, time and set)", false},
    {"allow-overwrite", NULL, "replace a file of that name", false},
    {"full", NULL, "write everything anew, also partitions that older backups hold", false},
    {"no-compression", NULL, "do not compress", false},
    {"recipient", "age1...", "who may open it (default: those of the settings)", true},
    {"passphrase-file", "FILE", "seal it with the passphrase there instead; - to be asked", false},
    {"no-encryption", NULL, "leave it readable for everybody", false},
    {"metadata-only", NULL, "of an analysis database: its cubes without their facts", false},
    {NULL, NULL, NULL, false},
};

const struct command command_backup = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "backup",
    .arguments = "DATABASE...",
    .summary = "backs up databases and analysis databases",
    .details =
        "A database is named as in the settings: PrimaryImport, Archive, StarSchema, an Other, or "
        "an analysis database. A name that ends in '*' stands for all that begin so. Each becomes "
        "one container: sealed, compressed, checked by reading it back, and entered in the "
        "store's catalogue.\n\n"
        "Partitions of PrimaryImport and tables of Archive never change: each is backed up once, "
        "in a container of its own, and later backups refer to it after having checked its size "
        "and SHA-256. A backup with --file or with keys of its own stands alone.",
    .least = 1,
    .most = COMMAND_ANY_ARGUMENTS,
    .options = options,
    .run = run_backup,
};

/* ---- behind a deployment ---- */

static int
find_deploy_targets(struct invocation *i, bool views, struct targets *list, struct fault *f)
{
    const struct settings *s = &i->site.settings;
    int rc = 0;

    for (size_t k = 0; rc == 0 && k < s->database_count; k++) {
        const char *name = s->databases[k].name;

        if (views || strcmp(name, "StarSchema") != 0)
            rc = add_target(i, list, name, false, f);
    }
    for (size_t k = 0; views && rc == 0 && k < s->analysis_count; k++)
        rc = add_target(i, list, s->analyses[k].name, true, f);
    return rc;
}

int
backup_after_deploy(struct invocation *i, bool views, struct fault *f)
{
    const struct dump_file *files;
    size_t file_count;
    struct targets list = {.items = NULL};
    struct dump_order order = {.kind = CONTAINER_DEPLOY, .job = i->command->name};
    int rc = -1;

    if (deploy_files_gather(i, &files, &file_count, f) == 0 && (order.set = make_set(i, f)) != NULL)
        rc = find_deploy_targets(i, views, &list, f);
    for (size_t k = 0; rc == 0 && k < list.count; k++) {
        bool is_primary = strcmp(list.items[k].name, "PrimaryImport") == 0;

        order.files = files;
        order.file_count = is_primary ? file_count : 0;
        rc = back_up(i, &list.items[k], &order, NULL, f);
    }
    return rc;
}
