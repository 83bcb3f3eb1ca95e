/*
 * dialect: everything in which one database engine differs from another. One engine is one file
 * with one table of this struct; nothing else in the program asks which engine it talks to.
 *
 * All engines quote names with "double quotes" and texts with 'single quotes'.
 */
#ifndef ETL_ODBC_DIALECT_H
#define ETL_ODBC_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/text.h"
#include "config/table/table.h"

struct batch_kind;
struct db;
struct bulk_kind;
struct error_rule;
struct requirement;

struct dialect {
    const char *name;      /* "SQLite", for people */
    const char *dbms_name; /* as SQLGetInfo(SQL_DBMS_NAME) says it */
    /* Parts of a driver's name by which it is known before it is asked; ends with NULL. */
    const char *const *driver_words;
    const char *attributes; /* put behind every connection string */
    /* How the driver is told to stream a result, not to read it into memory first: an attribute of
     * the connection that is 1 for such a query and 0 for all others (0: none); or the cursor's
     * type, forward-only for such a query and static for all others. */
    int stream_attribute;
    bool streams_forward_only;
    /* How many rows of a streamed result the driver holds: an attribute of the connection, looked
     * at again and again (0: none). */
    int held_rows_attribute;
    /* The driver reads results into memory all the same: tables are read in pieces (piece.h). */
    bool holds_results;
    /* Preparing a statement costs more round trips than it saves where there is nothing to bind. */
    bool prepares_dearly;
    const char *no_create;      /* attribute that keeps connecting from creating a database; "" */
    const char *const *session; /* statements for a new connection, up to a NULL */

    const char *begin; /* begins a transaction that will write */
    /* Begins one that only reads: from its first query on it sees one moment, and holds up nobody.
     */
    const char *begin_snapshot;
    /* Before it, on a connection that reads all there is once; NULL: nothing. */
    const char *read_once;
    /*
     * A second connection beside it (pair.h); all NULL where none can see the same moment: a query
     * of the snapshot's name, a statement with %t for it that takes it over, one by which the
     * server starts no helpers for a query of the transaction (two are at work already, and
     * starting them takes as long as a partition's rows), a query that gives a row when a table has
     * %d blocks or more, one with %t for the number of the block in the middle of a table, and
     * conditions with %d for a block that part the rows in two.
     */
    const char *name_snapshot, *take_snapshot, *alone;
    const char *has_blocks, *middle_block, *before_block, *from_block;
    const char *commit;
    const char *rollback;

    /* Column type for CREATE TABLE. */
    void (*add_type)(struct text *sql, const struct table_column *column);
    /* A NULL of that type, for the branches of a UNION. */
    void (*add_null)(struct text *sql, enum value_type type);
    /* The key column of a table whose identity the engine gives. */
    const char *identity_key;
    /* How many characters of a text column an index can take; 0: all. */
    int text_index_characters;
    const char *drop_index; /* a statement with %n for the index, %n for its table */

    /* A select-list expression that brings the column's exact value (see stmt_fetch). `name` is
     * quoted SQL. */
    void (*add_read)(struct text *sql, const char *name, enum value_type type);

    /* An aggregate that joins an expression (%s) over many rows to one text, in the order of
     * reading and with newlines between, NULL as nothing; a column of every table with a row's
     * position, an integer; and an expression that brings a double that is smaller than 2^bits as
     * the digits of its product with 2^power, where that is whole, and any other as add_read does.
     * NULL where that is no quicker than row by row. */
    const char *gather, *row_position;
    void (*add_scaled)(struct text *sql, const char *name, int power, int bits);

    /* How many rows come as one text; NULL where that is no quicker. */
    const struct batch_kind *batches;

    /* A select-list expression that brings a whole row of a table as one text
     * (row_text.h). False, adding nothing, where that cannot be for these columns; NULL
     * where it is no quicker than cell by cell. */
    bool (*add_row)(struct text *sql, const struct table *t);

    /* Columns hold nothing wider than what the driver says of them: many rows can be fetched by one
     * call, into buffers of that width. */
    bool keeps_widths;

    /* Which way doubles keep their bits, and times their microseconds: as text, or as they are. */
    bool float_parameters_as_text;
    bool float_cells_as_text, time_cells_as_text;

    /* The quickest way to change many rows; `array_types` names the type of an array of each type
     * of element, where an array is a value. */
    const struct bulk_kind *bulk;
    const char *const *array_types;

    /* Adds the statement that deletes the rows of a table whose `column` is among what a query of
     * one column of that name gives: found by an index on it, however many there are. */
    void (*add_delete)(struct text *sql, const char *table, const char *column, const char *query);

    /* FLOAT seconds from one DATETIME expression to another; NULL when either is. */
    void (*add_seconds_between)(struct text *sql, const char *from, const char *to);

    /* Whole numbers are summed in halves, so that no sum overflows and none is rounded: formats for
     * sql_add, %s being the column: the sum of its quotients by 2^32, the sum of their remainders
     * (with the sign of the number). */
    const char *sum_high, *sum_low;
    /* What is less than this in size is a finite double; NULL: all are. */
    const char *infinity;

    /* Sets where a table's identity goes on: the next row gets a value above `last`. */
    int (*set_identity)(struct db *db, const char *table, int64_t last, struct fault *f);
    /* The highest value the identity has ever given. */
    int (*get_identity)(struct db *db, const char *table, int64_t *last, struct fault *f);

    /* A query that gives a row when there is a table or a view of the name %t, %t; quick among
     * thousands. The names of all of both, without a look into each; one column. */
    const char *has_relation;
    const char *list_names;
    /* Names of the tables (or views) whose name begins with a prefix, in order of name; one column.
     */
    const char *list_tables;
    const char *list_views;

    /* A query of the names of tables and, of each, a text that stays the same as long as nobody
     * changes it or its rows; NULL when the engine cannot tell. A change of rows may show a minute
     * late.
     * NULL where counting rows costs next to nothing. */
    const char *list_traces;

    /* How tables and indexes were made, views and triggers, in the order of their making; columns
     * kind ("table", "index", "view", "trigger"), name, table, and the CREATE statement. */
    const char *list_objects;

    /* The same columns of the foreign keys (kind "foreign key") between tables of the database, and
     * the ALTER TABLE statement of each; NULL where list_objects has them in a table's. */
    const char *list_foreign_keys;

    /* Adds a condition that is true where the column holds what its neutral type cannot carry,
     * false or NULL elsewhere. `name` is quoted SQL. False, adding nothing: no such value can be.
     */
    bool (*add_misfit)(struct text *sql, const char *name, enum value_type type);
    /* A condition around another one, %s (two of them are that one twice), that is true, or fails
     * where that one is true: the engine itself refuses a misfit, which a driver would hand over as
     * some other value. */
    const char *fail_where;

    /* Changes a value to what the engine would keep of it; false when that is another value. */
    bool (*fit)(struct value *v);

    /* How a table's shape is read (table_shape.h). */
    const struct table_catalogue *catalogue;

    /* How a database of it must be set up (requirement.h); the oldest versions of engine and driver
     * that we are tested with; a query for its clock in seconds since 1970 (NULL: ours). */
    const struct requirement *requirements;
    const char *engine_from, *driver_from;
    const char *clock;
    /* For a trial (trial.h): makes what applications write through, over the table
     * nightcube_Doctor, and drops it, if it does not go with the table. The rights that an account
     * needs. */
    const char *try_routine, *forget_routine;
    const char *rights;

    /* What its errors mean (error.h), looked up by these bits of the native code (0: all). */
    const struct error_rule *errors;
    int error_mask;
    /* What to do when another transaction is in the way for too long. */
    const char *contention_hint;
    /* How many tables all statements together can hold at once, locked or open: a query of one
     * integer, NULL: as many as there are; the setting that says so; whether each index counts too,
     * and what becomes of a statement that needs more. */
    const char *lock_limit, *lock_setting;
    bool locks_indexes;
    const char *beyond_locks;
    /* How long a statement waits for a lock: a moment, or as long as a new connection does. NULL:
     * nothing to set. */
    const char *wait_briefly, *wait_patiently;

    /*
     * Holding the writers of an activity (activity/hold.h). add_hold adds the statement that waits
     * for them and keeps new ones waiting until the transaction ends. NULL: a transaction that
     * writes is alone.
     */
    void (*add_hold)(
        struct text *sql, const char *activity, const char *active, const char *completed);
    /* CREATE OR REPLACE VIEW. */
    bool replaces_views;
    /* What routines are written in (writer/language.h). */
    enum routines_language {
        ROUTINES_IN_TRIGGERS,
        ROUTINES_IN_PLPGSQL,
        ROUTINES_IN_PROCEDURES
    } routines;

    /*
     * A space is what a connection's tables live in: a schema, a database of a server. Queries and
     * statements with %n or %t for its name; all NULL where it is a file of its own.
     */
    const char *current_space;
    const char *has_space;
    const char *create_space;
    const char *drop_space; /* with all that is in it; none is fine */
    const char *use_space;
    /* Gives `from` the name `to`; what bore that name is dropped. The connection uses `to` after
     * it. Where DDL commits, the tables still change in one step. */
    int (*swap_space)(struct db *db, const char *from, const char *to, struct fault *f);

    /*
     * Accounts: those of the server who may be given rights on views; all NULL where there are
     * none. `add_account` adds one as SQL names it.
     */
    void (*add_account)(struct text *sql, const char *name);
    const char *has_account; /* a query with %t for its name; NULL: only a GRANT tells */
    const char *can_read;    /* the same with a view's name as a second %t; NULL: nobody can tell */
    /* Lets an account (%s) into the connection's space, and out again; NULL: not needed. */
    const char *admit, *expel;
    /* Where rights go with a view that is dropped: a query that keeps those on all views for the
     * rest of the transaction, and a statement that gives back what now can be given. */
    const char *keep_rights, *return_rights;

    /*
     * Naming another connection's tables (reach.h). Of one server: `mark` takes a lock with the
     * number %d that other sessions there can see, `sees_mark` does, `unmark` lets it go; each
     * gives 1. Of one embedded engine: `attach` makes the other file a space of this connection, 1
     * or 0, and `detach` ends that; NULL elsewhere.
     */
    const char *mark, *sees_mark, *unmark;
    /* Takes the space for this session alone until it ends: a query of 1, or 0 when another session
     * has it. NULL where a space is a file: then `own_file` asks for its path. */
    const char *claim, *own_file;
    int (*attach)(struct db *db, struct db *other, struct text *space);
    const char *detach;

    /* list_objects tells tables, indexes, views and triggers word for word: a restore into the same
     * engine makes them from that. Otherwise from their neutral shapes. */
    bool objects_are_whole;

    /* CREATE, DROP and RENAME commit and roll back with the transaction. Where they do not, each
     * commits what came before it and db.c begins the transaction anew behind it. */
    bool transactional_ddl;
    /* RENAME TABLE a TO b, c TO d is one step: all of it or nothing, never a name without a table.
     */
    bool renames_as_one;
    /* Ends a subquery whose columns are worked out in it, once; without it, anew for each mention
     * outside. NULL: no column is mentioned so often that it matters (add_read). */
    const char *once;
    /* A rename takes as long as there are objects in the database: what can be made in place is. */
    bool renames_read_all;
    /* Each connection keeps all of the schema for itself: 40 MiB with 5,000 partitions. */
    bool keeps_schema;
};

extern const struct dialect dialect_sqlite, dialect_postgresql, dialect_mariadb;

/* add_delete where IN does it. */
void dialect_add_delete(struct text *sql, const char *table, const char *column, const char *query);

/* The dialect of a DBMS by the name its driver tells; NULL when we know none. */
const struct dialect *dialect_find(const char *dbms_name);

/* The dialect whose driver a connection string names, by name or by file; NULL when it names none
 * that we know (a DSN). */
const struct dialect *dialect_guess(const char *connection);

#endif
