#include "etl/odbc/trial.h"

#define TABLE "nightcube_Doctor"
#define RENAMED "nightcube_Doctor2"
#define VIEW "nightcube_DoctorView"

static const char *key[] = {"Key"};
static const char *indexed[] = {"Text"};
static struct table_column columns[] = {
    {.name = "Key", .type = VALUE_INT, .not_null = true},
    {.name = "Text", .type = VALUE_TEXT, .length = 30},
};
static struct table_index text_index = {
    .name = TABLE "_Text", .columns = indexed, .column_count = 1};
static const struct table table = {
    .name = TABLE, .columns = columns, .column_count = 2, .key = key, .key_count = 1};

static int
create(struct db *db, struct fault *f)
{
    return db_create_table(db, &table, f);
}

static int
insert(struct db *db, struct fault *f)
{
    return db_run(db, "INSERT INTO \"" TABLE "\" VALUES (1, 'a'), (2, 'b')", NULL, f);
}

static int
update(struct db *db, struct fault *f)
{
    return db_run(db, "UPDATE \"" TABLE "\" SET \"Text\" = 'c' WHERE \"Key\" = 2", NULL, f);
}

static int
query(struct db *db, struct fault *f)
{
    return db_has_row(db, "SELECT 1 FROM \"" TABLE "\" WHERE \"Text\" = 'c'", f) < 0 ? -1 : 0;
}

static int
delete_row(struct db *db, struct fault *f)
{
    return db_run(db, "DELETE FROM \"" TABLE "\" WHERE \"Key\" = 2", NULL, f);
}

static int
create_index(struct db *db, struct fault *f)
{
    return db_create_index(db, &table, &text_index, f);
}

static int
alter(struct db *db, struct fault *f)
{
    static const struct table_column column = {.name = "Number", .type = VALUE_INT};

    return db_add_column(db, TABLE, &column, f);
}

static int
rename_table(struct db *db, struct fault *f)
{
    static const struct db_rename renames[] = {{TABLE, RENAMED}, {RENAMED, TABLE}};

    return db_rename_tables(db, renames, 2, f);
}

static int
create_view(struct db *db, struct fault *f)
{
    return db_create_view(db, VIEW, "SELECT \"Key\" FROM \"" TABLE "\"", f);
}

static int
make_routine(struct db *db, struct fault *f)
{
    const struct dialect *dialect = db_dialect(db);

    if (db_run_ddl(db, dialect->try_routine, f) != 0)
        return -1;
    return dialect->forget_routine == NULL ? 0 : db_run_ddl(db, dialect->forget_routine, f);
}

static int
drop_view(struct db *db, struct fault *f)
{
    return db_drop_view(db, VIEW, f);
}

static int
drop(struct db *db, struct fault *f)
{
    return db_drop_table(db, TABLE, f);
}

static const struct {
    const char *what;
    int (*step)(struct db *db, struct fault *f);
} steps[] = {
    {"create a table", create},
    {"insert rows", insert},
    {"update rows", update},
    {"read rows", query},
    {"delete rows", delete_row},
    {"create an index", create_index},
    {"alter a table", alter},
    {"rename tables", rename_table},
    {"create a view", create_view},
    {"create what applications write through", make_routine},
    {"drop a view", drop_view},
    {"drop a table", drop},
};

/* What a trial before left, and what one that failed leaves where DDL commits. */
static void
tidy_up(struct db *db)
{
    db_run(db, "DROP VIEW IF EXISTS \"" VIEW "\"", NULL, NULL);
    db_run(db, "DROP TABLE IF EXISTS \"" TABLE "\"", NULL, NULL);
    if (db_dialect(db)->forget_routine != NULL)
        db_run(db, db_dialect(db)->forget_routine, NULL, NULL);
}

int
trial_run(struct db *db, struct fault *f)
{
    bool transactional = db_dialect(db)->transactional_ddl;
    int rc = 0;

    if (!transactional)
        tidy_up(db);
    if (transactional && db_begin(db, f) != 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++) {
        if ((rc = steps[i].step(db, f)) != 0)
            fault_wrap(f, "cannot %s", steps[i].what);
    }
    if (transactional)
        db_rollback(db);
    else if (rc != 0)
        tidy_up(db);
    return rc;
}
