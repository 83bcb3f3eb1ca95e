#include <stdlib.h>
#include <string.h>

#include "backup/chunks.h"

int
chunks_reader_init(struct chunks_reader *r, const struct table *table, struct fault *f)
{
    *r = (struct chunks_reader){.table = table};
    if (rowsum_init(&r->sum, table->column_count, f) != 0)
        return -1;
    r->row = calloc(table->column_count, sizeof *r->row);
    r->scratch = calloc(table->column_count, sizeof *r->scratch);
    return r->row == NULL || r->scratch == NULL ? fault_set_memory(f) : 0;
}

void
chunks_reader_release(struct chunks_reader *r)
{
    if (r->scratch != NULL) {
        for (size_t i = 0; i < r->table->column_count; i++)
            text_release(&r->scratch[i]);
    }
    free(r->scratch);
    free(r->row);
    rowsum_release(&r->sum);
    *r = (struct chunks_reader){.table = NULL};
}

static int
check_header(const struct chunks_reader *r, const struct csv_reader *csv, struct fault *f)
{
    for (size_t i = 0; i < r->table->column_count; i++) {
        if (i >= csv->field_count || strcmp(csv->fields[i].bytes, r->table->columns[i].name) != 0)
            return fault_set(f, FAULT_DATA, "the header row does not name column '%s'",
                r->table->columns[i].name);
    }
    if (csv->field_count > r->table->column_count)
        return fault_set(f, FAULT_DATA, "the header row names too many columns");
    return 0;
}

static int
parse_row(struct chunks_reader *r, const struct csv_reader *csv, struct fault *f)
{
    if (csv->field_count != r->table->column_count)
        return fault_set(f, FAULT_DATA, "line %llu: %zu cells instead of %zu",
            (unsigned long long)csv->line, csv->field_count, r->table->column_count);
    for (size_t i = 0; i < csv->field_count; i++) {
        const struct csv_field *field = &csv->fields[i];

        text_clear(&r->scratch[i]);
        if (field->length == 0 && !field->quoted)
            r->row[i] = value_null();
        else if (value_parse(r->table->columns[i].type, field->bytes, field->length, &r->scratch[i],
                     &r->row[i], f) != 0)
            return fault_wrap(f, "line %llu, column '%s'", (unsigned long long)csv->line,
                r->table->columns[i].name);
    }
    return 0;
}

static int
read_rows(struct chunks_reader *r, struct csv_reader *csv, struct row_sink to, uint64_t *rows,
    struct fault *f)
{
    int more = csv_read(csv, f);

    if (more < 0 || (more == 1 && check_header(r, csv, f) != 0))
        return -1;
    for (*rows = 0; more == 1; ++*rows) {
        if ((more = csv_read(csv, f)) != 1)
            break;
        if (parse_row(r, csv, f) != 0)
            return -1;
        rowsum_add(&r->sum, r->row);
        if (to.write != NULL && to.write(to.state, r->row, f) != 0)
            return -1;
    }
    if (more == 0 && *rows == 0)
        return fault_set(f, FAULT_DATA, "a chunk without rows");
    return more;
}

int
chunks_read_chunk(struct chunks_reader *r, struct byte_source chunk, struct row_sink to,
    uint64_t *rows, struct fault *f)
{
    struct csv_reader *csv = malloc(sizeof *csv);
    int rc;

    if (csv == NULL)
        return fault_set_memory(f);
    csv_reader_init(csv, chunk, ',', CHUNKS_ROW_BYTES_MAX);
    csv->keep_empty_lines = true; /* a NULL alone in its row */
    rc = read_rows(r, csv, to, rows, f);
    csv_reader_release(csv);
    free(csv);
    r->chunks++;
    return rc;
}
