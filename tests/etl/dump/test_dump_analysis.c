#include <unistd.h>

#include "cube/folder.h"
#include "etl/dump/verify.h"
#include "tests/etl/dump/sample.h"
#include "tests/shortage.h"

/* A cube's folder with a manifest and the segment it names. */
static void
write_cube(const char *name, enum cube_storage storage)
{
    static const struct cube_level level = {.name = "State", .type = VALUE_TEXT};
    static const struct cube_dimension dimension = {"Place", &level, 1};
    static const struct cube_source source = {"Amount", VALUE_INT};
    static const struct cube_measure measure = {"Total", CUBE_SUM, 0};
    struct manifest_segment segment = {1, 5, 500, 0xABC};
    struct manifest m = {.model = {&dimension, 1, &source, 1, &measure, 1},
        .storage = storage,
        .watermark = 42,
        .processed = true,
        .next_number = 2};
    struct fault f = FAULT_INIT;
    char path[200];

    if (storage == CUBE_STORAGE_MEMORY)
        m.parts[MANIFEST_COMPLETED] = (struct manifest_part){&segment, 1, 5};
    snprintf(path, sizeof path, "data/cubes/%s", name);
    ASSERT_OK(file_make_directory(path, 0700, &f), &f);
    snprintf(path, sizeof path, "data/cubes/%s/cube.xml", name);
    ASSERT_OK(manifest_write(path, &m, &f), &f);
    if (storage == CUBE_STORAGE_DIRECT)
        return;
    snprintf(path, sizeof path, "data/cubes/%s/1.seg", name);
    ASSERT_OK(file_write_all(path, "facts", 5, 0600, &f), &f);
}

static void
dump(struct site *site, bool metadata_only)
{
    struct fault f = FAULT_INIT;
    const struct dump_order order = {.file = "cubes", .metadata_only = metadata_only};
    struct dump_result result = DUMP_RESULT_INIT;

    ASSERT_OK(dump_analysis(site, "Cubes", &order, &result, &f), &f);
    dump_result_release(&result);
}

static void
expect_mode(struct site *site, const char *mode, bool metadata_only)
{
    struct fault f = FAULT_INIT;
    const struct verify_order order = {.source = "cubes"};
    struct verify_result result = VERIFY_RESULT_INIT;

    ASSERT_OK(verify_container(site, &order, &result, &f), &f);
    CU_ASSERT_STRING_EQUAL(result.summary.info.storage_mode, mode);
    CU_ASSERT_EQUAL(result.summary.info.metadata_only, metadata_only);
    verify_result_release(&result);
}

static void
brings_back_the_whole_directory(void)
{
    struct site site;
    const struct restore_order order = {.source = "cubes", .as = "copy"};

    sample_open(&site, NULL);
    write_cube("Käufe 1", CUBE_STORAGE_MEMORY);
    write_cube("B", CUBE_STORAGE_MEMORY);
    CU_ASSERT_EQUAL(system("echo r > data/cubes/roles.xml; echo x > data/cubes/B/2.seg.part"), 0);
    dump(&site, false);
    expect_mode(&site, "memory", false);
    sample_restore(&site, &order);
    CU_ASSERT_EQUAL(system("rm data/cubes/B/2.seg.part; diff -r data/cubes data/copy"), 0);
    site_close(&site);
}

static void
leaves_out_the_facts_when_only_metadata_is_wanted(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct arena a = ARENA_INIT;
    struct manifest m;
    const struct restore_order order = {.source = "cubes", .as = "copy"};

    sample_open(&site, NULL);
    write_cube("A", CUBE_STORAGE_MEMORY);
    dump(&site, true);
    expect_mode(&site, "memory", true);
    sample_restore(&site, &order);
    CU_ASSERT(!file_exists("data/copy/A/1.seg"));
    ASSERT_OK(manifest_read("data/copy/A/cube.xml", &a, &m, &f), &f);
    CU_ASSERT_EQUAL(m.parts[MANIFEST_COMPLETED].segment_count, 0);
    CU_ASSERT_EQUAL(m.watermark, 0);
    CU_ASSERT(!m.processed);
    CU_ASSERT_STRING_EQUAL(m.model.dimensions[0].name, "Place");
    arena_release(&a);
    site_close(&site);
}

static void
takes_the_metadata_of_cubes_in_direct_mode(void)
{
    struct site site;
    const struct restore_order order = {.source = "cubes", .as = "copy"};

    sample_open(&site, NULL);
    write_cube("A", CUBE_STORAGE_DIRECT);
    dump(&site, false);
    expect_mode(&site, "directquery", true);
    sample_restore(&site, &order);
    CU_ASSERT_EQUAL(system("diff -r data/cubes data/copy"), 0);
    site_close(&site);
}

static void
refuses_while_a_cube_is_processed(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct dump_order order = {.file = "cubes"};
    struct dump_result result = DUMP_RESULT_INIT;
    int lock;

    sample_open(&site, NULL);
    write_cube("A", CUBE_STORAGE_MEMORY);
    lock = folder_lock("data/cubes", "A", &f);
    CU_ASSERT_FATAL(lock >= 0);
    ASSERT_FAULT(dump_analysis(&site, "Cubes", &order, &result, &f), &f, FAULT_LOCKED, "'A'");
    CU_ASSERT(!file_exists("store/cubes.abf"));
    close(lock);
    site_close(&site);
}

static void
does_not_replace_a_cube_that_is_processed(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "cubes", .allow_overwrite = true};
    int lock;

    sample_open(&site, NULL);
    write_cube("A", CUBE_STORAGE_MEMORY);
    dump(&site, false);
    lock = folder_lock("data/cubes", "A", &f);
    CU_ASSERT_FATAL(lock >= 0);
    CU_ASSERT_EQUAL(sample_try(&site, &order, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_LOCKED);
    CU_ASSERT(!file_exists("data/cubes.restoring"));
    close(lock);
    sample_restore(&site, &order);
    site_close(&site);
}

static void
replaces_the_directory_as_a_whole(void)
{
    struct site site;
    const struct restore_order order = {.source = "cubes", .allow_overwrite = true};

    sample_open(&site, NULL);
    write_cube("A", CUBE_STORAGE_MEMORY);
    dump(&site, false);
    write_cube("Later", CUBE_STORAGE_MEMORY);
    sample_restore(&site, &order);
    CU_ASSERT(file_exists("data/cubes/A/1.seg"));
    CU_ASSERT(!file_exists("data/cubes/Later"));
    CU_ASSERT(!file_exists("data/cubes.restoring"));
    site_close(&site);
}

static void
brings_back_one_cube_beside(void)
{
    struct site site;
    const struct restore_order order = {.source = "cubes", .as = "copy", .only = "A*"};

    sample_open(&site, NULL);
    write_cube("A1", CUBE_STORAGE_MEMORY);
    write_cube("B", CUBE_STORAGE_MEMORY);
    dump(&site, false);
    sample_restore(&site, &order);
    CU_ASSERT(file_exists("data/copy/A1/1.seg"));
    CU_ASSERT(!file_exists("data/copy/B"));
    site_close(&site);
}

static void
puts_back_what_a_crash_left_under_its_other_name(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "cubes"};

    sample_open(&site, NULL);
    write_cube("A", CUBE_STORAGE_MEMORY);
    dump(&site, false);
    CU_ASSERT_EQUAL(rename("data/cubes", "data/cubes.replaced"), 0);
    CU_ASSERT_EQUAL(sample_try(&site, &order, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_EXISTS);
    CU_ASSERT(file_exists("data/cubes/A/1.seg"));
    site_close(&site);
}

static int
refuse_staged(
    void *state, const char *database, enum container_kind kind, const char *path, struct fault *f)
{
    int *calls = state;

    (*calls)++;
    CU_ASSERT_STRING_EQUAL(database, "Cubes");
    CU_ASSERT_EQUAL(kind, CONTAINER_ANALYSIS);
    CU_ASSERT(file_exists(path));
    return fault_set(f, FAULT_DATA, "not like this");
}

static void
asks_the_hook_before_anything_is_swapped(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    int calls = 0;
    const struct restore_order order = {.source = "cubes",
        .allow_overwrite = true,
        .hook = {.staged = refuse_staged, .state = &calls}};

    sample_open(&site, NULL);
    write_cube("A", CUBE_STORAGE_MEMORY);
    dump(&site, false);
    write_cube("Later", CUBE_STORAGE_MEMORY);
    ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_DATA, "not like this");
    CU_ASSERT_EQUAL(calls, 1);
    CU_ASSERT(file_exists("data/cubes/Later"));
    CU_ASSERT(!file_exists("data/cubes.restoring"));
    site_close(&site);
}

static struct site shorted;

/* In no catalogue, which would grow. */
static int
dump_metadata(struct fault *f)
{
    const struct dump_order order = {
        .file = "./alone.abf", .allow_overwrite = true, .metadata_only = true};
    struct dump_result result = DUMP_RESULT_INIT;
    int rc = dump_analysis(&shorted, "Cubes", &order, &result, f);

    dump_result_release(&result);
    return rc;
}

static void
is_whole_or_says_that_memory_ran_out(void)
{
    const struct restore_order order = {.source = "./alone.abf", .as = "copy"};
    const char *usual = getenv("TMPDIR");
    char *temporary = usual == NULL ? NULL : strdup(usual);

    sample_open(&shorted, NULL);
    write_cube("A", CUBE_STORAGE_MEMORY);
    write_cube("B", CUBE_STORAGE_DIRECT);
    CU_ASSERT_EQUAL(mkdir("tmp", 0700) + setenv("TMPDIR", "tmp", 1), 0);
    shortage_everywhere(dump_metadata, 100);
    CU_ASSERT_EQUAL(rmdir("tmp"), 0); /* nothing is left in it */
    CU_ASSERT_EQUAL(temporary == NULL ? unsetenv("TMPDIR") : setenv("TMPDIR", temporary, 1), 0);
    free(temporary);
    sample_restore(&shorted, &order);
    CU_ASSERT_EQUAL(system("diff data/cubes/B/cube.xml data/copy/B/cube.xml"), 0);
    CU_ASSERT(!file_exists("data/copy/A/1.seg"));
    site_close(&shorted);
}

const struct test suite_etl_dump_dump_analysis[] = {
    {"is whole or says that memory ran out", is_whole_or_says_that_memory_ran_out},
    {"brings back the whole directory", brings_back_the_whole_directory},
    {"leaves out the facts when only metadata is wanted",
        leaves_out_the_facts_when_only_metadata_is_wanted},
    {"takes the metadata of cubes in direct mode", takes_the_metadata_of_cubes_in_direct_mode},
    {"refuses while a cube is processed", refuses_while_a_cube_is_processed},
    {"does not replace a cube that is processed", does_not_replace_a_cube_that_is_processed},
    {"replaces the directory as a whole", replaces_the_directory_as_a_whole},
    {"brings back one cube beside", brings_back_one_cube_beside},
    {"puts back what a crash left under its other name",
        puts_back_what_a_crash_left_under_its_other_name},
    {"asks the hook before anything is swapped", asks_the_hook_before_anything_is_swapped},
    {0},
};
