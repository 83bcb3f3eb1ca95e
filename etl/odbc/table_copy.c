#include "etl/odbc/table_copy.h"

#include "config/base/interrupt.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_writer.h"

int
table_copy(struct db *from, const struct table *source, struct db *to, const struct table *target,
    struct rowsum *sum, struct fault *f)
{
    struct table_reader *reader = table_reader_open(from, source, NULL, f);
    struct table_writer *writer = reader == NULL ? NULL : table_writer_open(to, target, f);
    const struct value *row;
    int rc = writer == NULL ? -1 : rowsum_init(sum, source->column_count, f);

    while (rc == 0 && (rc = table_reader_next(reader, &row, f)) == 1) {
        rowsum_add(sum, row);
        rc = table_writer_add(writer, row, f);
        if (rc == 0 && sum->rows % 10000 == 0)
            rc = interrupt_check(f);
    }
    if (rc == 0)
        rc = table_writer_finish(writer, f);
    table_writer_close(writer);
    table_reader_close(reader);
    return rc;
}
