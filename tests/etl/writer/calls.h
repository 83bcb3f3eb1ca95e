/*
 * calls: how an application writes events of the fixture's activity on each engine. Header only.
 */
#ifndef TESTS_ETL_WRITER_CALLS_H
#define TESTS_ETL_WRITER_CALLS_H

#include "tests/etl/fixture.h"

struct call {
    const char *op; /* begin, update, end, continue, reference */
    const char *id;
    const char *token; /* of continue; the data of reference */
    const char *city;  /* NULL: not known */
    int quantity;      /* 0: not known */
};

static inline void
call_add_text(struct text *sql, const char *text)
{
    if (text == NULL)
        text_add(sql, "NULL");
    else
        sql_add(sql, "%t", text);
}

/* The SQL of a call, the quantity as a number. */
static inline const char *
call_sql(struct text *sql, enum engine engine, const struct call *c)
{
    static const struct {
        const char *head, *tail;
    } forms[ENGINE_COUNT][3] = {
        [ENGINE_SQLITE] = {{"INSERT INTO \"bam_Order_PrimaryImport\"(\"ActivityID\", "
                            "\"IsStartNew\", \"IsComplete\", \"City\", \"Quantity\") VALUES (",
                               ")"},
            {"INSERT INTO \"bam_Order_EnableContinuation\" VALUES (", ")"},
            {"INSERT INTO \"bam_Order_AddReference\" VALUES (", ")"}},
        [ENGINE_POSTGRESQL] = {{"SELECT \"bam_Order_PrimaryImport\"(", ")"},
            {"SELECT \"bam_Order_EnableContinuation\"(", ")"},
            {"SELECT \"bam_Order_AddReference\"(", ")"}},
        [ENGINE_MARIADB] = {{"CALL \"bam_Order_PrimaryImport\"(", ", NULL, NULL, NULL, NULL)"},
            {"CALL \"bam_Order_EnableContinuation\"(", ")"},
            {"CALL \"bam_Order_AddReference\"(", ")"}},
    };
    bool start = strcmp(c->op, "begin") == 0, end = strcmp(c->op, "end") == 0;
    int form = strcmp(c->op, "continue") == 0 ? 1 : strcmp(c->op, "reference") == 0 ? 2 : 0;

    text_clear(sql);
    text_add(sql, forms[engine][form].head);
    call_add_text(sql, c->id);
    if (form == 1)
        sql_add(sql, ", %t", c->token);
    else if (form == 2)
        sql_add(sql, ", NULL, 'Doc', %t, NULL", c->token);
    else
        text_add(sql, engine == ENGINE_POSTGRESQL ? (start    ? ", true, false, "
                                                        : end ? ", false, true, "
                                                              : ", false, false, ")
                                                  : (start    ? ", 1, 0, "
                                                        : end ? ", 0, 1, "
                                                              : ", 0, 0, "));
    if (form == 0) {
        call_add_text(sql, c->city);
        if (c->quantity == 0)
            text_add(sql, ", NULL");
        else
            text_add_format(sql, ", %d", c->quantity);
    }
    text_add(sql, forms[engine][form].tail);
    return text_get(sql);
}

static inline int
call_run(struct db *db, enum engine engine, const struct call *c, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = db_run(db, call_sql(&sql, engine, c), NULL, f);

    text_release(&sql);
    return rc;
}

/* The same event as a line for `import`. */
static inline void
call_add_line(struct text *lines, const struct call *c)
{
    text_add_format(lines, "{\"op\":\"%s\",\"id\":\"%s\"", c->op, c->id);
    if (strcmp(c->op, "continue") == 0)
        text_add_format(lines, ",\"token\":\"%s\"", c->token);
    else if (strcmp(c->op, "reference") == 0)
        text_add_format(lines, ",\"reference\":{\"name\":\"Doc\",\"data\":\"%s\"}", c->token);
    else if (c->city != NULL && c->quantity != 0)
        text_add_format(lines, ",\"data\":{\"City\":\"%s\",\"Quantity\":%d}", c->city, c->quantity);
    else if (c->city != NULL)
        text_add_format(lines, ",\"data\":{\"City\":\"%s\",\"Quantity\":null}", c->city);
    else if (c->quantity != 0)
        text_add_format(lines, ",\"data\":{\"Quantity\":%d}", c->quantity);
    text_add(lines, "}\n");
}

#endif
