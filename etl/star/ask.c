#include "etl/star/ask.h"

#include "etl/star/pushdown.h"

int
ask_cube(struct site *site, struct stored_cube *c, const char *name, const struct cube_query *q,
    struct cube_result *r, struct fault *f)
{
    struct db *star;

    if (cube_storage_of(c) == CUBE_STORAGE_MEMORY)
        return cube_query_run(c, q, r, f);
    *r = (struct cube_result)CUBE_RESULT_INIT;
    if ((star = site_database(site, "StarSchema", DB_EXISTING, f)) == NULL)
        return -1;
    return pushdown_query(star, name, cube_model_of(c), q, r, f);
}
