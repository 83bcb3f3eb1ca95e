#include "cube/folder.h"

#include <limits.h>
#include <string.h>

#include "config/base/file.h"
#include "tests/harness.h"
#include "tests/shortage.h"
#include "tests/strike.h"

static const struct manifest nothing = {.next_number = 1};

/* A cube "Sales" in the directory "db" whose manifest is damaged. */
static void
make_damaged(void)
{
    static const char *const files[] = {
        "db/Sales/cube.xml", "db/Sales/7.seg", "db/Sales/9-aggregates.seg"};
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_make_directory("db/Sales", 0700, &f), &f);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        ASSERT_OK(file_write_all(files[i], "damaged", 7, 0600, &f), &f);
}

/* Cut off it might be the name of another file. */
static void
a_path_that_does_not_fit_is_not_swept(void)
{
    struct fault f = FAULT_INIT;
    char folder[PATH_MAX] = "";

    make_damaged();
    while (strlen(folder) < sizeof folder - 12)
        strcat(folder, "./");
    strcat(folder, "db/Sales");
    ASSERT_FAULT(folder_sweep(folder, &nothing, &f), &f, FAULT_IO, ".seg");
    CU_ASSERT(file_exists("db/Sales/7.seg"));
    ASSERT_OK(folder_sweep("db/Sales", &nothing, &f), &f);
    CU_ASSERT(!file_exists("db/Sales/7.seg"));
}

static void
a_cube_that_is_not_there_is_not_locked(void)
{
    struct fault f = FAULT_INIT;

    make_damaged();
    CU_ASSERT_EQUAL(folder_lock("db", "Salse", &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.hint, "Sales"));
    fault_clear(&f);
    CU_ASSERT_EQUAL(folder_lock("db", "../db", &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    fault_clear(&f);
}

static int
read_damaged(struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct manifest m;
    bool damaged;
    int rc = folder_manifest("db/Sales", &memory, &m, &damaged, f);

    if (rc == 0) {
        CU_ASSERT(damaged);
        CU_ASSERT_EQUAL(m.parts[MANIFEST_COMPLETED].segment_count, 2);
        CU_ASSERT_EQUAL(m.next_number, 10);
    }
    arena_release(&memory);
    return rc;
}

static void
a_damaged_manifest_gives_way_to_all_segments_or_none(void)
{
    int failed = 0;

    make_damaged();
    shortage_everywhere(read_damaged, 3);
    for (bool striking = false; striking ? strike_next() : true; striking = true) {
        struct fault f = FAULT_INIT;
        int rc;

        striking ? strike_begin(false) : strike_notice(STRIKE_FILE);
        rc = read_damaged(&f);
        strike_end();
        CU_ASSERT(rc == 0 || f.kind == FAULT_IO);
        failed += rc != 0;
        fault_clear(&f);
    }
    CU_ASSERT(failed >= 3);
}

const struct test suite_cube_folder[] = {
    {"a path that does not fit is not swept", a_path_that_does_not_fit_is_not_swept},
    {"a cube that is not there is not locked", a_cube_that_is_not_there_is_not_locked},
    {"a damaged manifest gives way to all segments or none",
        a_damaged_manifest_gives_way_to_all_segments_or_none},
    {0},
};
