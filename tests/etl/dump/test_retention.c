#include "etl/dump/retention.h"

#include "config/base/clock.h"
#include "etl/dump/prune.h"
#include "tests/etl/dump/sample.h"

static const int64_t day_us = INT64_C(86400000000);

/* A catalogue that is told, not read; nights are days after a Monday, 2026-06-01. */
struct story {
    struct catalogue c;
    struct settings settings;
    struct database_setting databases[3];
    struct retention r;
};

static int64_t
night_utc(int64_t night)
{
    int64_t monday = 0;

    moment_parse("2026-06-01T02:00:00Z", 20, 0, &monday);
    return monday + night * day_us;
}

static struct catalogue_entry *
tell(struct story *s, enum catalogue_kind kind, int64_t run)
{
    struct catalogue *c = &s->c;
    struct catalogue_entry *e = arena_append(&c->memory, &c->entries, &c->count, sizeof *e);

    CU_ASSERT_PTR_NOT_NULL_FATAL(e);
    e->kind = kind;
    e->run = run;
    e->added_utc = night_utc(run);
    e->taken_utc = night_utc(run);
    e->sequence = ++c->last;
    return e;
}

/* A container "<database>-<run>" or "<partition>", found right when it was written. */
static struct catalogue_entry *
tell_container(struct story *s, const char *database, const char *partition, int64_t run)
{
    struct catalogue_entry *e = tell(s, CATALOGUE_CONTAINER, run);
    size_t index = (size_t)(e - s->c.entries);
    const char *id = partition != NULL
                         ? partition
                         : arena_printf(&s->c.memory, "%s-%lld", database, (long long)run);

    e->database = database;
    e->partition = partition;
    e->container = e->file = id;
    tell(s, CATALOGUE_VERIFIED, run)->container = id;
    return &s->c.entries[index];
}

static void
tell_table(struct story *s, struct catalogue_entry *e, const char *name, const char *reference)
{
    struct catalogue_table *t = arena_append(&s->c.memory, &e->tables, &e->table_count, sizeof *t);

    t->name = name;
    t->reference = reference;
}

static void
tell_night(struct story *s, int64_t run)
{
    tell_container(s, "PrimaryImport", NULL, run);
    tell_container(s, "Archive", NULL, run);
    tell_container(s, "StarSchema", NULL, run);
    tell(s, CATALOGUE_RUN, run)->complete = true;
}

static void
begin(struct story *s, int daily, int weekly, int monthly)
{
    static const char *const names[] = {"PrimaryImport", "Archive", "StarSchema"};

    *s = (struct story){.c = CATALOGUE_INIT, .r = RETENTION_INIT};
    for (size_t i = 0; i < 3; i++)
        s->databases[i].name = names[i];
    s->settings.databases = s->databases;
    s->settings.database_count = 3;
    s->settings.backup.keep_daily = daily;
    s->settings.backup.keep_weekly = weekly;
    s->settings.backup.keep_monthly = monthly;
}

static void
plan(struct story *s)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(retention_plan(&s->r, &s->c, &s->settings, &f), &f);
}

static const char *
why(const struct story *s, const char *container)
{
    for (size_t i = 0; i < s->r.count; i++) {
        if (strcmp(s->r.items[i].entry->container, container) == 0)
            return s->r.items[i].why;
    }
    return "not listed";
}

static void
end(struct story *s)
{
    retention_release(&s->r);
    catalogue_release(&s->c);
}

static void
keeps_all_without_a_rule(void)
{
    struct story s;

    begin(&s, 0, 0, 0);
    for (int64_t night = 1; night <= 5; night++)
        tell_night(&s, night);
    plan(&s);
    CU_ASSERT_EQUAL(s.r.count, 15);
    for (size_t i = 0; i < s.r.count; i++)
        CU_ASSERT_PTR_NOT_NULL(s.r.items[i].why);
    end(&s);
}

static void
keeps_days_weeks_and_months(void)
{
    struct story s;
    int64_t kept[100];
    size_t count = 0;

    begin(&s, 2, 3, 2);
    s.settings.database_count = 1;
    /* Nights 1 (Tuesday, 2 June) to 40 (Saturday, 11 July). */
    for (int64_t night = 1; night <= 40; night++) {
        tell_container(&s, "PrimaryImport", NULL, night);
        tell(&s, CATALOGUE_RUN, night)->complete = true;
    }
    plan(&s);
    for (size_t i = 0; i < s.r.count; i++) {
        if (s.r.items[i].why != NULL)
            kept[count++] = s.r.items[i].entry->run;
    }
    /* 40, 39: days. 40, 34, 27: weeks that end on Sundays. 40, 29: months. */
    CU_ASSERT_EQUAL_FATAL(count, 5);
    CU_ASSERT_EQUAL(kept[0], 27);
    CU_ASSERT_EQUAL(kept[1], 29);
    CU_ASSERT_EQUAL(kept[2], 34);
    CU_ASSERT_EQUAL(kept[3], 39);
    CU_ASSERT_EQUAL(kept[4], 40);
    end(&s);
}

/* Restoring a run takes the archive and the star schema of the complete run before it. */
static void
keeps_what_a_kept_set_needs(void)
{
    struct story s;

    begin(&s, 1, 0, 0);
    for (int64_t night = 1; night <= 3; night++)
        tell_night(&s, night);
    plan(&s);
    CU_ASSERT_PTR_NOT_NULL(why(&s, "PrimaryImport-3"));
    CU_ASSERT(test_contains(why(&s, "Archive-2"), "run 3 needs it"));
    CU_ASSERT(test_contains(why(&s, "StarSchema-2"), "run 3 needs it"));
    CU_ASSERT_PTR_NULL(why(&s, "PrimaryImport-2"));
    CU_ASSERT_PTR_NULL(why(&s, "Archive-1"));
    end(&s);
}

static void
keeps_the_newest_verified_set(void)
{
    struct story s;

    begin(&s, 1, 0, 0);
    tell_night(&s, 1);
    tell_night(&s, 2);
    tell_night(&s, 3);
    for (size_t i = 0; i < s.c.count; i++) {
        if (s.c.entries[i].kind == CATALOGUE_VERIFIED && s.c.entries[i].run == 3)
            s.c.entries[i].container = "something else";
    }
    plan(&s);
    CU_ASSERT(test_contains(why(&s, "PrimaryImport-2"), "newest verified"));
    CU_ASSERT_PTR_NULL(why(&s, "PrimaryImport-1"));
    end(&s);
}

static void
keeps_what_is_leaned_on(void)
{
    struct story s;
    struct catalogue_entry *e;

    begin(&s, 1, 0, 0);
    s.settings.database_count = 1;
    tell_container(&s, "PrimaryImport", "bam_O_1", 1);
    tell_container(&s, "PrimaryImport", "bam_O_2", 1);
    e = tell_container(&s, "PrimaryImport", NULL, 1);
    tell_table(&s, e, "bam_O_1", "bam_O_1");
    tell_table(&s, e, "bam_O_2", "bam_O_2");
    tell(&s, CATALOGUE_RUN, 1)->complete = true;
    e = tell_container(&s, "PrimaryImport", NULL, 2);
    tell_table(&s, e, "bam_O_2", "bam_O_2");
    tell(&s, CATALOGUE_RUN, 2)->complete = true;
    plan(&s);
    CU_ASSERT(test_contains(why(&s, "bam_O_2"), "leaves tables"));
    CU_ASSERT_PTR_NULL(why(&s, "bam_O_1"));
    CU_ASSERT_PTR_NULL(why(&s, "PrimaryImport-1"));
    end(&s);
}

static void
keeps_the_only_copy_of_what_was_archived(void)
{
    struct story s;
    struct catalogue_entry *e;

    begin(&s, 1, 0, 0);
    e = tell_container(&s, "Archive", NULL, 1);
    tell_table(&s, e, "bam_O_Instances_1", NULL);
    tell(&s, CATALOGUE_RUN, 1)->complete = true;
    e = tell_container(&s, "Archive", NULL, 2);
    tell_table(&s, e, "bam_O_Instances_1", NULL);
    tell_table(&s, e, "bam_O_Instances_2", NULL);
    tell(&s, CATALOGUE_RUN, 2)->complete = true;
    e = tell_container(&s, "Archive", NULL, 3);
    tell_table(&s, e, "bam_O_Instances_2", NULL);
    tell(&s, CATALOGUE_RUN, 3)->complete = true;
    plan(&s);
    CU_ASSERT_PTR_NOT_NULL(why(&s, "Archive-3"));
    CU_ASSERT(test_contains(why(&s, "Archive-2"), "only copy of bam_O_Instances_1"));
    CU_ASSERT_PTR_NULL(why(&s, "Archive-1"));
    end(&s);
}

static void
keeps_partitions_for_ever_without_an_archive(void)
{
    struct story s;

    begin(&s, 1, 0, 0);
    s.settings.database_count = 1;
    tell_table(&s, tell_container(&s, "PrimaryImport", "bam_O_1", 1), "bam_O_1", NULL);
    tell_night(&s, 2);
    plan(&s);
    CU_ASSERT(test_contains(why(&s, "bam_O_1"), "only copy"));
    end(&s);
}

/* ---- prune ---- */

static void
removes_newer_ones_first_and_says_so(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct prune_result r = PRUNE_RESULT_INIT;
    struct catalogue c = CATALOGUE_INIT;
    const char *order[2];
    size_t removed = 0;

    sample_open(&site, NULL);
    site.settings.backup.keep_daily = 1;
    sample_run(sample_database(&site, "StarSchema"), "CREATE TABLE t(n BIGINT)");
    for (int i = 0; i < 3; i++)
        sample_dump(&site, "StarSchema", NULL);
    ASSERT_OK(prune_store(&site, NULL, true, &r, &f), &f);
    CU_ASSERT_EQUAL(r.removed, 0);
    prune_result_release(&r);
    ASSERT_OK(prune_store(&site, NULL, false, &r, &f), &f);
    CU_ASSERT_EQUAL_FATAL(r.removed, 2);
    CU_ASSERT(!r.rows[0].kept && !r.rows[1].kept && r.rows[2].kept);
    ASSERT_OK(catalogue_read(site_store(&site, &f), &c, &f), &f);
    for (size_t i = 0; i < c.count; i++) {
        if (c.entries[i].kind == CATALOGUE_REMOVED)
            order[removed++] = c.entries[i].container;
    }
    CU_ASSERT_EQUAL_FATAL(removed, 2);
    CU_ASSERT_STRING_EQUAL(order[0], r.rows[1].entry->container);
    CU_ASSERT_STRING_EQUAL(order[1], r.rows[0].entry->container);
    catalogue_release(&c);
    prune_result_release(&r);
    site_close(&site);
}

/* Two backups of the star schema, of which one is to go; its path. */
static void
one_to_go(struct site *site, struct text *path)
{
    char file[512];

    sample_open(site, NULL);
    site->settings.backup.keep_daily = 1;
    sample_run(sample_database(site, "StarSchema"), "CREATE TABLE t(n BIGINT)");
    sample_dump(site, "StarSchema", file);
    sample_dump(site, "StarSchema", NULL);
    text_add_format(path, "store/%s", file);
}

/* A store that keeps what it has, as some do for years: no failure, and the rest goes on. */
static void
a_store_that_lets_nothing_go_is_told(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct prune_result r = PRUNE_RESULT_INIT;
    struct text path = TEXT_INIT;

    one_to_go(&site, &path);
    sample_powerless("store", true);
    ASSERT_OK(prune_store(&site, NULL, false, &r, &f), &f);
    sample_powerless("store", false);
    CU_ASSERT(r.retained == 1 && r.removed == 0 && file_exists(text_get(&path)));
    CU_ASSERT(test_contains(r.rows[0].why, "does not let it go"));
    prune_result_release(&r);
    ASSERT_OK(prune_store(&site, NULL, false, &r, &f), &f);
    CU_ASSERT(r.retained == 0 && r.removed == 1 && !file_exists(text_get(&path)));
    prune_result_release(&r);
    text_release(&path);
    site_close(&site);
}

static void
what_cannot_be_removed_ends_a_prune(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct prune_result r = PRUNE_RESULT_INIT;
    struct text path = TEXT_INIT;

    one_to_go(&site, &path);
    ASSERT_OK(file_remove(text_get(&path), &f), &f);
    ASSERT_OK(file_make_directory(text_get(&path), 0700, &f), &f);
    ASSERT_FAULT(prune_store(&site, NULL, false, &r, &f), &f, FAULT_IO, "prune: remove '");
    CU_ASSERT_EQUAL(r.removed, 0);
    prune_result_release(&r);
    text_release(&path);
    site_close(&site);
}

/* Killed between the object and its entry, a prune is finished by the next. */
static void
finishes_what_was_cut_off(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct prune_result r = PRUNE_RESULT_INIT;
    struct text path = TEXT_INIT;
    char file[512];

    sample_open(&site, NULL);
    site.settings.backup.keep_daily = 1;
    sample_run(sample_database(&site, "StarSchema"), "CREATE TABLE t(n BIGINT)");
    sample_dump(&site, "StarSchema", file);
    sample_dump(&site, "StarSchema", NULL);
    text_add_format(&path, "store/%s", file);
    ASSERT_OK(file_remove(text_get(&path), &f), &f);
    ASSERT_OK(prune_store(&site, NULL, false, &r, &f), &f);
    CU_ASSERT_EQUAL(r.removed, 1);
    prune_result_release(&r);
    ASSERT_OK(prune_store(&site, NULL, false, &r, &f), &f);
    CU_ASSERT_EQUAL(r.count, 1);
    prune_result_release(&r);
    text_release(&path);
    site_close(&site);
}

const struct test suite_etl_dump_retention[] = {
    {"keeps all without a rule", keeps_all_without_a_rule},
    {"keeps days, weeks and months", keeps_days_weeks_and_months},
    {"keeps what a kept set needs", keeps_what_a_kept_set_needs},
    {"keeps the newest verified set", keeps_the_newest_verified_set},
    {"keeps what is leaned on", keeps_what_is_leaned_on},
    {"keeps the only copy of what was archived", keeps_the_only_copy_of_what_was_archived},
    {"keeps partitions for ever without an archive", keeps_partitions_for_ever_without_an_archive},
    {"removes newer ones first and says so", removes_newer_ones_first_and_says_so},
    {"a store that lets nothing go is told", a_store_that_lets_nothing_go_is_told},
    {"what cannot be removed ends a prune", what_cannot_be_removed_ends_a_prune},
    {"finishes what was cut off", finishes_what_was_cut_off},
    {0},
};
