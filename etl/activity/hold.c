#include "etl/activity/hold.h"

#include "config/base/arena.h"
#include "etl/activity/names.h"

static int
take(struct db *db, const char *activity, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct text sql = TEXT_INIT;
    struct activity_names n;
    int rc = activity_names_init(&n, &memory, activity, f);

    if (rc == 0) {
        db_dialect(db)->add_hold(&sql, activity, n.active, n.completed);
        rc = text_check(&sql, f) == 0 ? db_run(db, text_get(&sql), NULL, f) : -1;
    }
    text_release(&sql);
    arena_release(&memory);
    return rc;
}

/* The holder waits as briefly as the caller does. */
static int
take_elsewhere(struct hold *h, struct db *primary, const char *activity, struct fault *f)
{
    if ((h->holder = db_open_again(primary, f)) == NULL ||
        db_run(h->holder, db_dialect(primary)->wait_briefly, NULL, f) != 0 ||
        db_begin(h->holder, f) != 0)
        return -1;
    return take(h->holder, activity, f);
}

int
hold_begin(
    struct hold *h, struct db *primary, const char *activity, enum hold_span span, struct fault *f)
{
    const struct dialect *dialect = db_dialect(primary);
    int rc = 0;

    *h = (struct hold){.holder = NULL};
    if (dialect->add_hold == NULL)
        return 0;
    if (span == HOLD_OVER_DDL && !dialect->transactional_ddl)
        rc = take_elsewhere(h, primary, activity, f);
    else
        rc = take(primary, activity, f);
    if (rc == 0)
        return 0;
    if (h->holder != NULL)
        db_take_contention(primary, h->holder);
    hold_end(h);
    return fault_wrap(f, "hold the writers of '%s'", activity);
}

void
hold_end(struct hold *h)
{
    db_close(h->holder);
    h->holder = NULL;
}
