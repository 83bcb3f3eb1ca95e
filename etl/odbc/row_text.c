#include "etl/odbc/row_text.h"

#include <stdbool.h>
#include <string.h>

/* What is left of a row, and where the next byte of a cell goes: never beyond what was read. */
struct rest {
    char *at, *end, *to;
};

/* The inside of quotes, and the closing one. */
static int
take_quoted(struct rest *r)
{
    while (r->at < r->end) {
        char c = *r->at++;

        if (c == '"') {
            if (r->at == r->end || *r->at != '"')
                return 0;
            r->at++;
        } else if (c == '\\') {
            if (r->at == r->end)
                return -1;
            c = *r->at++;
        }
        *r->to++ = c;
    }
    return -1;
}

static void
take_plain(struct rest *r)
{
    char *comma = memchr(r->at, ',', (size_t)(r->end - r->at));

    r->at = r->to = comma != NULL ? comma : r->end;
}

static int
take_cell(struct rest *r, struct row_cell *cell)
{
    bool quoted = r->at < r->end && *r->at == '"';

    *cell = (struct row_cell){.bytes = r->at};
    r->to = r->at;
    if (!quoted)
        take_plain(r);
    else if (r->at++, take_quoted(r) != 0)
        return -1;
    cell->length = (size_t)(r->to - cell->bytes);
    if (!quoted && cell->length == 0)
        cell->bytes = NULL;
    return 0;
}

int
row_text_split(struct text *row, struct row_cell *cells, size_t count)
{
    struct rest r;

    if (row->length < 2 || row->bytes[0] != '(' || row->bytes[row->length - 1] != ')')
        return -1;
    r = (struct rest){.at = row->bytes + 1, .end = row->bytes + row->length - 1};
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count;

        if (take_cell(&r, &cells[i]) != 0 || (last ? r.at != r.end : r.at == r.end) ||
            (!last && *r.at != ','))
            return -1;
        r.at++;
        *r.to = '\0';
    }
    return 0;
}
