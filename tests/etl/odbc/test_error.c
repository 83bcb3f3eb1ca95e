#include "etl/odbc/error.h"

#include "tests/harness.h"

/* What servers say of a full disk, and what only holds the same words. */
static void
knows_a_full_disk(void)
{
    static const struct {
        const struct error_rule *rules;
        int native;
        const char *state, *message;
        enum fault_kind kind;
    } cases[] = {
        {errors_postgresql, 7, "53100", "could not extend file: No space left on device", FAULT_IO},
        {errors_mariadb, 1114, "HY000", "The table 't' is full", FAULT_IO},
        {errors_mariadb, 1005, "HY000",
            "Can't create table `d`.`t` (errno: 135 \"No more room in record file\")", FAULT_IO},
        {errors_mariadb, 1005, "HY000",
            "Can't create table `d`.`t` (errno: 28 \"No space left on device\")", FAULT_IO},
        {errors_mariadb, 3, "HY000",
            "Error writing file './t.MAD' (Errcode: 28 \"No space left on device\")", FAULT_IO},
        {errors_mariadb, 1062, "23000",
            "Duplicate entry '28 \"No space left on device\"' for key 'PRIMARY'", FAULT_DATA},
        {errors_sqlite, 13, "HY000", "database or disk is full", FAULT_IO},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct error_rule *rule =
            error_find(cases[i].rules, cases[i].native, cases[i].state, cases[i].message);

        CU_ASSERT_PTR_NOT_NULL_FATAL(rule);
        CU_ASSERT_EQUAL(rule->kind, cases[i].kind);
        if (cases[i].kind == FAULT_IO)
            CU_ASSERT(test_contains(rule->cure, "make room"));
    }
    /* Another reason for not making a table is not expected. */
    CU_ASSERT_PTR_NULL(error_find(errors_mariadb, 1005, "HY000",
        "Can't create table `d`.`t` (errno: 150 \"Foreign key constraint is incorrectly "
        "formed\")"));
}

const struct test suite_etl_odbc_error[] = {
    {"knows a full disk", knows_a_full_disk},
    {0},
};
