/*
 * harness: CUnit suites named after their files. Each test runs in a fresh directory of its own,
 * which is the current directory and is removed afterwards.
 *
 *     static void adds_up(void) { CU_ASSERT_EQUAL(1 + 1, 2); }
 *     const struct test suite_config_base_text[] = {
 *         {"adds up", adds_up},
 *         {0},
 *     };
 *
 * A suite that closes with {NULL, on_each_engine} runs once on SQLite and once, as
 * "etl.odbc.db@postgresql", on each server engine that is installed.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "tests/servers.h"

struct test {
    const char *name;
    void (*run)(void);
};

struct suite {
    const char *name;
    const struct test *tests; /* ends with a NULL name */
};

/* Made by scripts/list-suites.sh. */
extern const struct suite all_suites[];

/* Passes when `call` succeeded; otherwise fails and prints the fault. */
#define ASSERT_OK(call, f)                                                                         \
    do {                                                                                           \
        bool ok_ = (call) == 0;                                                                    \
        if (!ok_)                                                                                  \
            test_print_fault(__FILE__, __LINE__, (f));                                             \
        CU_ASSERT_FATAL(ok_);                                                                      \
    } while (0)

/* Passes when `call` failed with that kind of fault and the text `part` in its message. */
#define ASSERT_FAULT(call, f, expected_kind, part)                                                 \
    do {                                                                                           \
        CU_ASSERT_EQUAL((call), -1);                                                               \
        CU_ASSERT_EQUAL((f)->kind, (expected_kind));                                               \
        if (!test_contains((f)->text, (part)))                                                     \
            test_print_fault(__FILE__, __LINE__, (f));                                             \
        CU_ASSERT(test_contains((f)->text, (part)));                                               \
        fault_clear(f);                                                                            \
    } while (0)

/* Closes a suite that runs on each engine; never called. */
void on_each_engine(void);

/* The engine the running suite is for. */
enum engine test_engine(void);

/*
 * A test that goes round many times: `usual` rounds in make test, `all` in make test-long. Calling
 * it is what makes a suite one of the heavy stories. In the loop `long_has_time` is false once
 * LONG_SECONDS have passed since the call, and says after how many rounds. Random choices come from
 * `long_seed`: LONG_SEED, else the same each time.
 */
uint64_t long_rounds(uint64_t usual, uint64_t all);
bool long_has_time(uint64_t rounds_done);
uint64_t long_seed(void);

bool test_contains(const char *text, const char *part);
void test_print_fault(const char *file, int line, const struct fault *f);

/* The folder of shared test data (NIGHTCUBE_DATA, default ../shared/data below the place the tests
 * were started from) plus `name`; NULL, saying so once, when it is not there. Static storage. */
const char *test_data(const char *name);

/* The folder the tests were started from: the top of the tree. */
const char *test_source_tree(void);

#endif
