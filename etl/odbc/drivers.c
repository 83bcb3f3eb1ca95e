#include "etl/odbc/drivers.h"

#include <sql.h>
#include <sqlext.h>
#include <stdbool.h>
#include <strings.h>

enum { NAME_BYTES = 256 };

/* Calls `take` for each driver until it returns true; how many were seen. */
static int
visit(bool (*take)(void *state, const char *name), void *state, struct fault *f)
{
    SQLCHAR name[NAME_BYTES], attributes[NAME_BYTES];
    SQLUSMALLINT direction = SQL_FETCH_FIRST;
    SQLHENV environment = SQL_NULL_HANDLE;
    SQLSMALLINT length;
    int seen = 0;

    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment)))
        return fault_set(f, FAULT_INTERNAL, "unixODBC gives no environment");
    SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
    while (SQL_SUCCEEDED(SQLDrivers(environment, direction, name, sizeof name, &length, attributes,
        sizeof attributes, &length))) {
        direction = SQL_FETCH_NEXT;
        seen++;
        if (take(state, (const char *)name))
            break;
    }
    SQLFreeHandle(SQL_HANDLE_ENV, environment);
    return seen;
}

static bool
add_name(void *state, const char *name)
{
    struct text *names = state;

    text_add_format(names, "%s%s", names->length == 0 ? "" : ", ", name);
    return false;
}

int
drivers_list(struct text *names, struct fault *f)
{
    return visit(add_name, names, f);
}

struct search {
    const char *wanted;
    bool found;
};

static bool
compare_name(void *state, const char *name)
{
    struct search *s = state;

    s->found = strcasecmp(s->wanted, name) == 0;
    return s->found;
}

int
drivers_have(const char *name, struct fault *f)
{
    struct search s = {.wanted = name};

    return visit(compare_name, &s, f) < 0 ? -1 : s.found;
}
