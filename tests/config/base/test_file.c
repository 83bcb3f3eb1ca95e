#include "config/base/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness.h"
#include "tests/strike.h"

/* As others write, who know nothing of our parts. */
static void
put(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fputs(content, file) >= 0);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

static bool
holds(const char *path, const char *content)
{
    struct fault f = FAULT_INIT;
    struct text t = TEXT_INIT;
    bool same = file_read_all(path, 1000, &t, &f) == 0 && strcmp(text_get(&t), content) == 0;

    text_release(&t);
    return same;
}

static void
a_file_is_read_up_to_its_limit(void)
{
    struct fault f = FAULT_INIT;
    struct text t = TEXT_INIT;

    put("five", "12345");
    ASSERT_OK(file_read_all("five", 5, &t, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&t), "12345");
    ASSERT_FAULT(file_read_all("five", 4, &t, &f), &f, FAULT_DATA, "larger than 4 bytes");
    text_release(&t);
}

static void
begin(struct file_writer *w, bool overwrite)
{
    struct fault f = FAULT_INIT;
    struct byte_sink sink;

    *w = (struct file_writer)FILE_WRITER_INIT;
    ASSERT_OK(file_writer_open(w, "target", 0600, overwrite, &f), &f);
    sink = file_writer_sink(w);
    ASSERT_OK(sink.write(sink.state, "new", 3, &f), &f);
}

/* Who was quicker keeps his file, and nothing of the other lies about. */
static void
what_came_meanwhile_is_not_replaced(void)
{
    struct fault f = FAULT_INIT;
    struct file_writer w;

    begin(&w, false);
    put("target", "theirs");
    ASSERT_FAULT(file_writer_commit(&w, false, &f), &f, FAULT_EXISTS, "target");
    file_writer_abandon(&w);
    CU_ASSERT(holds("target", "theirs"));
    CU_ASSERT(!file_exists("target.part"));
    ASSERT_FAULT(file_writer_open(&w, "target", 0600, false, &f), &f, FAULT_EXISTS, "target");
    begin(&w, true);
    CU_ASSERT(holds("target", "theirs"));
    ASSERT_OK(file_writer_commit(&w, true, &f), &f);
    CU_ASSERT(holds("target", "new"));
}

static void
two_writers_of_a_file_never_mix(void)
{
    struct fault f = FAULT_INIT;
    struct file_writer w, other = FILE_WRITER_INIT;

    begin(&w, true);
    ASSERT_FAULT(file_writer_open(&other, "target", 0600, true, &f), &f, FAULT_LOCKED, "target");
    ASSERT_OK(file_writer_commit(&w, true, &f), &f);
    CU_ASSERT(holds("target", "new"));
}

/* A part that a crash left behind its publishing is the target too: that keeps what it holds. */
static void
a_part_that_was_published_is_left_in_peace(void)
{
    struct fault f = FAULT_INIT;
    struct file_writer w;

    put("target", "old");
    CU_ASSERT_EQUAL_FATAL(link("target", "target.part"), 0);
    begin(&w, true);
    CU_ASSERT(holds("target", "old"));
    ASSERT_OK(file_writer_commit(&w, true, &f), &f);
    CU_ASSERT(holds("target", "new"));
}

static int
replace(struct fault *f)
{
    struct file_writer w;
    struct byte_sink sink;

    if (file_writer_open(&w, "target", 0600, true, f) != 0)
        return -1;
    sink = file_writer_sink(&w);
    if (sink.write(sink.state, "new", 3, f) == 0)
        return file_writer_commit(&w, true, f);
    file_writer_abandon(&w);
    return -1;
}

/* Each call of it, once: one of the two files is there, whole, and nothing beside it. */
static void
a_disk_that_fails_leaves_the_old_or_the_new(void)
{
    int failed = 0;

    for (bool striking = false; striking ? strike_next() : true; striking = true) {
        struct fault f = FAULT_INIT;
        int rc;

        put("target", "old");
        CU_ASSERT_EQUAL_FATAL(link("target", "target.part"), 0);
        striking ? strike_begin(false) : strike_notice(STRIKE_FILE);
        rc = replace(&f);
        strike_end();
        CU_ASSERT(rc == 0 ? holds("target", "new") : f.kind == FAULT_IO);
        CU_ASSERT(holds("target", "new") || holds("target", "old"));
        CU_ASSERT(!file_exists("target.part"));
        failed += rc != 0;
        fault_clear(&f);
    }
    CU_ASSERT(failed >= 6);
}

/* A target that cannot be replaced stays, and so says the fault. */
static void
a_directory_is_no_target(void)
{
    struct fault f = FAULT_INIT;
    struct file_writer w;

    ASSERT_OK(file_make_directory("target", 0700, &f), &f);
    begin(&w, true);
    ASSERT_FAULT(file_writer_commit(&w, true, &f), &f, FAULT_IO, "rename");
    file_writer_abandon(&w);
    CU_ASSERT(file_is_directory("target") && !file_exists("target.part"));
    CU_ASSERT_EQUAL(file_rename("nothing", "target", &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_NO_INPUT);
    fault_clear(&f);
    CU_ASSERT_EQUAL(file_remove("target", &f), -1);
    CU_ASSERT(file_is_directory("target"));
}

static void
a_file_is_no_directory(void)
{
    struct fault f = FAULT_INIT;

    put("file", "x");
    CU_ASSERT_EQUAL(file_make_directory("file/below", 0700, &f), -1);
    CU_ASSERT(test_contains(f.text, "file"));
    fault_clear(&f);
    CU_ASSERT_EQUAL(file_sync_directory("nowhere", &f), -1);
    CU_ASSERT(test_contains(f.text, "'nowhere'"));
    fault_clear(&f);
    ASSERT_OK(file_remove("nowhere", &f), &f);
    ASSERT_OK(file_remove_tree("file", &f), &f);
    CU_ASSERT(!file_exists("file"));
}

/* What it points to is not ours. */
static void
a_tree_is_removed_without_what_it_points_to(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_make_directory("tree/deep/deeper", 0700, &f), &f);
    ASSERT_OK(file_make_directory("elsewhere", 0700, &f), &f);
    put("tree/deep/file", "x");
    put("elsewhere/file", "kept");
    CU_ASSERT_EQUAL_FATAL(symlink("../../elsewhere", "tree/deep/link"), 0);
    ASSERT_OK(file_remove_tree("tree", &f), &f);
    CU_ASSERT(!file_exists("tree"));
    CU_ASSERT(holds("elsewhere/file", "kept"));
}

const struct test suite_config_base_file[] = {
    {"a file is read up to its limit", a_file_is_read_up_to_its_limit},
    {"what came meanwhile is not replaced", what_came_meanwhile_is_not_replaced},
    {"two writers of a file never mix", two_writers_of_a_file_never_mix},
    {"a part that was published is left in peace", a_part_that_was_published_is_left_in_peace},
    {"a disk that fails leaves the old or the new", a_disk_that_fails_leaves_the_old_or_the_new},
    {"a directory is no target", a_directory_is_no_target},
    {"a file is no directory", a_file_is_no_directory},
    {"a tree is removed without what it points to", a_tree_is_removed_without_what_it_points_to},
    {0},
};
