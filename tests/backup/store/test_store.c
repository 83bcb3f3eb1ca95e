#include "backup/store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include "config/base/file.h"
#include "tests/backup/store/conformance.h"

static struct store *
open_here(void)
{
    struct fault f = FAULT_INIT;
    struct store *s = store_open("file:deep/backups", &f);

    CU_ASSERT_FATAL(s != NULL);
    return s;
}

static void
a_directory_is_a_store(void)
{
    struct store *s = open_here();

    store_conforms(s);
    CU_ASSERT_STRING_EQUAL(store_location(s), "file:deep/backups");
    store_close(s);
}

static void
an_unknown_scheme_names_the_known_ones(void)
{
    struct fault f = FAULT_INIT;

    CU_ASSERT_PTR_NULL(store_open("ftp://host/dir", &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_SETTINGS);
    CU_ASSERT(test_contains(f.text, "file:DIR"));
    CU_ASSERT_PTR_NULL(store_open("backups", &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_SETTINGS);
    CU_ASSERT_PTR_NULL(store_open("file:", &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_SETTINGS);
}

static void
only_the_owner_may_read_what_is_stored(void)
{
    struct store *s = open_here();
    struct stat status;

    put_object(s, "a/b", "x", false);
    CU_ASSERT_EQUAL(stat("deep/backups/a/b", &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);
    CU_ASSERT_EQUAL(stat("deep/backups/a", &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0700);
    store_close(s);
}

static void
a_part_left_by_a_crash_is_not_listed_and_not_in_the_way(void)
{
    struct store *s = open_here();
    struct fault f = FAULT_INIT;

    put_object(s, "a", "x", false);
    ASSERT_OK(file_write_all("deep/backups/b.part", "half", 4, 0600, &f), &f);
    CU_ASSERT_EQUAL(count_objects(s, ""), 1);
    put_object(s, "b", "w", false);
    expect_object(s, "b", "w");
    store_close(s);
}

static void
a_part_that_is_the_object_already_does_it_no_harm(void)
{
    struct store *s = open_here();

    /* A crash between giving the name and taking the part's name away. */
    put_object(s, "a", "precious", false);
    CU_ASSERT_EQUAL(link("deep/backups/a", "deep/backups/a.part"), 0);
    CU_ASSERT_EQUAL(link("deep/backups/a", "deep/backups/copy"), 0);
    put_object(s, "a", "new", true);
    expect_object(s, "copy", "precious");
    expect_object(s, "a", "new");
    store_close(s);
}

const struct test suite_backup_store_store[] = {
    {"a directory is a store", a_directory_is_a_store},
    {"an unknown scheme names the known ones", an_unknown_scheme_names_the_known_ones},
    {"only the owner may read what is stored", only_the_owner_may_read_what_is_stored},
    {"a part left by a crash is not listed and not in the way",
        a_part_left_by_a_crash_is_not_listed_and_not_in_the_way},
    {"a part that is the object already does it no harm",
        a_part_that_is_the_object_already_does_it_no_harm},
    {0},
};
