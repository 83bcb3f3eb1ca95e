/* Transactions that others are in the way of: tried again as a whole, and given up with a cure. */
#include "etl/odbc/db.h"

#include <pthread.h>
#include <time.h>

#include "tests/etl/fixture.h"

struct work {
    struct db *db;
    int tries;
};

static void
prepare(struct fixture *x)
{
    fixture_begin(x);
    ASSERT_OK(fixture_run(x, x->primary,
                  "INSERT INTO bam_Metadata_Properties (Name, Value) VALUES ('a', '0')"),
        &x->f);
}

/* Two statements: the first is to be undone when the second is not let through. */
static int
change(void *state, struct fault *f)
{
    struct work *w = state;

    w->tries++;
    if (db_run(w->db,
            "INSERT INTO \"bam_Metadata_Properties\" (\"Name\", \"Value\") VALUES ('b', '1')", NULL,
            f) != 0)
        return -1;
    return db_run(w->db,
        "UPDATE \"bam_Metadata_Properties\" SET \"Value\" = 'changed' WHERE \"Name\" = 'a'", NULL,
        f);
}

static const char lock_it[] =
    "UPDATE \"bam_Metadata_Properties\" SET \"Value\" = 'locked' WHERE \"Name\" = 'a'";

static void *
commit_later(void *other)
{
    const struct timespec pause = {.tv_sec = 1, .tv_nsec = 500000000};
    struct fault f = FAULT_INIT;

    nanosleep(&pause, NULL);
    db_end(other, 0, &f);
    return NULL;
}

static void
a_lock_is_waited_for_in_whole_transactions(void)
{
    struct fixture x;
    struct db *other;
    struct work w;
    pthread_t thread;

    prepare(&x);
    w = (struct work){.db = x.primary};
    CU_ASSERT_PTR_NOT_NULL_FATAL(other = db_open_again(x.primary, &x.f));
    ASSERT_OK(db_begin(other, &x.f), &x.f);
    ASSERT_OK(db_run(other, lock_it, NULL, &x.f), &x.f);
    pthread_create(&thread, NULL, commit_later, other);
    ASSERT_OK(db_transact(x.primary, DB_BRIEF, change, &w, &x.f), &x.f);
    pthread_join(thread, NULL);
    db_close(other);
    if (test_engine() != ENGINE_SQLITE)
        CU_ASSERT(w.tries > 1);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                        "SELECT count(*) FROM bam_Metadata_Properties WHERE Name = 'b' OR Value = "
                        "'changed'"),
        2);
    fixture_end(&x);
}

static void
without_end_it_is_given_up_with_a_cure(void)
{
    struct fixture x;
    struct db *other;
    struct work w;

    prepare(&x);
    w = (struct work){.db = x.primary};
    if (test_engine() != ENGINE_SQLITE) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(other = db_open_again(x.primary, &x.f));
        ASSERT_OK(db_begin(other, &x.f), &x.f);
        ASSERT_OK(db_run(other, lock_it, NULL, &x.f), &x.f);
        db_set_patience(x.primary, 0.5);
        CU_ASSERT_EQUAL(db_transact(x.primary, DB_BRIEF, change, &w, &x.f), -1);
        CU_ASSERT_EQUAL(x.f.kind, FAULT_UNAVAILABLE);
        CU_ASSERT(test_contains(x.f.text, "in the way"));
        CU_ASSERT(x.f.sqlstate[0] != '\0' && x.f.hint[0] != '\0');
        db_close(other);
        CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                            "SELECT count(*) FROM bam_Metadata_Properties WHERE Name = 'b'"),
            0);
    }
    fixture_end(&x);
}

/* ---- deadlocks ---- */

struct crossing {
    struct db *db;
    const char *first, *second;
    int rc, tries;
};

static int
cross(void *state, struct fault *f)
{
    const struct timespec pause = {.tv_nsec = 300000000};
    struct crossing *c = state;

    if (db_run(c->db, c->first, NULL, f) != 0)
        return -1;
    if (c->tries++ == 0)
        nanosleep(&pause, NULL);
    return db_run(c->db, c->second, NULL, f);
}

static void *
cross_patiently(void *state)
{
    struct crossing *c = state;
    struct fault f = FAULT_INIT;

    c->rc = db_transact(c->db, DB_PATIENT, cross, c, &f);
    return NULL;
}

#define ADD_TO(name)                                                                               \
    "UPDATE \"bam_Metadata_Properties\" SET \"Value\" = " ADDED " WHERE \"Name\" = '" name "'"
#define ADDED "CONCAT(\"Value\", 'x')"

static void
a_deadlock_is_tried_again_and_nothing_is_doubled(void)
{
    struct crossing sides[2] = {{.first = ADD_TO("a"), .second = ADD_TO("b")},
        {.first = ADD_TO("b"), .second = ADD_TO("a")}};
    struct fixture x;
    pthread_t thread;

    prepare(&x);
    if (test_engine() != ENGINE_SQLITE) {
        ASSERT_OK(fixture_run(&x, x.primary,
                      "INSERT INTO bam_Metadata_Properties (Name, Value) VALUES ('b', '0')"),
            &x.f);
        sides[0].db = x.primary;
        CU_ASSERT_PTR_NOT_NULL_FATAL(sides[1].db = db_open_again(x.primary, &x.f));
        pthread_create(&thread, NULL, cross_patiently, &sides[1]);
        cross_patiently(&sides[0]);
        pthread_join(thread, NULL);
        db_close(sides[1].db);
        CU_ASSERT_EQUAL(sides[0].rc, 0);
        CU_ASSERT_EQUAL(sides[1].rc, 0);
        CU_ASSERT(sides[0].tries + sides[1].tries > 2);
        CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                            "SELECT count(*) FROM bam_Metadata_Properties WHERE Value = '0xx'"),
            2);
    }
    fixture_end(&x);
}

const struct test suite_etl_odbc_transact[] = {
    {"a lock is waited for in whole transactions", a_lock_is_waited_for_in_whole_transactions},
    {"without end it is given up with a cure", without_end_it_is_given_up_with_a_cure},
    {"a deadlock is tried again and nothing is doubled",
        a_deadlock_is_tried_again_and_nothing_is_doubled},
    {NULL, on_each_engine},
};
