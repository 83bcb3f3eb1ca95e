#include <string.h>

#include "backup/chunks.h"
#include "backup/entry.h"
#include "config/base/moment.h"

int
chunks_begin(struct chunks_writer *w, struct volume *to, const struct table *table, struct fault *f)
{
    *w = (struct chunks_writer){.to = to, .table = table};
    return rowsum_init(&w->sum, table->column_count, f);
}

void
chunks_release(struct chunks_writer *w)
{
    rowsum_release(&w->sum);
    text_release(&w->chunk);
    w->table = NULL;
}

static void
add_header(struct chunks_writer *w)
{
    for (size_t i = 0; i < w->table->column_count; i++) {
        const char *name = w->table->columns[i].name;

        if (i > 0)
            text_add_char(&w->chunk, ',');
        csv_add_field(&w->chunk, name, strlen(name));
    }
    text_add(&w->chunk, "\r\n");
}

static int
write_chunk(struct chunks_writer *w, struct fault *f)
{
    struct text name = TEXT_INIT;
    int rc = -1;

    if (entry_add_data(&name, w->table->name, w->chunks + 1, f) == 0)
        rc = volume_put(w->to, text_get(&name), &w->chunk, &w->chunk_rows, f);
    text_release(&name);
    w->chunks++;
    w->bytes += w->chunk.length;
    w->chunk_rows = 0;
    /* The memory of an unusually long row is not kept. */
    if (w->chunk.capacity > 4 * CHUNKS_CHUNK_BYTES)
        text_release(&w->chunk);
    text_clear(&w->chunk);
    return rc;
}

/* Why a cell cannot be written; NULL when it can. */
static const char *
refusal(const struct value *v, enum value_type type)
{
    if (v->type == VALUE_NULL)
        return NULL;
    if (v->type != type)
        return "the value is not of its column's type";
    if (v->type == VALUE_TEXT && v->as.text.length > 0 &&
        memchr(v->as.text.bytes, '\0', v->as.text.length) != NULL)
        return "the text holds a NUL character";
    if (v->type == VALUE_TIME && (v->as.time_us < MOMENT_MIN || v->as.time_us > MOMENT_MAX))
        return "the time lies outside the years 1 to 9999";
    return NULL;
}

static int
refuse(const struct chunks_writer *w, size_t column, const char *why, struct fault *f)
{
    return fault_set(f, FAULT_DATA, "column '%s', row %llu: %s", w->table->columns[column].name,
        (unsigned long long)(w->sum.rows + 1), why);
}

static size_t
room_of(const struct value *v)
{
    return v->type == VALUE_TEXT || v->type == VALUE_BYTES ? v->as.text.length : 0;
}

static int
check_row(const struct chunks_writer *w, const struct value *row, struct fault *f)
{
    size_t total = 0;

    for (size_t i = 0; i < w->table->column_count; i++) {
        const char *why = refusal(&row[i], w->table->columns[i].type);

        if (why != NULL)
            return refuse(w, i, why, f);
        /* Base64 and doubled quotes come on top: looked at again when the row is written. */
        if (room_of(&row[i]) > CHUNKS_ROW_BYTES_MAX - total)
            return refuse(w, i, "the row is too long", f);
        total += room_of(&row[i]);
    }
    return 0;
}

int
chunks_add_row(struct chunks_writer *w, const struct value *row, struct fault *f)
{
    size_t start;

    if (check_row(w, row, f) != 0)
        return -1;
    if (w->chunk_rows == 0)
        add_header(w);
    start = w->chunk.length;
    for (size_t i = 0; i < w->table->column_count; i++) {
        if (i > 0)
            text_add_char(&w->chunk, ',');
        csv_add_value(&w->chunk, &row[i]);
    }
    if (w->chunk.length - start > CHUNKS_ROW_BYTES_MAX)
        return refuse(w, 0, "the row is too long", f);
    text_add(&w->chunk, "\r\n");
    if (text_check(&w->chunk, f) != 0)
        return -1;
    rowsum_add(&w->sum, row);
    w->chunk_rows++;
    return w->chunk.length < CHUNKS_CHUNK_BYTES ? 0 : write_chunk(w, f);
}

int
chunks_finish(struct chunks_writer *w, struct fault *f)
{
    if (w->chunk_rows > 0 && write_chunk(w, f) != 0)
        return -1;
    return ledger_add_table(&w->to->ledger, w->table, &w->sum, f);
}
