#include "etl/odbc/misfit.h"

#include <string.h>

/* ---- the engine refuses it ---- */

/* A chain of conditions is as deep as it is long, and an engine goes down a thousand levels
 * (sqlite.org/limits.html, section 4): in groups, those of any table are flat. */
enum { GROUP = 32 };

bool
misfit_add_guard(
    struct text *sql, const struct dialect *dialect, const struct table *t, const char *word)
{
    size_t count = 0;
    struct text name = TEXT_INIT, misfit = TEXT_INIT;

    for (size_t i = 0; i < t->column_count; i++) {
        size_t before = misfit.length;

        text_add(&misfit, count == 0 ? "(" : count % GROUP == 0 ? ") OR (" : " OR ");
        if (dialect->add_misfit(
                &misfit, sql_set(&name, "%n", t->columns[i].name), t->columns[i].type))
            count++;
        else
            text_cut(&misfit, before);
    }
    if (count > 0) {
        text_add_char(&misfit, ')');
        text_add_format(sql, " %s ", word);
        sql_add(sql, dialect->fail_where, text_hand_on(&misfit), text_hand_on(&misfit));
    }
    sql->failed = sql->failed || misfit.failed || name.failed;
    text_release(&name);
    text_release(&misfit);
    return count > 0;
}

/* ---- which it was ---- */

/* Rows of a table. */
struct question {
    struct db *db;
    const struct table *table;
    const char *where;
};

static const struct table_column *
find_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (strcmp(t->columns[i].name, name) == 0)
            return &t->columns[i];
    }
    return NULL;
}

/* Adds the column's misfit, and false; or nothing and true: it can have none. */
static bool
never_misfits(const struct question *q, struct text *sql, const struct table_column *c)
{
    struct text name = TEXT_INIT;
    bool may = db_dialect(q->db)->add_misfit(sql, sql_set(&name, "%n", c->name), c->type);

    sql->failed = sql->failed || name.failed;
    text_release(&name);
    return !may;
}

/* " FROM t WHERE ..." of the rows whose column holds a misfit; false: there can be none. */
static bool
add_misfits(const struct question *q, struct text *sql, const struct table_column *c)
{
    sql_add(sql, " FROM %n WHERE ", q->table->name);
    if (q->where[0] != '\0')
        text_add_format(sql, "(%s) AND ", q->where);
    return !never_misfits(q, sql, c);
}

/* 1: the column holds a misfit; 0 or -1 with a fault. */
static int
has_misfit(const struct question *q, const struct table_column *c)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    text_add(&sql, "SELECT 1");
    if (add_misfits(q, &sql, c))
        rc = text_check(&sql, NULL) == 0 ? db_has_row(q->db, text_get(&sql), NULL) : -1;
    text_release(&sql);
    return rc;
}

/* Reads the key of such a row; a key that is a misfit itself is not told. */
static struct stmt *
query_key(const struct question *q, const struct table_column *c, const struct table_column **key,
    const enum value_type *types)
{
    struct text sql = TEXT_INIT, name = TEXT_INIT;
    size_t count = q->table->key_count;
    struct stmt *s;

    for (size_t i = 0; i < count; i++) {
        text_add(&sql, i == 0 ? "SELECT " : ", ");
        db_dialect(q->db)->add_read(&sql, sql_set(&name, "%n", key[i]->name), types[i]);
    }
    add_misfits(q, &sql, c);
    for (size_t i = 0; i < count; i++) {
        size_t before = sql.length;

        text_add(&sql, " AND NOT ");
        if (never_misfits(q, &sql, key[i]))
            text_cut(&sql, before);
    }
    s = name.failed || text_check(&sql, NULL) != 0 ? NULL : db_prepare(q->db, text_get(&sql), NULL);
    text_release(&sql);
    text_release(&name);
    if (s != NULL && stmt_query(s, types, count, NULL) == 0)
        return s;
    stmt_free(s);
    return NULL;
}

enum { KEY_COLUMNS = 16 };

/* " (n = 1)": which row it is, where that can be told. */
static void
add_key(const struct question *q, const struct table_column *c, struct text *to)
{
    const struct table *t = q->table;
    const struct table_column *key[KEY_COLUMNS];
    enum value_type types[KEY_COLUMNS];
    struct value row[KEY_COLUMNS];
    struct stmt *s;

    if (t->key_count == 0 || t->key_count > KEY_COLUMNS)
        return;
    for (size_t i = 0; i < t->key_count; i++) {
        if ((key[i] = find_column(t, t->key[i])) == NULL)
            return;
        types[i] = key[i]->type;
    }
    if ((s = query_key(q, c, key, types)) != NULL && stmt_fetch(s, row, NULL) == 1) {
        for (size_t i = 0; i < t->key_count; i++) {
            text_add_format(to, "%s%s = ", i == 0 ? " (" : ", ", key[i]->name);
            value_add_text(to, &row[i]);
        }
        text_add_char(to, ')');
    }
    stmt_free(s);
}

static int
set_misfit(const struct question *q, const struct table_column *c, struct fault *f)
{
    struct text key = TEXT_INIT;

    add_key(q, c, &key);
    fault_set(f, FAULT_DATA, "table '%s', column '%s'%s holds a value that is not of its type (%s)",
        q->table->name, c->name, text_get(&key), value_type_name(c->type));
    text_release(&key);
    return fault_hint(f, "reading would change it: mend the value, or the column's type");
}

/* A transaction that the engine has given up answers nothing any more; who began it can but roll it
 * back. */
int
misfit_find(struct db *db, const struct table *t, const char *where, struct fault *f)
{
    const struct question question = {db, t, where}, *q = &question;

    for (size_t i = 0; i < q->table->column_count; i++) {
        const struct table_column *c = &q->table->columns[i];
        int rc = has_misfit(q, c);

        if (rc < 0 && db_has_given_up(q->db) &&
            db_run(q->db, db_dialect(q->db)->rollback, NULL, NULL) == 0)
            rc = has_misfit(q, c);
        if (rc == 1)
            return set_misfit(q, c, f);
    }
    return 0;
}
