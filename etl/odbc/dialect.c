#include "etl/odbc/dialect.h"

#include <string.h>

static const struct dialect *const dialects[] = {&dialect_sqlite};

const struct dialect *
dialect_find(const char *dbms_name)
{
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        if (strcasecmp(dialects[i]->dbms_name, dbms_name) == 0)
            return dialects[i];
    }
    return NULL;
}
