#include "etl/odbc/space_sqlite.h"

#define SPACE "\"nightcube_other\""

/* A path as a URI (sqlite.org/uri.html), opened for reading. */
static void
add_uri(struct text *uri, const char *path)
{
    text_add(uri, "file:");
    for (; *path != '\0'; path++) {
        if (*path == '?' || *path == '#' || *path == '%')
            text_add_format(uri, "%%%02X", (unsigned)*path);
        else
            text_add_char(uri, *path);
    }
    text_add(uri, "?mode=ro");
}

/* The file that a connection is for; nothing when it is in memory. 1 or 0. */
static int
add_file_uri(struct db *db, struct text *uri)
{
    static const enum value_type type = VALUE_TEXT;
    struct stmt *s = db_prepare(db, db_dialect(db)->own_file, NULL);
    struct value v = value_null();
    int rc = s != NULL && stmt_query(s, &type, 1, NULL) == 0 ? stmt_fetch(s, &v, NULL) : 0;

    if (rc == 1 && v.type == VALUE_TEXT && v.as.text.length > 0)
        add_uri(uri, v.as.text.bytes);
    stmt_free(s);
    return uri->length > 0 && !uri->failed;
}

int
space_sqlite_attach(struct db *db, struct db *other, struct text *space)
{
    struct text sql = TEXT_INIT, uri = TEXT_INIT;
    int reached = add_file_uri(other, &uri);

    sql_add(&sql, "ATTACH DATABASE %t AS " SPACE, text_hand_on(&uri));
    if (reached && db_run(db, text_hand_on(&sql), NULL, NULL) != 0)
        reached = 0;
    if (reached)
        text_add(space, SPACE);
    text_release(&sql);
    text_release(&uri);
    return reached;
}
