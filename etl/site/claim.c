#include "etl/site/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/moment.h"
#include "config/table/table.h"

enum { TRIES = 20, PAUSE_MS = 100, HOLDER_BYTES = 256 };

/* "nightly (process 12 on host-a) since 2026-11-20T02:00:00Z" */
static void
format_holder(const char *what, char holder[HOLDER_BYTES])
{
    char since[MOMENT_TEXT_BYTES], host[65] = "";

    gethostname(host, sizeof host - 1);
    snprintf(holder, HOLDER_BYTES, "%s (process %ld on %s) since %s", what, (long)getpid(), host,
        moment_format(clock_now(), since));
}

static int
is_held(const char *where, const char *holder, struct fault *f)
{
    fault_set(f, FAULT_LOCKED, "another installation's run holds %s: %s", where,
        holder[0] == '\0' ? "it does not say who" : holder);
    return fault_hint(f, "try again when it has ended; two installations take turns on one "
                         "database");
}

static void
pause_a_moment(void)
{
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
}

/* ---- on a server ---- */

/* For people only: an account that may not make tables holds the lock all the same. */
static void
write_note(struct db *holder, const char *what)
{
    static struct table_column columns[] = {
        {.name = "Holder", .type = VALUE_TEXT, .length = HOLDER_BYTES}};
    static const struct table table = {.name = CLAIM_NOTE, .columns = columns, .column_count = 1};
    char text[HOLDER_BYTES];
    struct value v;

    format_holder(what, text);
    v = value_text(text);
    if (db_table_exists(holder, CLAIM_NOTE, NULL) == 0)
        db_create_table(holder, &table, NULL);
    if (db_run(holder, "DELETE FROM \"nightcube_Holder\"", NULL, NULL) == 0)
        db_run_with(holder, "INSERT INTO \"nightcube_Holder\"(\"Holder\") VALUES (?)", &v, 1, NULL);
}

static bool
note_is_gone(struct db *holder)
{
    return db_drop_table(holder, CLAIM_NOTE, NULL) == 0 ||
           db_table_exists(holder, CLAIM_NOTE, NULL) == 0;
}

/* A lost connection let it go: by now another may hold it, and the note be that one's. A server
 * that was started anew, or has not noticed yet that the connection is gone, is given time. */
static void
hold_again(struct claim *c)
{
    struct db *again = db_open_again(c->holder, NULL);
    int64_t taken = 0;

    if (again == NULL)
        return;
    if (db_get_int(again, db_dialect(again)->claim, 0, &taken, NULL) != 0 || taken != 1) {
        db_close(again);
        return;
    }
    db_close(c->holder);
    c->holder = again;
}

/* Tried again: nobody looks at how a run let go, and a note that stays names somebody who is gone.
 * For so long, however long it takes to find that a server cannot be reached. */
static void
remove_note(struct claim *c)
{
    double end = clock_elapsed() + TRIES * PAUSE_MS / 1000.0;

    while (!note_is_gone(c->holder) && clock_elapsed() < end) {
        pause_a_moment();
        hold_again(c);
    }
}

static void
read_note(struct db *db, char text[HOLDER_BYTES])
{
    static const enum value_type type = VALUE_TEXT;
    struct stmt *s = db_prepare(db, "SELECT \"Holder\" FROM \"nightcube_Holder\"", NULL);
    struct value v = value_null();

    text[0] = '\0';
    if (s != NULL && stmt_query(s, &type, 1, NULL) == 0 && stmt_fetch(s, &v, NULL) == 1 &&
        v.type == VALUE_TEXT)
        snprintf(text, HOLDER_BYTES, "%.*s", (int)v.as.text.length, v.as.text.bytes);
    stmt_free(s);
}

/* Takes over the connection. */
static int
take_on_server(struct claim *c, struct db *db, const char *what, struct fault *f)
{
    char note[HOLDER_BYTES];
    int64_t taken = 0;

    c->holder = db;
    for (int try = 0; try < TRIES && taken != 1; try++) {
        if (try > 0)
            pause_a_moment();
        if (db_get_int(db, db_dialect(db)->claim, 0, &taken, f) != 0)
            return -1;
    }
    if (taken == 1) {
        write_note(db, what);
        return 0;
    }
    read_note(db, note);
    return is_held(db_name(db), note, f);
}

/* ---- beside a file ---- */

static int
read_path(struct db *db, struct text *path, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct stmt *s = db_prepare(db, db_dialect(db)->own_file, f);
    struct value v = value_null();
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    if (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1 && v.type == VALUE_TEXT && v.as.text.length > 0)
        text_add_format(path, "%.*s.lock", (int)v.as.text.length, v.as.text.bytes);
    stmt_free(s);
    return rc < 0 ? -1 : text_check(path, f);
}

static int
lock_file(struct claim *c, const char *path, const char *what, struct fault *f)
{
    char holder[HOLDER_BYTES] = "";
    int rc = flock(c->fd, LOCK_EX | LOCK_NB);

    for (int try = 1; rc != 0 && errno == EWOULDBLOCK && try < TRIES; try++) {
        pause_a_moment();
        rc = flock(c->fd, LOCK_EX | LOCK_NB);
    }
    if (rc != 0 && errno == EWOULDBLOCK) {
        ssize_t n = pread(c->fd, holder, sizeof holder - 1, 0);

        holder[n > 0 ? n : 0] = '\0';
        return is_held(path, holder, f);
    }
    if (rc != 0)
        return fault_set_errno(f, errno, "lock '%s'", path);
    format_holder(what, holder);
    return file_rewrite(c->fd, holder, path, f);
}

static int
refuse_file(const char *path, struct fault *f)
{
    bool closed_to_us = errno == EACCES;

    fault_set_errno(f, errno, "open '%s'", path);
    return !closed_to_us ? -1
                         : fault_hint(f, "runs of another account made it: let one account do them "
                                         "all, or remove the file while none runs");
}

/* Where no file can be made the database cannot be changed either; one that is there and closed to
 * us may be held. */
static int
take_beside_file(struct claim *c, struct db *db, const char *what, struct fault *f)
{
    struct text path = TEXT_INIT;
    int rc = read_path(db, &path, f);

    if (rc == 0 && path.length > 0) {
        c->fd = open(text_get(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (c->fd >= 0)
            rc = lock_file(c, text_get(&path), what, f);
        else if ((errno != EACCES && errno != EROFS && errno != EPERM) ||
                 (errno == EACCES && access(text_get(&path), F_OK) == 0))
            rc = refuse_file(text_get(&path), f);
    }
    text_release(&path);
    return rc;
}

/* ---- both ---- */

int
claim_take(struct claim *c, struct site *site, const char *what, struct fault *f)
{
    struct fault why = FAULT_INIT;
    struct db *db = site_connect(site, "PrimaryImport", DB_EXISTING, &why);
    int rc;

    *c = (struct claim)CLAIM_INIT;
    if (db == NULL && why.kind == FAULT_INTERNAL) {
        *f = why;
        return -1;
    }
    if (db == NULL) {
        c->missed = site;
        c->what = what;
        return 0;
    }
    if (db_dialect(db)->claim != NULL) {
        rc = take_on_server(c, db, what, f);
    } else {
        rc = take_beside_file(c, db, what, f);
        db_close(db);
    }
    if (rc != 0 && c->holder != NULL) {
        db_close(c->holder); /* its note is another's */
        c->holder = NULL;
    }
    if (rc != 0)
        claim_release(c);
    return rc;
}

int
claim_check(struct claim *c, struct fault *f)
{
    int64_t one;

    if (c->missed != NULL)
        return claim_take(c, c->missed, c->what, f);
    if (c->holder == NULL || db_get_int(c->holder, "SELECT 1", 0, &one, f) == 0)
        return 0;
    return fault_wrap(f, "the connection that keeps other installations off");
}

void
claim_release(struct claim *c)
{
    if (c->holder != NULL) {
        remove_note(c);
        db_close(c->holder);
    }
    if (c->fd >= 0)
        close(c->fd);
    *c = (struct claim)CLAIM_INIT;
}
