#include "etl/star/members.h"

#include <string.h>
#include <xxhash.h>

#include "config/base/csv.h"
#include "etl/odbc/table_reader.h"

enum { FIRST_SLOTS = 256 };

/* The level values as one CSV line: exact, and NULL apart from empty. */
struct member {
    int64_t key;
    size_t length;
    char line[];
};

static struct member **
find_slot(struct member **slots, size_t slot_count, const char *line, size_t length)
{
    size_t at = XXH3_64bits(line, length) & (slot_count - 1);

    while (slots[at] != NULL &&
           (slots[at]->length != length || memcmp(slots[at]->line, line, length) != 0))
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static int
grow(struct members *m)
{
    size_t room = m->slot_count * 2;
    struct member **slots = arena_array(&m->memory, room, sizeof(struct member *));

    if (slots == NULL)
        return -1;
    for (size_t i = 0; i < m->slot_count; i++) {
        if (m->slots[i] != NULL)
            *find_slot(slots, room, m->slots[i]->line, m->slots[i]->length) = m->slots[i];
    }
    m->slots = slots;
    m->slot_count = room;
    return 0;
}

static int
remember(struct members *m, int64_t key, struct fault *f)
{
    struct member *member;

    if (m->count * 2 >= m->slot_count && grow(m) != 0)
        return fault_set_memory(f);
    if ((member = arena_alloc(&m->memory, sizeof *member + m->scratch.length)) == NULL)
        return fault_set_memory(f);
    member->key = key;
    member->length = m->scratch.length;
    memcpy(member->line, text_get(&m->scratch), m->scratch.length);
    *find_slot(m->slots, m->slot_count, member->line, member->length) = member;
    m->count++;
    m->last_key = key > m->last_key ? key : m->last_key;
    return 0;
}

static void
write_line(struct members *m, const struct value *levels)
{
    text_clear(&m->scratch);
    for (size_t i = 0; i + 1 < m->table->column_count; i++) {
        csv_add_value(&m->scratch, &levels[i]);
        text_add_char(&m->scratch, ',');
    }
}

static int
read_known(struct members *m, struct db *star, struct fault *f)
{
    struct table_reader *r = table_reader_open(star, m->table, NULL, f);
    const struct value *row;
    int rc = r == NULL ? -1 : 0;

    while (rc == 0 && (rc = table_reader_next(r, &row, f)) == 1) {
        write_line(m, row + 1);
        rc = text_check(&m->scratch, f) == 0 ? remember(m, row[0].as.integer, f) : -1;
    }
    table_reader_close(r);
    return rc;
}

int
members_open(struct members *m, struct db *star, const struct table *table, struct fault *f)
{
    *m = (struct members){.table = table, .slot_count = FIRST_SLOTS};
    m->slots = arena_array(&m->memory, m->slot_count, sizeof(struct member *));
    m->row = arena_array(&m->memory, table->column_count, sizeof *m->row);
    if (m->slots == NULL || m->row == NULL)
        return fault_set_memory(f);
    if (read_known(m, star, f) != 0)
        return -1;
    m->writer = table_writer_open(star, table, f);
    return m->writer == NULL ? -1 : 0;
}

void
members_close(struct members *m)
{
    table_writer_close(m->writer);
    text_release(&m->scratch);
    arena_release(&m->memory);
    *m = (struct members){.table = NULL};
}

int
members_finish(struct members *m, struct fault *f)
{
    return table_writer_finish(m->writer, f);
}

int
members_key(struct members *m, const struct value *levels, int64_t *key, struct fault *f)
{
    struct member *known;

    write_line(m, levels);
    if (text_check(&m->scratch, f) != 0)
        return -1;
    known = *find_slot(m->slots, m->slot_count, text_get(&m->scratch), m->scratch.length);
    if (known != NULL) {
        *key = known->key;
        return 0;
    }
    *key = m->last_key + 1;
    m->row[0] = value_int(*key);
    memcpy(m->row + 1, levels, (m->table->column_count - 1) * sizeof *levels);
    if (table_writer_add(m->writer, m->row, f) != 0)
        return -1;
    return remember(m, *key, f);
}
