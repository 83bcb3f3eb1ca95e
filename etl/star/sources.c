#include "etl/star/sources.h"

/* Each source as it is, or as it is read. */
static void
add_columns(struct text *sql, const struct star *star, const struct dialect *dialect,
    const char *record, bool read)
{
    struct text name = TEXT_INIT;

    text_add_format(sql, "SELECT %s AS \"RecordID\", \"ActivityID\"", record);
    for (size_t i = 0; i < star->source_count; i++) {
        text_add(sql, ", ");
        sql_set(&name, "%n", star->sources[i].column);
        if (read)
            dialect->add_read(sql, text_hand_on(&name), star->sources[i].type);
        else
            text_add(sql, text_hand_on(&name));
    }
    sql->failed = sql->failed || name.failed;
    text_release(&name);
}

/* A view over thousands of partitions says for each of them what a column is, each time that the
 * column is mentioned: 200 KiB a partition where that is eight times. */
void
sources_select(struct text *sql, const struct star *star, const struct dialect *dialect,
    const char *record, const char *rest)
{
    if (dialect->once == NULL) {
        add_columns(sql, star, dialect, record, true);
        sql_add(sql, " FROM %s", rest);
        return;
    }
    add_columns(sql, star, dialect, "\"RecordID\"", true);
    text_add(sql, " FROM (");
    add_columns(sql, star, dialect, record, false);
    sql_add(sql, " FROM %s%s)", rest, dialect->once);
}
