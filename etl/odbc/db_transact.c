/* Transactions, and trying them again when others are in the way. */
#include <sys/random.h>
#include <time.h>

#include "config/base/clock.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "etl/odbc/db_state.h"

/* Pauses are chosen between these: the longest one doubles with each try. */
enum { FIRST_PAUSE_MS = 20, LONGEST_PAUSE_MS = 500 };

int
db_begin(struct db *db, struct fault *f)
{
    if (db->in_transaction)
        return fault_set(f, FAULT_INTERNAL, "%s: a transaction inside a transaction", db->name);
    if (db_run(db, db->dialect->begin, NULL, f) != 0) {
        bool contended = db->contended;

        /* It may have begun though it is said to have failed: the next one could not begin inside
         * it. */
        db_run(db, db->dialect->rollback, NULL, NULL);
        db->contended = contended;
        return fault_wrap(f, "begin a transaction");
    }
    db->in_transaction = true;
    db->spoilt = false;
    return 0;
}

int
db_commit(struct db *db, struct fault *f)
{
    /* Some drivers report success for it and keep nothing, or keep what came after the failure. */
    if (db->spoilt)
        return fault_set(
            f, FAULT_INTERNAL, "%s: a failed statement is followed by a commit", db->name);
    if (db_run(db, db->dialect->commit, NULL, f) != 0)
        return fault_wrap(f, "commit");
    db->in_transaction = false;
    return 0;
}

void
db_rollback(struct db *db)
{
    if (!db->in_transaction)
        return;
    db->in_transaction = db->spoilt = false;
    db_run(db, db->dialect->rollback, NULL, NULL);
}

int
db_end(struct db *db, int rc, struct fault *f)
{
    if (rc == 0)
        rc = db_commit(db, f);
    if (rc != 0)
        db_rollback(db);
    return rc;
}

bool
db_has_given_up(const struct db *db)
{
    return db->given_up;
}

bool
db_is_spoilt(const struct db *db)
{
    return db->spoilt;
}

/* ---- others in the way ---- */

void
db_set_patience(struct db *db, double seconds)
{
    db->patience_seconds = seconds;
}

bool
db_was_held_up(const struct db *db)
{
    return db->contended;
}

void
db_take_contention(struct db *db, const struct db *other)
{
    db->contended = other->contended;
}

/* Sleeps for a random part of a span that doubles with each try: another part than that of the
 * process it met. */
static void
pause_before(int try)
{
    int longest = FIRST_PAUSE_MS << (try < 5 ? try : 5);
    struct timespec pause = {.tv_sec = 0};
    uint32_t part;

    if (longest > LONGEST_PAUSE_MS)
        longest = LONGEST_PAUSE_MS;
    if (getrandom(&part, sizeof part, 0) != sizeof part)
        part = UINT32_MAX;
    pause.tv_nsec = (1 + (long)(part % (uint32_t)longest)) * 1000000;
    nanosleep(&pause, NULL);
}

static int
transact_once(
    struct db *db, int (*work)(void *state, struct fault *f), void *state, struct fault *f)
{
    db->contended = false;
    if (db_begin(db, f) != 0)
        return -1;
    return db_end(db, work(state, f), f);
}

static int
set_waits(struct db *db, const char *statement, struct fault *f)
{
    return statement == NULL ? 0 : db_run(db, statement, NULL, f);
}

static int
give_up(const struct db *db, int tries, struct fault *f)
{
    fault_wrap(f, "other transactions were in the way, %d tries in %.0f seconds", tries,
        db->patience_seconds);
    return fault_hint(f, "%s", db->dialect->contention_hint);
}

int
db_transact(struct db *db, enum db_patience patience, int (*work)(void *state, struct fault *f),
    void *state, struct fault *f)
{
    bool brief = patience == DB_BRIEF;
    double end = clock_elapsed() + db->patience_seconds;
    int rc = brief ? set_waits(db, db->dialect->wait_briefly, f) : 0;

    for (int try = 1; rc == 0; try++) {
        struct fault why = FAULT_INIT;

        if (transact_once(db, work, state, &why) == 0)
            break;
        rc = -1;
        if (db->contended && clock_elapsed() < end && interrupt_check(f) == 0) {
            log_debug("%s: try %d failed, others are in the way: %s", db->name, try, why.text);
            pause_before(try);
            rc = 0;
        } else if (f != NULL && f->kind == FAULT_NONE) {
            *f = why;
            if (db->contended)
                give_up(db, try, f);
        }
    }
    if (brief && set_waits(db, db->dialect->wait_patiently, rc == 0 ? f : NULL) != 0)
        rc = -1;
    return rc;
}
