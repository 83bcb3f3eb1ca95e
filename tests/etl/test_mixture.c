/* Primary import, archive and star schema on engines of their own: one night on each mixture. */
#include <string.h>

#include "etl/maintenance/archiving.h"
#include "etl/maintenance/spawn.h"
#include "etl/star/load.h"
#include "tests/etl/fixture.h"

static int
always_holds(void *state, const char *database, const char *table, const struct rowsum *sum,
    struct evidence *found, struct fault *f)
{
    (void)state, (void)database, (void)table, (void)sum, (void)found, (void)f;
    return 1;
}

static void
load(struct fixture *x, struct load_result *result)
{
    const struct load_databases databases = {x->primary, x->star, x->archive};
    struct star s;

    ASSERT_OK(star_init(&s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    ASSERT_OK(load_star(&databases, &s, HISTORY_PRIMARY, result, &x->f), &x->f);
    star_release(&s);
}

/* Import, swap, load, archive, drop. */
static void
night_on(enum engine primary, enum engine archive, enum engine star)
{
    struct spawn_result spawned;
    struct load_result loaded;
    struct archiving_result archived;
    struct archiving a;
    struct fixture x;

    if (!engine_is_installed(ENGINE_POSTGRESQL) || !engine_is_installed(ENGINE_MARIADB))
        return;
    fixture_begin_on(&x, primary, archive, star);
    a = (struct archiving){.primary = x.primary,
        .archive = x.archive,
        .definition = &x.definition,
        .activity = fixture_activity(&x),
        .proof = {.holds = always_holds}};
    fixture_complete(&x, 1, 10);
    ASSERT_OK(
        spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
    CU_ASSERT_EQUAL(spawned.rows, 10);
    load(&x, &loaded);
    CU_ASSERT_EQUAL(loaded.completed, 10);
    fixture_set_now("2026-09-01T00:00:00Z");
    ASSERT_OK(archiving_begin(&a, &archived, &x.f), &x.f);
    ASSERT_OK(archiving_copy(&a, &archived, &x.f), &x.f);
    ASSERT_OK(archiving_end(&a, &archived, &x.f), &x.f);
    CU_ASSERT_EQUAL(archived.partitions, 1);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_AllInstances"), 0);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.archive, "SELECT count(*) FROM bam_Order_InstancesView"), 10);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.star, "SELECT sum(Quantity) FROM bam_OrderCube_Facts"), 550);
    fixture_end(&x);
}

static void
primary_on_sqlite(void)
{
    night_on(ENGINE_SQLITE, ENGINE_POSTGRESQL, ENGINE_MARIADB);
    night_on(ENGINE_SQLITE, ENGINE_MARIADB, ENGINE_POSTGRESQL);
}

static void
primary_on_postgresql(void)
{
    night_on(ENGINE_POSTGRESQL, ENGINE_MARIADB, ENGINE_SQLITE);
    night_on(ENGINE_POSTGRESQL, ENGINE_SQLITE, ENGINE_MARIADB);
}

static void
primary_on_mariadb(void)
{
    night_on(ENGINE_MARIADB, ENGINE_SQLITE, ENGINE_POSTGRESQL);
    night_on(ENGINE_MARIADB, ENGINE_POSTGRESQL, ENGINE_SQLITE);
}

const struct test suite_etl_mixture[] = {
    {"primary on SQLite, the others on servers", primary_on_sqlite},
    {"primary on PostgreSQL, the others elsewhere", primary_on_postgresql},
    {"primary on MariaDB, the others elsewhere", primary_on_mariadb},
    {0},
};
