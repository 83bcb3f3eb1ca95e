#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/log.h"
#include "config/base/nearest.h"
#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/command/opening_options.h"
#include "etl/dump/listing.h"
#include "etl/dump/verify.h"

/* ---- verify ---- */

static const struct grid_column verify_columns[] = {
    {"file", GRID_TEXT},
    {"verdict", GRID_TEXT},
    {"database", GRID_TEXT},
    {"container", GRID_TEXT},
    {"rows", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"deep", GRID_FLAG},
    {"catalogued", GRID_FLAG},
};

static int
verify_one(struct site *site, const struct verify_order *o, struct grid *g, struct fault *f)
{
    struct verify_result r = VERIFY_RESULT_INIT;
    int rc = verify_container(site, o, &r, f);

    if (rc == 0) {
        const struct value row[] = {value_text(r.file), value_text("right"), value_text(r.database),
            value_text(r.container), r.deep ? value_int((int64_t)r.summary.rows) : value_null(),
            value_int((int64_t)r.summary.packed.stored_bytes), grid_flag(r.deep),
            grid_flag(r.catalogued)};

        rc = grid_add(g, row, f);
    }
    verify_result_release(&r);
    return rc;
}

static int
add_failed(struct grid *g, const char *source, struct fault *f)
{
    const struct value row[] = {value_text(source), value_text("failed"), value_null(),
        value_null(), value_null(), value_null(), value_null(), value_null()};

    return grid_add(g, row, f);
}

/* One that fails does not keep the others from being looked at; the first failure counts. */
static int
verify_all(struct invocation *i, struct site *site, struct verify_order *o, struct grid *g,
    struct fault *f)
{
    struct catalogue known = CATALOGUE_INIT;
    struct fault first = FAULT_INIT;
    int rc = 0;

    o->known = &known;
    for (size_t k = 0; k < i->argument_count; k++) {
        struct fault own = FAULT_INIT;

        o->source = i->arguments[k];
        if (verify_one(site, o, g, &own) == 0)
            continue;
        if ((rc = add_failed(g, o->source, f)) != 0)
            break;
        if (first.kind == FAULT_NONE)
            first = own;
        else
            log_fault(&own);
    }
    catalogue_release(&known);
    o->known = NULL;
    if (rc != 0 || grid_finish(g, f) != 0)
        return -1;
    if (first.kind == FAULT_NONE)
        return 0;
    *f = first;
    return -1;
}

/* ---- verify --tables: what it holds, to compare two backups ---- */

static const struct grid_column table_columns[] = {
    {"table", GRID_TEXT},
    {"rows", GRID_NUMBER},
    {"checksum", GRID_TEXT},
};

static int
add_table(struct grid *g, const struct container_table *t, struct fault *f)
{
    char checksum[17];
    struct value row[3];

    snprintf(checksum, sizeof checksum, "%016" PRIx64, t->sum.whole);
    row[0] = value_text(t->name);
    row[1] = value_int((int64_t)t->sum.rows);
    row[2] = value_text(checksum);
    return grid_add(g, row, f);
}

static int
verify_tables(struct invocation *i, struct site *site, struct verify_order *o, struct fault *f)
{
    struct verify_result r = VERIFY_RESULT_INIT;
    struct grid g;
    int rc;

    if (i->argument_count != 1 || o->no_key)
        return fault_set(f, FAULT_USAGE, "--tables reads one backup, with its key");
    grid_init(&g, table_columns, sizeof table_columns / sizeof table_columns[0], i->json);
    o->source = i->arguments[0];
    rc = verify_container(site, o, &r, f);
    for (size_t k = 0; rc == 0 && k < r.summary.table_count; k++)
        rc = add_table(&g, &r.summary.tables[k], f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    verify_result_release(&r);
    return rc;
}

/* ---- verify --sample: those that were not read in full for longest ---- */

static int
compare_deep(const void *a, const void *b)
{
    const struct listing_row *x = a, *y = b;

    if (x->deep_utc != y->deep_utc)
        return x->deep_utc < y->deep_utc ? -1 : 1;
    return strcmp(x->container, y->container);
}

/* Puts the ids of `count` backups where the command line would have named them. */
static int
choose_sample(
    struct invocation *i, struct site *site, const char *store, int64_t count, struct fault *f)
{
    struct listing l = LISTING_INIT;
    int rc = listing_read(&l, site, store, false, f);

    /* Nothing was looked at: that is no success. */
    if (rc == 0 && l.count == 0)
        rc = fault_set(f, FAULT_NO_INPUT, "store '%s' holds no backup", store);
    if (rc == 0)
        qsort(l.rows, l.count, sizeof *l.rows, compare_deep);
    for (size_t k = 0; rc == 0 && k < l.count && (int64_t)k < count; k++) {
        const char **slot =
            arena_append(&i->memory, &i->arguments, &i->argument_count, sizeof *slot);

        if (slot == NULL || (*slot = arena_strdup(&i->memory, l.rows[k].container)) == NULL)
            rc = fault_set_memory(f);
    }
    listing_release(&l);
    return rc;
}

static int
sample(struct invocation *i, struct site *site, struct verify_order *o, struct fault *f)
{
    int64_t count = 0;

    if (invocation_number(i, "sample", 1, 1000000, &count, f) != 0)
        return -1;
    if ((count > 0) == (i->argument_count > 0)) {
        fault_set(f, FAULT_USAGE, "verify needs the names of backups, or --sample N");
        return fault_hint(f, "nightcube verify FILE|ID... | --sample N");
    }
    if (count == 0)
        return 0;
    /* An id is looked for in a store, never taken for a path; each is one of the sample. */
    o->alone = true;
    if (o->store == NULL)
        o->store = site->settings.backup.store;
    return choose_sample(i, site, o->store, count, f);
}

static int
run_verify(struct invocation *i, struct fault *f)
{
    struct verify_order o = {
        .store = invocation_option(i, "store"), .no_key = invocation_has(i, "no-key")};
    struct site *site = invocation_site(i, f);
    struct grid g;
    int rc;

    if (site == NULL || opening_options_read(i, &o.opening, f) != 0 || sample(i, site, &o, f) != 0)
        return COMMAND_FAILED;
    if (invocation_has(i, "tables"))
        return verify_tables(i, site, &o, f);
    grid_init(&g, verify_columns, sizeof verify_columns / sizeof verify_columns[0], i->json);
    rc = verify_all(i, site, &o, &g, f);
    grid_release(&g);
    return rc;
}

static const struct command_option verify_options[] = {
    {"no-key", NULL, "only the stored bytes, against the catalogue", false},
    {"sample", "N", "the N backups of the store that were not read in full for longest", false},
    {"tables", NULL, "list the tables in it with their rows and checksums", false},
    OPENING_OPTION_ROWS,
    {NULL, NULL, NULL, false},
};

const struct command command_verify = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, verify_columns),
        COMMAND_FIELDS("a table, with --tables", table_columns), {0}},
    .name = "verify",
    .arguments = "FILE|ID... | --sample N",
    .summary = "checks backups without restoring them",
    .details =
        "Reads all of a backup and checks its seal, every hash, count and sum, and that it is the "
        "one the catalogue names; and so those that it leaves partitions to. One that is not right "
        "is 65, a key that does not fit 77.",
    .most = COMMAND_ANY_ARGUMENTS,
    .options = verify_options,
    .run = run_verify,
};

/* ---- list ---- */

static const struct grid_column list_columns[] = {
    {"taken", GRID_TIME},
    {"database", GRID_TEXT},
    {"kind", GRID_TEXT},
    {"run", GRID_NUMBER},
    {"complete", GRID_FLAG},
    {"rows", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"encrypted", GRID_FLAG},
    {"verified", GRID_TIME},
    {"file", GRID_TEXT},
    {"container", GRID_TEXT},
    {"removed", GRID_FLAG},
    {"partition", GRID_TEXT},
};

static int
add_listed(struct grid *g, const struct listing_row *r, struct fault *f)
{
    const struct value row[] = {value_time(r->taken_utc), value_text(r->database),
        value_text(r->kind), r->run == 0 ? value_null() : value_int(r->run),
        r->run == 0 ? value_null() : grid_flag(r->run_complete), value_int((int64_t)r->rows),
        value_int((int64_t)r->bytes), grid_flag(r->encrypted), grid_time(r->verified_utc),
        value_text(r->file), value_text(r->container), grid_flag(r->removed),
        value_text(r->partition)};

    return grid_add(g, row, f);
}

/* None of that name: it has none yet, or it is a mistake. */
static int
check_name(const struct settings *s, const struct listing *l, const char *database, struct fault *f)
{
    struct nearest n;

    if (settings_find_database(s, database) != NULL || settings_find_analysis(s, database) != NULL)
        return 0;
    nearest_init(&n, database);
    for (size_t k = 0; k < l->count; k++) {
        if (strstr(n.known, l->rows[k].database) == NULL)
            nearest_offer(&n, l->rows[k].database);
    }
    fault_set(f, FAULT_DATA, "there is no backup of a database '%s'", database);
    return nearest_hint(&n, f);
}

static int
print_listing(struct invocation *i, const struct listing *l, struct fault *f)
{
    const char *database = invocation_argument(i, 0);
    size_t listed = 0;
    struct grid g;
    int rc = 0;

    grid_init(&g, list_columns, sizeof list_columns / sizeof list_columns[0], i->json);
    for (size_t k = 0; rc == 0 && k < l->count; k++) {
        if (database != NULL && strcmp(l->rows[k].database, database) != 0)
            continue;
        rc = add_listed(&g, &l->rows[k], f);
        listed++;
    }
    if (rc == 0 && listed == 0 && database != NULL)
        rc = check_name(&i->site.settings, l, database, f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

static int
run_list(struct invocation *i, struct fault *f)
{
    const char *location = invocation_option(i, "store");
    struct site *site = invocation_site(i, f);
    struct listing l = LISTING_INIT;
    int rc;

    if (site == NULL)
        return COMMAND_FAILED;
    rc = listing_read(&l, site, location, invocation_has(i, "all"), f);
    if (rc == 0 && l.catalogue.count == 0)
        log_info("store '%s' holds no backup",
            location == NULL ? site->settings.backup.store : location);
    if (rc == 0)
        rc = print_listing(i, &l, f);
    listing_release(&l);
    return rc;
}

static const struct command_option list_options[] = {
    {"store", "STORE", "another store than the settings'", false},
    {"all", NULL, "with those that were removed", false},
    {NULL, NULL, NULL, false},
};

const struct command command_list = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, list_columns), {0}},
    .name = "list",
    .arguments = "[DATABASE]",
    .summary = "lists the backups of a store",
    .details = "What the store's catalogue knows, oldest first. A run is complete when all of its "
               "backups were written: only such a run is restored as a set.",
    .most = 1,
    .options = list_options,
    .run = run_list,
};
