#include "etl/site/site.h"

#include "tests/harness.h"

/* A second connection is only for speed: who asks for one may not care why there is none. */
static void
a_connection_that_cannot_be_had_needs_no_fault(void)
{
    static const char *const nowhere[ENGINE_COUNT] = {
        [ENGINE_SQLITE] = "Driver=SQLite3;Database=gone/primary.db",
        [ENGINE_POSTGRESQL] = "Driver=PostgreSQL Unicode;Server=127.0.0.1;Port=1;Uid=x;Database=x",
        [ENGINE_MARIADB] = "Driver=MariaDB Unicode;Server=127.0.0.1;Port=1;Uid=x;Database=x"};
    struct database_setting setting = {"Archive", nowhere[test_engine()], false};
    struct site s = SITE_INIT;
    struct fault f = FAULT_INIT;

    s.settings.databases = &setting;
    s.settings.database_count = 1;
    CU_ASSERT_PTR_NULL(site_connect(&s, "Archive", DB_EXISTING, NULL));
    CU_ASSERT_PTR_NULL(site_connect(&s, "Archive", DB_EXISTING, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_UNAVAILABLE);
    CU_ASSERT(test_contains(f.hint, "nightcube doctor"));
    CU_ASSERT_PTR_NULL(site_connect(&s, "Nowhere", DB_EXISTING, NULL));
}

const struct test suite_etl_site_site[] = {
    {"a connection that cannot be had needs no fault",
        a_connection_that_cannot_be_had_needs_no_fault},
    {NULL, on_each_engine},
};
