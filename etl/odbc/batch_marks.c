#include "etl/odbc/batch_marks.h"

#include "config/base/number.h"
#include "etl/odbc/cell.h"

/* What is left of a text. */
struct rest {
    char *at, *end;
};

/* The mark behind the next cell, which gets a NUL in its place; 0 when there is none. */
static int
take_cell(struct rest *r, char **cell, size_t *length)
{
    char *at = r->at;
    int mark;

    while (at < r->end && *at != BATCH_MARK && *at != BATCH_NULL)
        at++;
    if (at == r->end)
        return 0;
    *cell = r->at;
    *length = (size_t)(at - r->at);
    mark = (unsigned char)*at;
    *at = '\0';
    r->at = at + 1;
    return mark;
}

static bool
take_value(struct batch_rows *to, size_t column, struct rest *r, struct value *v)
{
    char *cell = NULL;
    size_t length = 0;
    int mark = take_cell(r, &cell, &length);

    if (mark == BATCH_MARK)
        return cell_take_text(to->db, (int)column + 1, to->table->columns[column].type, cell,
                   length, v, NULL) == 0;
    *v = value_null();
    return mark == BATCH_NULL && length == 0;
}

static bool
take_row(struct batch_rows *to, struct rest *r)
{
    struct value *row = batch_rows_add(to);

    for (size_t i = 0; row != NULL && i < to->table->column_count; i++) {
        if (!take_value(to, i, r, &row[i]))
            return false;
    }
    return row != NULL;
}

bool
batch_marks_take(struct batch_rows *to, char *text, size_t length)
{
    struct rest r = {text, text + length};
    size_t digits = 0;
    int64_t rows;
    char *count;

    if (take_cell(&r, &count, &digits) != BATCH_MARK || number_parse_int(count, digits, &rows) != 0)
        return false;
    while (rows-- > 0) {
        if (!take_row(to, &r))
            return false;
    }
    return r.at == r.end;
}
