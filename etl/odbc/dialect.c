#include "etl/odbc/dialect.h"

#include <string.h>

#include "etl/odbc/sql.h"

static const struct dialect *const dialects[] = {
    &dialect_sqlite, &dialect_postgresql, &dialect_mariadb};

enum { DIALECT_COUNT = sizeof dialects / sizeof dialects[0] };

const struct dialect *
dialect_find(const char *dbms_name)
{
    for (size_t i = 0; i < DIALECT_COUNT; i++) {
        if (strcasecmp(dialects[i]->dbms_name, dbms_name) == 0)
            return dialects[i];
    }
    return NULL;
}

/* The value of Driver=, up to its end; NULL when there is none. */
static const char *
find_driver(const char *connection, size_t *length)
{
    const char *at = strcasestr(connection, "driver");

    if (at == NULL)
        return NULL;
    at += strlen("driver");
    at += strspn(at, " =");
    *length = strcspn(at, ";");
    return at;
}

const struct dialect *
dialect_guess(const char *connection)
{
    size_t length = 0;
    const char *driver = find_driver(connection, &length);

    for (size_t i = 0; driver != NULL && i < DIALECT_COUNT; i++) {
        for (const char *const *word = dialects[i]->driver_words; *word != NULL; word++) {
            const char *found = strcasestr(driver, *word);

            if (found != NULL && found < driver + length)
                return dialects[i];
        }
    }
    return NULL;
}

void
dialect_add_delete(struct text *sql, const char *table, const char *column, const char *query)
{
    sql_add(sql, "DELETE FROM %n WHERE %n IN (%s)", table, column, query);
}
