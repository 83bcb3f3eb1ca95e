#include "etl/site/claim.h"

#include <glob.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/etl/fixture.h"

/* Two installations that name the same primary import. */
struct two {
    struct database_setting setting;
    struct site a, b;
    char connection[600];
    struct fault f;
};

static void
two_begin(struct two *t)
{
    *t = (struct two){.a = SITE_INIT, .b = SITE_INIT};
    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "primary", t->connection, sizeof t->connection), 0);
    t->setting = (struct database_setting){"PrimaryImport", t->connection, false};
    t->a.settings.databases = t->b.settings.databases = &t->setting;
    t->a.settings.database_count = t->b.settings.database_count = 1;
    db_close(db_open("PrimaryImport", t->connection, DB_CREATE, &t->f));
}

static void
one_holds_the_other_waits(void)
{
    struct claim first, second;
    struct two t;

    two_begin(&t);
    ASSERT_OK(claim_take(&first, &t.a, "nightly", &t.f), &t.f);
    ASSERT_FAULT(
        claim_take(&second, &t.b, "nightly", &t.f), &t.f, FAULT_LOCKED, "nightly (process");
    ASSERT_OK(claim_check(&first, &t.f), &t.f);
    claim_release(&first);
    ASSERT_OK(claim_take(&second, &t.b, "nightly", &t.f), &t.f);
    claim_release(&second);
}

/* It dies with its process. */
static void
the_dead_hold_nothing(void)
{
    struct claim claim;
    struct two t;
    int taken[2];
    char byte;
    pid_t child;

    two_begin(&t);
    CU_ASSERT_EQUAL_FATAL(pipe(taken), 0);
    if ((child = fork()) == 0) {
        byte = claim_take(&claim, &t.a, "nightly", &t.f) == 0 ? 'y' : 'n';
        if (write(taken[1], &byte, 1) == 1)
            pause();
        _exit(1);
    }
    CU_ASSERT_EQUAL(read(taken[0], &byte, 1), 1);
    CU_ASSERT_EQUAL(byte, 'y');
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(taken[0]);
    close(taken[1]);
    ASSERT_OK(claim_take(&claim, &t.b, "nightly", &t.f), &t.f);
    claim_release(&claim);
}

/* Whoever needs it says so. */
static void
what_is_not_there_is_free(void)
{
    struct claim claim;
    struct two t;

    two_begin(&t);
    t.setting.connection = "Driver=SQLite3;Database=none/none.db";
    ASSERT_OK(claim_take(&claim, &t.a, "restore", &t.f), &t.f);
    ASSERT_OK(claim_check(&claim, &t.f), &t.f);
    claim_release(&claim);
}

/* A run that began while it could not be reached does not go on without. */
static void
what_comes_back_is_taken(void)
{
    struct claim first, second;
    struct two t;

    two_begin(&t);
    t.setting.connection = "Driver=SQLite3;Database=none/none.db";
    ASSERT_OK(claim_take(&first, &t.a, "nightly", &t.f), &t.f);
    t.setting.connection = t.connection;
    ASSERT_OK(claim_check(&first, &t.f), &t.f);
    ASSERT_FAULT(
        claim_take(&second, &t.b, "nightly", &t.f), &t.f, FAULT_LOCKED, "nightly (process");
    claim_release(&first);
    ASSERT_OK(claim_take(&second, &t.b, "nightly", &t.f), &t.f);
    claim_release(&second);
}

/* As when a server ends a session, or a network its connections. */
static void
end_session(struct db *other, struct db *session)
{
    bool postgresql = test_engine() == ENGINE_POSTGRESQL;
    char sql[80];
    int64_t number = 0, ended;
    struct fault f = FAULT_INIT;

    ASSERT_OK(db_get_int(session, postgresql ? "SELECT pg_backend_pid()" : "SELECT connection_id()",
                  0, &number, &f),
        &f);
    snprintf(
        sql, sizeof sql, postgresql ? "SELECT pg_terminate_backend(%d)" : "KILL %d", (int)number);
    if (postgresql)
        ASSERT_OK(db_get_int(other, sql, 0, &ended, &f), &f);
    else
        ASSERT_OK(db_run(other, sql, NULL, &f), &f);
}

/* Whose connection was lost takes its note along, unless it is another's by now. */
static void
the_note_goes_though_the_connection_is_lost(void)
{
    struct claim first, second;
    struct two t;
    struct db *db;

    if (test_engine() == ENGINE_SQLITE)
        return;
    two_begin(&t);
    db = db_open("PrimaryImport", t.connection, DB_EXISTING, &t.f);
    ASSERT_OK(claim_take(&first, &t.a, "nightly", &t.f), &t.f);
    end_session(db, first.holder);
    ASSERT_FAULT(claim_check(&first, &t.f), &t.f, FAULT_UNAVAILABLE, "keeps other");
    claim_release(&first);
    CU_ASSERT_EQUAL(db_table_exists(db, CLAIM_NOTE, &t.f), 0);

    ASSERT_OK(claim_take(&first, &t.a, "nightly", &t.f), &t.f);
    end_session(db, first.holder);
    ASSERT_OK(claim_take(&second, &t.b, "restore", &t.f), &t.f);
    claim_release(&first);
    ASSERT_FAULT(claim_take(&first, &t.a, "nightly", &t.f), &t.f, FAULT_LOCKED, "restore (process");
    claim_release(&second);
    CU_ASSERT_EQUAL(db_table_exists(db, CLAIM_NOTE, &t.f), 0);
    db_close(db);
}

/* Root may open all files: somebody else tries. */
static int
take_as_nobody(struct claim *c, struct two *t)
{
    enum { NOBODY = 65534 };

    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        return -2;
    return claim_take(c, &t->b, "nightly", &t->f);
}

/* Another account's run may hold the lock that we cannot look at. */
static void
a_lock_that_is_closed_to_us_is_no_freedom(void)
{
    struct claim claim;
    struct two t;
    glob_t found;
    pid_t child;
    int status;

    if (test_engine() != ENGINE_SQLITE)
        return;
    two_begin(&t);
    ASSERT_OK(claim_take(&claim, &t.a, "nightly", &t.f), &t.f);
    CU_ASSERT_EQUAL_FATAL(glob("*.lock", 0, NULL, &found), 0);
    CU_ASSERT_EQUAL(chmod(found.gl_pathv[0], 0), 0);
    globfree(&found);
    CU_ASSERT_EQUAL(chmod(".", 0777), 0);
    CU_ASSERT_EQUAL(chmod(strrchr(t.connection, '=') + 1, 0666), 0);
    if ((child = fork()) == 0)
        _exit(take_as_nobody(&claim, &t) == -1 && t.f.kind == FAULT_PERMISSION &&
                      test_contains(t.f.hint, "another account")
                  ? 0
                  : 1);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_EQUAL(status, 0);
    claim_release(&claim);
}

const struct test suite_etl_site_claim[] = {
    {"one holds, the other waits", one_holds_the_other_waits},
    {"the dead hold nothing", the_dead_hold_nothing},
    {"the note goes though the connection is lost", the_note_goes_though_the_connection_is_lost},
    {"what is not there is free", what_is_not_there_is_free},
    {"what comes back is taken", what_comes_back_is_taken},
    {"a lock that is closed to us is no freedom", a_lock_that_is_closed_to_us_is_no_freedom},
    {NULL, on_each_engine},
};
