/*
 * Tables and views as they were deployed.
 */
#include <stdio.h>

#include "etl/activity/deployment.h"
#include "etl/activity/difference.h"
#include "etl/activity/partition.h"
#include "etl/command/checkup.h"
#include "etl/maintenance/room.h"

/* A hundred lines of one activity help nobody. */
enum { DIFFERENCES_TOLD = 10 };

struct telling {
    struct checkup *checkup;
    const char *check;
    size_t count;
};

static void
take(void *state, const char *object, const char *what, const char *cure, bool harmless)
{
    struct telling *t = state;
    struct text detail = TEXT_INIT;

    if (t->count++ >= DIFFERENCES_TOLD)
        return;
    text_add_format(&detail, "%s %s", object, what);
    if (harmless)
        checkup_warn(t->checkup, t->check, text_get(&detail), cure);
    else
        checkup_fail(t->checkup, t->check, FAULT_DATA, text_get(&detail), cure);
    text_release(&detail);
}

static void
check_activity(
    struct checkup *c, struct db *primary, const struct definition *d, const struct activity *a)
{
    struct fault f = FAULT_INIT;
    char check[96];
    struct telling t = {c, check, 0};

    snprintf(check, sizeof check, "activity %.80s", a->name);
    if (difference_find(primary, d, a, take, &t, &f) != 0)
        checkup_fault(c, check, &f);
    else if (t.count == 0)
        checkup_good(c, check, "tables and views are as they were deployed");
}

/* Is there room for its partitions? */
static void
check_room(struct checkup *c, struct db *primary, const struct activity *a)
{
    struct arena memory = ARENA_INIT;
    struct text why = TEXT_INIT, cure = TEXT_INIT;
    struct fault f = FAULT_INIT;
    struct partition_list live;
    struct room r;
    char check[96];

    snprintf(check, sizeof check, "partitions of %.80s", a->name);
    if (room_read(primary, a, &r, &f) != 0 ||
        partition_read(primary, a->name, PARTITIONS_LIVE, &memory, &live, &f) != 0) {
        checkup_fault(c, check, &f);
    } else if (room_is_short(&r, (int64_t)live.count)) {
        room_explain(primary, &r, (int64_t)live.count, &why, &cure);
        checkup_warn(c, check, text_get(&why), text_get(&cure));
    }
    text_release(&why);
    text_release(&cure);
    arena_release(&memory);
}

void
checkup_schema(struct checkup *c)
{
    struct definition d = DEFINITION_INIT;
    struct fault f = FAULT_INIT;
    struct db *primary = site_primary(c->site, &f);

    /* That there is none was told with the databases. */
    if (primary == NULL)
        return;
    if (deployment_read(primary, &d, &f) != 0)
        checkup_fault(c, "definition", &f);
    else
        for (size_t i = 0; i < d.activity_count; i++) {
            check_activity(c, primary, &d, &d.activities[i]);
            check_room(c, primary, &d.activities[i]);
        }
    definition_release(&d);
}
