#include "etl/maintenance/room.h"

#include <inttypes.h>

#include "config/base/log.h"
#include "etl/activity/schema.h"

/* A lock for the table, one for its key, one for each index. */
static int
count_locks(const struct activity *a, int64_t *locks, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct table t;
    int rc = schema_completed(a, 0, &memory, &t, f);

    if (rc == 0)
        *locks = (int64_t)t.index_count + 2;
    arena_release(&memory);
    return rc;
}

int
room_read(struct db *primary, const struct activity *a, struct room *r, struct fault *f)
{
    const char *query = db_dialect(primary)->lock_limit;

    *r = (struct room){0};
    if (query == NULL)
        return 0;
    if (db_get_int(primary, query, 0, &r->locks, f) != 0 || count_locks(a, &r->needed, f) != 0)
        return -1;
    r->partitions = r->locks / r->needed;
    return 0;
}

bool
room_is_short(const struct room *r, int64_t partitions)
{
    return r->partitions > 0 && partitions >= r->partitions * 4 / 5;
}

int
room_check(struct db *primary, const struct activity *a, int64_t partitions, struct fault *f)
{
    struct room r;

    if (room_read(primary, a, &r, f) != 0)
        return -1;
    if (room_is_short(&r, partitions))
        log_warning("activity '%s' has %" PRId64 " live partitions, and a query over all of them "
                    "has room for about %" PRId64 " (%" PRId64 " locks, %" PRId64
                    " each): raise max_locks_per_transaction, shorten the online window, or see "
                    "why nothing is archived: nightcube show partitions",
            a->name, partitions, r.partitions, r.locks, r.needed);
    return 0;
}
