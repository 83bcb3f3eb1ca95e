#include "tests/harness.h"

#include <CUnit/Basic.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"

static char source_tree[PATH_MAX];
static char test_directory[PATH_MAX];

bool
test_contains(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

void
test_print_fault(const char *file, int line, const struct fault *f)
{
    fprintf(stderr, "\n    %s:%d: fault %d: %s%s%s\n", file, line, (int)f->kind, f->text,
        f->hint[0] ? " / hint: " : "", f->hint);
}

const char *
test_source_tree(void)
{
    return source_tree;
}

const char *
test_data(const char *name)
{
    static char path[2 * PATH_MAX];
    static bool told;
    const char *root = getenv("NIGHTCUBE_DATA");

    if (root != NULL && root[0] == '/')
        snprintf(path, sizeof path, "%s/%s", root, name);
    else
        snprintf(path, sizeof path, "%s/%s/%s", source_tree, root ? root : "../shared/data", name);
    if (access(path, R_OK) == 0)
        return path;
    if (!told)
        fprintf(stderr, "\n    skipped: no shared test data at %s (set NIGHTCUBE_DATA)\n", path);
    told = true;
    return NULL;
}

static void
enter_fresh_directory(void)
{
    snprintf(test_directory, sizeof test_directory, "%s", "/tmp/nightcube-test.XXXXXX");
    if (mkdtemp(test_directory) == NULL || chdir(test_directory) != 0) {
        perror(test_directory);
        exit(70);
    }
}

static void
leave_fresh_directory(void)
{
    struct fault f = FAULT_INIT;

    if (chdir(source_tree) != 0 || file_remove_tree(test_directory, &f) != 0) {
        fprintf(stderr, "cannot clean up %s: %s\n", test_directory, f.text);
        exit(70);
    }
}

static void
add_suite(const struct suite *s)
{
    CU_pSuite suite = CU_add_suite_with_setup_and_teardown(
        s->name, NULL, NULL, enter_fresh_directory, leave_fresh_directory);

    for (const struct test *t = s->tests; suite != NULL && t->name != NULL; t++)
        CU_add_test(suite, t->name, t->run);
}

/* unit-tests [SUITE]: all suites, or those whose name begins with SUITE. */
int
main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : "";
    unsigned failed;

    if (getcwd(source_tree, sizeof source_tree) == NULL || CU_initialize_registry() != CUE_SUCCESS)
        return 70;
    for (const struct suite *s = all_suites; s->name != NULL; s++) {
        if (strncmp(s->name, wanted, strlen(wanted)) == 0)
            add_suite(s);
    }
    if (CU_get_registry()->uiNumberOfSuites == 0) {
        fprintf(stderr, "no suite is named %s...\n", wanted);
        return 64;
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    failed = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failed == 0 ? 0 : 1;
}
