/* What becomes of a cube that is damaged, and of one that cannot be read or built now. */
#include "etl/star/process.h"

#include "cube/manifest.h"
#include "cube/store.h"
#include "etl/star/load.h"
#include "tests/etl/fixture.h"

#define CUBE "cubes/OrderCube/"

/* Ten facts, and a cube of them. */
struct shop {
    struct fixture x;
    struct star s;
    struct process_result result;
};

static int
process(struct shop *shop, enum process_type type, enum cube_storage storage)
{
    const struct process_order order = {"cubes", type, storage, NULL};

    fault_clear(&shop->x.f);
    return process_cube(shop->x.star, &shop->s, &order, &shop->result, &shop->x.f);
}

static void
load(struct shop *shop)
{
    const struct load_databases databases = {shop->x.primary, shop->x.star, shop->x.archive};
    struct load_result r;

    ASSERT_OK(load_star(&databases, &shop->s, HISTORY_WINDOW, &r, &shop->x.f), &shop->x.f);
}

static void
shop_begin(struct shop *shop)
{
    struct fixture *x = &shop->x;

    fixture_begin(x);
    fixture_complete(x, 1, 10);
    ASSERT_OK(star_init(&shop->s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    load(shop);
    ASSERT_OK(process(shop, PROCESS_FULL, CUBE_STORAGE_MEMORY), &x->f);
}

static void
shop_end(struct shop *shop)
{
    star_release(&shop->s);
    fixture_end(&shop->x);
}

/* The facts of the published cube. */
static uint64_t
facts(struct shop *shop)
{
    struct stored_cube *c = cube_open("cubes", "OrderCube", &shop->x.f);
    uint64_t count;

    if (c == NULL)
        test_print_fault(__FILE__, __LINE__, &shop->x.f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    count = cube_facts(c, CUBE_PART_ALL);
    cube_close(c);
    return count;
}

static void
damage_manifest(void)
{
    fixture_write(CUBE MANIFEST_NAME, "<Cube");
}

static void
a_damaged_manifest_heals(void)
{
    static const struct {
        enum process_type type;
        enum cube_storage storage;
        uint64_t facts;
    } cases[] = {
        {PROCESS_DEFAULT, CUBE_STORAGE_MEMORY, 10},
        {PROCESS_FULL, CUBE_STORAGE_MEMORY, 10},
        {PROCESS_DATA, CUBE_STORAGE_MEMORY, 10},
        {PROCESS_CLEAR, CUBE_STORAGE_MEMORY, 0},
        {PROCESS_DEFAULT, CUBE_STORAGE_DIRECT, 10},
        {PROCESS_DEFAULT, CUBE_STORAGE_DIRECT, 10},
    };
    struct shop shop;

    shop_begin(&shop);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        damage_manifest();
        CU_ASSERT_PTR_NULL(cube_open("cubes", "OrderCube", &shop.x.f));
        CU_ASSERT_EQUAL(shop.x.f.kind, FAULT_DATA);
        ASSERT_OK(process(&shop, cases[i].type, cases[i].storage), &shop.x.f);
        CU_ASSERT_EQUAL(facts(&shop), cases[i].facts);
    }
    shop_end(&shop);
}

/* Nothing goes before something better is there. */
static void
a_build_that_fails_leaves_a_damaged_cube(void)
{
    struct text manifest = TEXT_INIT, sql = TEXT_INIT;
    struct shop shop;

    shop_begin(&shop);
    ASSERT_OK(file_read_all(CUBE MANIFEST_NAME, 1 << 20, &manifest, &shop.x.f), &shop.x.f);
    damage_manifest();
    sql_set(&sql, "DROP TABLE %n", shop.s.names.active_facts);
    ASSERT_OK(db_run(shop.x.star, text_get(&sql), NULL, &shop.x.f), &shop.x.f);
    CU_ASSERT_EQUAL(process(&shop, PROCESS_DEFAULT, CUBE_STORAGE_MEMORY), -1);
    CU_ASSERT(file_exists(CUBE "1.seg"));
    CU_ASSERT_FALSE(file_exists(CUBE "2.seg"));
    fixture_write(CUBE MANIFEST_NAME, text_get(&manifest));
    CU_ASSERT_EQUAL(facts(&shop), 10);
    text_release(&manifest);
    text_release(&sql);
    shop_end(&shop);
}

/* A file that cannot be read today is no damage. */
static void
an_unreadable_cube_stays(void)
{
    struct shop shop;

    shop_begin(&shop);
    ASSERT_OK(file_rename(CUBE "1.seg", CUBE "kept", &shop.x.f), &shop.x.f);
    CU_ASSERT_EQUAL(symlink("1.seg", CUBE "1.seg"), 0);
    CU_ASSERT_EQUAL(process(&shop, PROCESS_DEFAULT, CUBE_STORAGE_MEMORY), -1);
    CU_ASSERT_EQUAL(shop.x.f.kind, FAULT_IO);
    ASSERT_OK(file_rename(CUBE "kept", CUBE "1.seg", &shop.x.f), &shop.x.f);
    CU_ASSERT_EQUAL(facts(&shop), 10);
    shop_end(&shop);
}

/* An addition whose totals differ is followed by a full build: its facts are counted once. */
static void
a_second_attempt_counts_anew(void)
{
    struct text sql = TEXT_INIT;
    struct shop shop;

    shop_begin(&shop);
    fixture_complete(&shop.x, 11, 11);
    load(&shop);
    ASSERT_OK(fixture_run(&shop.x, shop.x.star,
                  "UPDATE bam_OrderCube_Facts SET Quantity = Quantity + 1 WHERE Quantity = 10"),
        &shop.x.f);
    sql_set(&sql, "UPDATE %n SET %n = NULL WHERE \"Quantity\" = 110", shop.s.names.facts,
        shop.s.dimensions[0].key);
    ASSERT_OK(db_run(shop.x.star, text_get(&sql), NULL, &shop.x.f), &shop.x.f);
    ASSERT_OK(process(&shop, PROCESS_DEFAULT, CUBE_STORAGE_MEMORY), &shop.x.f);
    CU_ASSERT_STRING_EQUAL(shop.result.how, "full");
    CU_ASSERT_EQUAL(shop.result.completed, 11);
    CU_ASSERT_EQUAL(shop.result.null_keys, 1);
    text_release(&sql);
    shop_end(&shop);
}

const struct test suite_etl_star_process[] = {
    {"a damaged manifest heals", a_damaged_manifest_heals},
    {"a build that fails leaves a damaged cube", a_build_that_fails_leaves_a_damaged_cube},
    {"an unreadable cube stays", an_unreadable_cube_stays},
    {"a second attempt counts anew", a_second_attempt_counts_anew},
    {NULL, on_each_engine},
};
