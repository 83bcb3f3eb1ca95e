#include "etl/maintenance/room.h"

#include <inttypes.h>

#include "config/base/log.h"
#include "etl/activity/schema.h"

/* One for the table; where indexes count, one for its key and one for each index. */
static int
count_locks(struct db *primary, const struct activity *a, int64_t *locks, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct table t;
    int rc = schema_completed(a, 0, &memory, &t, f);

    if (rc == 0)
        *locks = db_dialect(primary)->locks_indexes ? (int64_t)t.index_count + 2 : 1;
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
    if (db_get_int(primary, query, 0, &r->locks, f) != 0 ||
        count_locks(primary, a, &r->needed, f) != 0)
        return -1;
    r->partitions = r->locks / r->needed;
    return 0;
}

bool
room_is_short(const struct room *r, int64_t partitions)
{
    return r->partitions > 0 && partitions >= r->partitions * 4 / 5;
}

void
room_explain(struct db *primary, const struct room *r, int64_t partitions, struct text *why,
    struct text *cure)
{
    const struct dialect *dialect = db_dialect(primary);

    text_add_format(why,
        "%" PRId64 " live partitions; a query over more than about %" PRId64
        " %s (%s gives %" PRId64 ", each takes %" PRId64 ")",
        partitions, r->partitions, dialect->beyond_locks, dialect->lock_setting, r->locks,
        r->needed);
    text_add_format(cure,
        "raise %s, shorten the online window, or see why nothing is archived: nightcube show "
        "partitions",
        dialect->lock_setting);
}

int
room_check(struct db *primary, const struct activity *a, int64_t partitions, struct fault *f)
{
    struct text why = TEXT_INIT, cure = TEXT_INIT;
    struct room r;

    if (room_read(primary, a, &r, f) != 0)
        return -1;
    if (room_is_short(&r, partitions)) {
        room_explain(primary, &r, partitions, &why, &cure);
        log_warning("activity '%s': %s: %s", a->name, text_get(&why), text_get(&cure));
    }
    text_release(&why);
    text_release(&cure);
    return 0;
}
