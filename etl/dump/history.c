#include "etl/dump/history.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "etl/activity/partition.h"
#include "etl/dump/inlet.h"

#define REGISTRY "bam_Metadata_Partitions"

static const int64_t trusted_us = INT64_C(7) * 24 * 3600 * 1000000;

/* ---- which ---- */

static int
compare_names(const void *key, const void *element)
{
    return strcmp(key, *(const char *const *)element);
}

static bool
has_name(const char *const *names, size_t count, const char *name)
{
    return count > 0 && bsearch(name, names, count, sizeof *names, compare_names) != NULL;
}

static int
add_unit(struct history *h, struct arena *memory, const char *instances, const char *relationships,
    struct fault *f)
{
    struct history_unit *u = arena_append(memory, &h->units, &h->count, sizeof *u);

    if (u == NULL)
        return fault_set_memory(f);
    u->name = instances;
    u->tables[u->table_count++].name = instances;
    if (relationships != NULL)
        u->tables[u->table_count++].name = relationships;
    return 0;
}

static int
read_partitions(struct db *db, const char *const *names, size_t count, struct arena *memory,
    struct history *h, struct fault *f)
{
    struct partition_list list;

    if (!has_name(names, count, REGISTRY))
        return 0;
    if (partition_read(db, NULL, PARTITIONS_LIVE, memory, &list, f) != 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        const struct partition *p = &list.items[i];
        bool related = has_name(names, count, p->relationships);

        if (has_name(names, count, p->instances) &&
            add_unit(h, memory, p->instances, related ? p->relationships : NULL, f) != 0)
            return -1;
    }
    return 0;
}

/* "20261120T080000Z", or with "_2" and so on behind. */
static bool
is_stamp(const char *text)
{
    static const char form[] = "ddddddddTddddddZ";
    size_t i;

    for (i = 0; form[i] != '\0'; i++) {
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
    }
    if (text[i] == '_' && isdigit((unsigned char)text[i + 1]))
        i += 1 + strspn(text + i + 1, "0123456789");
    return text[i] == '\0';
}

/* The last "_Instances_" of an archive's table, when a stamp follows; NULL otherwise. */
static const char *
find_infix(const char *name)
{
    static const char infix[] = "_Instances_";
    const char *found = NULL;

    for (const char *at = name; (at = strstr(at, infix)) != NULL; at++)
        found = at;
    return found != NULL && strncmp(name, "bam_", 4) == 0 && is_stamp(found + sizeof infix - 1)
               ? found
               : NULL;
}

static int
read_archive(const char *const *names, size_t count, struct arena *memory, struct history *h,
    struct fault *f)
{
    for (size_t i = 0; i < count; i++) {
        const char *infix = find_infix(names[i]);
        const char *related;

        if (infix == NULL)
            continue;
        related = arena_printf(memory, "%.*s_Relationships_%s", (int)(infix - names[i]), names[i],
            infix + strlen("_Instances_"));
        if (related == NULL)
            return fault_set_memory(f);
        if (add_unit(h, memory, names[i], has_name(names, count, related) ? related : NULL, f) != 0)
            return -1;
    }
    return 0;
}

bool
history_may_be(const char *database)
{
    return strcmp(database, "PrimaryImport") == 0 || strcmp(database, "Archive") == 0;
}

int
history_read(struct db *db, const char *database, const char *const *names, size_t count,
    struct arena *memory, struct history *h, struct fault *f)
{
    *h = (struct history){.units = NULL};
    if (strcmp(database, "PrimaryImport") == 0)
        return read_partitions(db, names, count, memory, h, f);
    return strcmp(database, "Archive") == 0 ? read_archive(names, count, memory, h, f) : 0;
}

const struct history_table *
history_find(const struct history *h, const char *table)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct history_unit *u = &h->units[i];

        for (size_t k = 0; k < u->table_count; k++) {
            if (strcmp(u->tables[k].name, table) == 0)
                return &u->tables[k];
        }
    }
    return NULL;
}

/* ---- what the engine says ---- */

/* Looking at fewer rows costs next to nothing. */
enum { TRACE_ROWS_MIN = 20000 };

/* The newest backup of a database that leans on others. */
static const struct catalogue_entry *
find_last(const struct catalogue *c, const char *database)
{
    for (size_t i = c->count; i-- > 0;) {
        const struct catalogue_entry *e = &c->entries[i];

        if (e->kind != CATALOGUE_CONTAINER || strcmp(e->database, database) != 0)
            continue;
        for (size_t k = 0; k < e->table_count; k++) {
            if (e->tables[k].reference != NULL)
                return e;
        }
    }
    return NULL;
}

static const struct catalogue_table *
find_table(const struct catalogue_entry *e, const char *name)
{
    for (size_t i = 0; e != NULL && i < e->table_count; i++) {
        if (strcmp(e->tables[i].name, name) == 0)
            return &e->tables[i];
    }
    return NULL;
}

static void
recall(struct history_table *t, const struct catalogue *c, const struct catalogue_entry *last)
{
    const struct catalogue_table *noted = find_table(last, t->name), *written = NULL;

    if (t->trace != NULL && noted != NULL && noted->reference != NULL && noted->trace != NULL &&
        strcmp(noted->trace, t->trace) == 0)
        written = find_table(catalogue_find(c, noted->reference), t->name);
    if (written != NULL && written->mark != NULL && strlen(written->mark) == sizeof t->mark - 1 &&
        written->rows >= TRACE_ROWS_MIN)
        t->known_mark = written->mark;
}

void
history_recall(struct history *h, const struct catalogue *c, const char *database,
    const struct trace_list *traces)
{
    const struct catalogue_entry *last = find_last(c, database);

    for (size_t i = 0; i < h->count; i++) {
        struct history_unit *u = &h->units[i];

        for (size_t k = 0; k < u->table_count; k++) {
            u->tables[k].trace = trace_find(traces, u->tables[k].name);
            recall(&u->tables[k], c, last);
        }
    }
}

/* ---- older containers ---- */

static bool
has_table(const struct catalogue_entry *e, const struct history_table *t)
{
    for (size_t i = 0; i < e->table_count; i++) {
        const struct catalogue_table *have = &e->tables[i];

        if (have->reference == NULL && have->mark != NULL && strcmp(have->name, t->name) == 0 &&
            strcmp(have->mark, t->mark) == 0)
            return true;
    }
    return false;
}

static bool
holds_unit(const struct catalogue_entry *e, const struct history_unit *unit)
{
    for (size_t i = 0; i < unit->table_count; i++) {
        if (!has_table(e, &unit->tables[i]))
            return false;
    }
    return true;
}

static bool
is_sealed_for(const struct catalogue_entry *e, bool encrypted, const char *sealed_for)
{
    if (e->encrypted != encrypted)
        return false;
    return !encrypted ||
           (sealed_for != NULL && e->sealed_for != NULL && strcmp(e->sealed_for, sealed_for) == 0);
}

const struct catalogue_entry *
history_find_older(const struct catalogue *c, const char *database, const struct history_unit *unit,
    bool encrypted, const char *sealed_for)
{
    for (size_t i = c->count; i-- > 0;) {
        const struct catalogue_entry *e = &c->entries[i];

        if (e->kind == CATALOGUE_CONTAINER && e->partition != NULL &&
            strcmp(e->partition, unit->name) == 0 && strcmp(e->database, database) == 0 &&
            is_sealed_for(e, encrypted, sealed_for) && holds_unit(e, unit) &&
            !catalogue_is_removed(c, e->container) && !catalogue_is_superseded(c, e))
            return e;
    }
    return NULL;
}

static int
read_anew(struct store *s, const struct catalogue *c, const struct catalogue_entry *older,
    struct fault *f)
{
    struct inlet from;
    char sha256[DIGEST_HEX_BYTES];
    uint64_t bytes;
    int rc = inlet_of_entry(&from, s, c, older, f);

    if (rc == 0)
        rc = inlet_digest(&from, &bytes, sha256, f);
    inlet_release(&from);
    return rc == 0 ? bytes == older->bytes && strcmp(sha256, older->sha256) == 0 : -1;
}

int
history_check_older(struct store *s, const struct catalogue *c, const struct catalogue_entry *older,
    struct fault *f)
{
    uint64_t bytes = 0;
    int rc = store_find(s, older->file, &bytes, f);

    if (rc == 1 && bytes != older->bytes)
        rc = 0;
    if (rc == 1 && (!store_is_remote(s) || catalogue_verified_utc(c, older->container, false) <
                                               clock_now() - trusted_us))
        rc = read_anew(s, c, older, f);
    return rc;
}
