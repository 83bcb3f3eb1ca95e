#include "tests/harness.h"

#include <CUnit/Basic.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/base/file.h"

static char source_tree[PATH_MAX];
static char test_directory[PATH_MAX];
static enum engine engine;
static time_t long_began;

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

/* ---- heavy stories ---- */

static uint64_t
number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);

    return text == NULL || text[0] == '\0' ? otherwise : strtoull(text, NULL, 10);
}

uint64_t
long_rounds(uint64_t usual, uint64_t all)
{
    long_began = time(NULL);
    return getenv("NIGHTCUBE_LONG") == NULL ? usual : all;
}

bool
long_has_time(uint64_t rounds_done)
{
    uint64_t seconds = number_of("LONG_SECONDS", 0);

    if (seconds == 0 || (uint64_t)(time(NULL) - long_began) < seconds)
        return true;
    fprintf(stderr, "\n    stopped by LONG_SECONDS after %llu rounds\n",
        (unsigned long long)rounds_done);
    return false;
}

uint64_t
long_seed(void)
{
    return number_of("LONG_SEED", 20260901);
}

/* ---- leaks ---- */

#ifdef __SANITIZE_ADDRESS__
const char *__lsan_default_suppressions(void);

/* PostgreSQL's driver forgets results of statements that failed. A statement that we forget is
 * reported all the same: the driver manager's handle leaks with it. */
const char *
__lsan_default_suppressions(void)
{
    return "leak:psqlodbcw.so\n";
}
#endif

/* ---- directories ---- */

static void
enter_fresh_directory(void)
{
    snprintf(test_directory, sizeof test_directory, "%s/nightcube-test.XXXXXX", test_temporary());
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

void
on_each_engine(void)
{
}

enum engine
test_engine(void)
{
    return engine;
}

static int
use_sqlite(void)
{
    engine = ENGINE_SQLITE;
    return 0;
}

static int
use_postgresql(void)
{
    engine = ENGINE_POSTGRESQL;
    return 0;
}

static int
use_mariadb(void)
{
    engine = ENGINE_MARIADB;
    return 0;
}

/* Adds a suite that runs on one engine. Returns its closing entry. */
static const struct test *
add_suite(const char *name, const struct test *tests, CU_InitializeFunc use)
{
    CU_pSuite suite = CU_add_suite_with_setup_and_teardown(
        name, use, NULL, enter_fresh_directory, leave_fresh_directory);

    for (; tests->name != NULL; tests++) {
        if (suite != NULL)
            CU_add_test(suite, tests->name, tests->run);
    }
    return tests;
}

/* CUnit copies the name. */
static void
add_server_suites(const struct suite *s, const char *wanted)
{
    static const struct {
        enum engine engine;
        CU_InitializeFunc use;
    } engines[] = {{ENGINE_POSTGRESQL, use_postgresql}, {ENGINE_MARIADB, use_mariadb}};

    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
        const char *engine_name = engine_names[engines[i].engine];
        char name[200];

        snprintf(name, sizeof name, "%s@%s", s->name, engine_name);
        if (strncmp(name, wanted, strlen(wanted)) != 0)
            continue;
        if (engine_is_installed(engines[i].engine))
            add_suite(name, s->tests, engines[i].use);
        else
            fprintf(stderr, "skipped: %s, its server or driver is not installed\n", name);
    }
}

static void
add_wanted(const struct suite *s, const char *wanted)
{
    const struct test *end = s->tests;

    if (strncmp(s->name, wanted, strlen(wanted)) == 0)
        end = add_suite(s->name, s->tests, use_sqlite);
    while (end->name != NULL)
        end++;
    if (end->run == on_each_engine)
        add_server_suites(s, wanted);
}

/* unit-tests [SUITE]: all suites, or those whose name begins with SUITE. */
int
main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : "";
    unsigned failed;

    if (getcwd(source_tree, sizeof source_tree) == NULL || CU_initialize_registry() != CUE_SUCCESS)
        return 70;
    for (const struct suite *s = all_suites; s->name != NULL; s++)
        add_wanted(s, wanted);
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
