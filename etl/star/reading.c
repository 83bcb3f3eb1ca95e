#include "etl/star/reading.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "config/base/progress.h"
#include "config/base/thread.h"
#include "etl/odbc/row_reader.h"
#include "etl/odbc/table_reader.h"

/* More than one connection is worth it from so many facts on. */
enum { READER_COUNT = 2, FACTS_FOR_TWO = 200000 };

/* How often a reader looks up from its facts. */
enum { LOOK_UP_FACTS = 4096 };

/* What each of the threads has. */
struct reader {
    const struct reading *reading;
    const struct table *const *dimensions;
    struct db *star; /* own, but for the first */
    struct cube_builder *builder;
    struct cube_build_counts counts;
    struct row_share *share;
    size_t number, of;
    atomic_bool *ending;
    int rc;
    struct fault fault;
};

static int
read_members(struct reader *r, size_t dimension)
{
    struct table_reader *rows =
        table_reader_open(r->star, r->dimensions[dimension], NULL, &r->fault);
    const struct value *row;
    int rc;

    if (rows == NULL)
        return -1;
    while ((rc = table_reader_next(rows, &row, &r->fault)) == 1) {
        if (cube_builder_member(r->builder, dimension, row[0].as.integer, row + 1, &r->fault) !=
            0) {
            rc = -1;
            break;
        }
    }
    table_reader_close(rows);
    return rc;
}

static void
add_counts(struct cube_build_counts *to, const struct cube_build_counts *from)
{
    to->facts += from->facts;
    to->null_keys += from->null_keys;
    to->unknown_keys += from->unknown_keys;
    to->bad_values += from->bad_values;
}

/* Writes what was built and makes room. */
static int
write_piece(struct reader *r)
{
    if (cube_process_write(r->reading->process, r->reading->part, r->builder, &r->fault) != 0)
        return -1;
    add_counts(&r->counts, cube_builder_counts(r->builder));
    cube_builder_clear_facts(r->builder);
    return 0;
}

static int
look_up(struct reader *r)
{
    if (cube_builder_bytes(r->builder) > r->reading->memory_bytes / r->of && write_piece(r) != 0)
        return -1;
    progress_add("facts", LOOK_UP_FACTS);
    return atomic_load(r->ending) ? -1 : interrupt_check(&r->fault);
}

static int
read_facts(struct reader *r, struct row_reader *rows)
{
    const struct value *row;
    uint64_t done = 0;
    int rc;

    while ((rc = row_reader_next(rows, &row, &r->fault)) == 1) {
        if (cube_builder_add(r->builder, row, &r->fault) != 0 ||
            (++done % LOOK_UP_FACTS == 0 && look_up(r) != 0))
            return -1;
    }
    return rc == 0 ? write_piece(r) : -1;
}

static int
read_table(struct reader *r)
{
    struct row_reader *rows = row_reader_open(r->star, r->share, r->number, &r->fault);
    int rc = rows == NULL ? -1 : read_facts(r, rows);

    row_reader_close(rows);
    return rc;
}

static void *
work(void *state)
{
    struct reader *r = state;

    r->rc = -1;
    if ((r->builder = cube_builder_new(r->reading->model, &r->fault)) == NULL)
        return NULL;
    r->rc = 0;
    for (size_t i = 0; r->rc == 0 && i < r->reading->shape->dimension_count; i++)
        r->rc = read_members(r, i);
    if (r->rc == 0)
        r->rc = read_table(r);
    if (r->rc != 0)
        atomic_store(r->ending, true);
    /* Of what was registered each reader knows as much as the first one. */
    if (r->number == 0) {
        r->counts.bad_members = cube_builder_counts(r->builder)->bad_members;
        r->counts.duplicate_keys = cube_builder_counts(r->builder)->duplicate_keys;
    }
    cube_builder_free(r->builder);
    return NULL;
}

/* Connections for the others; where none can be had, fewer readers do it. */
static size_t
open_twins(const struct reading *reading, struct reader *readers)
{
    size_t count = 1;

    readers[0].star = reading->star;
    while (count < READER_COUNT && reading->expected >= FACTS_FOR_TWO) {
        struct fault f = FAULT_INIT;

        if ((readers[count].star = db_open_again(reading->star, &f)) == NULL) {
            log_debug("one connection reads the facts alone: %s", f.text);
            break;
        }
        count++;
    }
    return count;
}

/* The first reader is this thread. One that gets no thread works before it. */
static void
run_readers(struct reader *readers, size_t count)
{
    pthread_t threads[READER_COUNT];
    bool started[READER_COUNT] = {false};

    for (size_t i = 1; i < count; i++) {
        started[i] = thread_start(&threads[i], work, &readers[i]);
        if (!started[i])
            work(&readers[i]);
    }
    work(&readers[0]);
    for (size_t i = 1; i < count; i++) {
        if (started[i])
            pthread_join(threads[i], NULL);
    }
}

/* A reader that only stopped because another one failed has no fault of its own. */
static int
collect(
    const struct reader *readers, size_t count, struct cube_build_counts *counts, struct fault *f)
{
    const struct fault *first = NULL;
    int rc = 0;

    for (size_t i = 0; i < count; i++) {
        add_counts(counts, &readers[i].counts);
        rc = readers[i].rc != 0 ? -1 : rc;
        if (readers[i].rc != 0 && readers[i].fault.kind != FAULT_NONE && first == NULL)
            first = &readers[i].fault;
    }
    if (first != NULL && f != NULL)
        *f = *first;
    counts->bad_members = readers[0].counts.bad_members;
    counts->duplicate_keys = readers[0].counts.duplicate_keys;
    return rc;
}

/* The tables of the dimensions, described before several threads ask for them. */
static const struct table **
describe_dimensions(struct star *s, struct fault *f)
{
    const struct table **tables = arena_array(&s->memory, s->dimension_count + 1, sizeof(*tables));

    for (size_t i = 0; tables != NULL && i < s->dimension_count; i++) {
        if ((tables[i] = star_dimension_table(s, i)) == NULL)
            tables = NULL;
    }
    if (tables == NULL)
        fault_set_memory(f);
    return tables;
}

/* Keys, then sources: what the builder takes as a row. */
static const struct row_column *
list_columns(struct star *s, struct fault *f)
{
    struct row_column *columns =
        arena_array(&s->memory, s->dimension_count + s->measured_count + 1, sizeof *columns);

    if (columns == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    for (size_t i = 0; i < s->dimension_count; i++)
        columns[i] = (struct row_column){s->dimensions[i].key, VALUE_INT};
    for (size_t i = 0; i < s->measured_count; i++) {
        const struct star_source *source = &s->sources[s->measured[i]];

        columns[s->dimension_count + i] = (struct row_column){source->column, source->type};
    }
    return columns;
}

/* Deals the rows out to the readers and lets them read. */
static int
share_out(const struct reading *reading, const struct row_order *order, struct reader *readers,
    size_t count, struct fault *f)
{
    struct row_share *share = row_share_new(reading->star, order, count, f);

    if (share == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        readers[i].share = share;
    run_readers(readers, count);
    row_share_free(share);
    return 0;
}

int
reading_run(const struct reading *reading, struct cube_build_counts *counts, struct fault *f)
{
    struct star *s = reading->shape;
    const struct table **dimensions = describe_dimensions(s, f);
    const struct row_column *columns = list_columns(s, f);
    const struct row_order order = {.table = reading->facts,
        .columns = columns,
        .count = s->dimension_count + s->measured_count,
        .key = "RecordID",
        .first = reading->first,
        .last = reading->last,
        .whole = reading->whole};
    struct reader readers[READER_COUNT] = {{.of = 0}};
    atomic_bool ending = false;
    size_t count;
    int rc;

    if (dimensions == NULL || columns == NULL)
        return -1;
    count = open_twins(reading, readers);
    for (size_t i = 0; i < count; i++) {
        readers[i].reading = reading;
        readers[i].dimensions = dimensions;
        readers[i].number = i;
        readers[i].of = count;
        readers[i].ending = &ending;
        readers[i].fault = (struct fault)FAULT_INIT;
    }
    rc = share_out(reading, &order, readers, count, f);
    if (rc == 0)
        rc = collect(readers, count, counts, f);
    for (size_t i = 1; i < count; i++)
        db_close(readers[i].star);
    return rc;
}
