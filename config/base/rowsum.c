#include "config/base/rowsum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

int
rowsum_init(struct rowsum *s, size_t column_count, struct fault *f)
{
    *s = (struct rowsum){.column_count = column_count};
    s->columns = calloc(column_count == 0 ? 1 : column_count, sizeof *s->columns);
    return s->columns == NULL ? fault_set_memory(f) : 0;
}

void
rowsum_release(struct rowsum *s)
{
    free(s->columns);
    *s = (struct rowsum)ROWSUM_INIT;
}

/* A number's eight bytes, least significant first, so that the sum is the same on every machine. */
static void
put_little_endian(unsigned char bytes[8], uint64_t number)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t
cell_hash(const struct value *v, uint64_t seed)
{
    unsigned char bytes[8];
    uint64_t bits = 0;

    seed = seed * 8 + v->type;
    if (v->type == VALUE_TEXT || v->type == VALUE_BYTES)
        return XXH3_64bits_withSeed(v->as.text.bytes, v->as.text.length, seed);
    if (v->type == VALUE_FLOAT && isnan(v->as.real))
        bits = UINT64_C(0x7FF8000000000000); /* engines do not keep a NaN's payload */
    else if (v->type != VALUE_NULL)
        memcpy(&bits, &v->as, sizeof bits);
    put_little_endian(bytes, bits);
    return XXH3_64bits_withSeed(bytes, sizeof bytes, seed);
}

void
rowsum_add(struct rowsum *s, const struct value *row)
{
    uint64_t chain = 0;

    for (size_t i = 0; i < s->column_count; i++) {
        uint64_t hash = cell_hash(&row[i], i);

        s->columns[i] += hash;
        chain = (chain ^ hash) * UINT64_C(0x9E3779B97F4A7C15); /* 2^64 / golden ratio, odd */
        chain ^= chain >> 32;
    }
    s->whole += chain;
    s->rows++;
}

void
rowsum_merge(struct rowsum *to, const struct rowsum *from)
{
    for (size_t i = 0; i < to->column_count; i++)
        to->columns[i] += from->columns[i];
    to->whole += from->whole;
    to->rows += from->rows;
}

bool
rowsum_equal(const struct rowsum *a, const struct rowsum *b)
{
    return a->rows == b->rows && a->whole == b->whole && a->column_count == b->column_count &&
           memcmp(a->columns, b->columns, a->column_count * sizeof *a->columns) == 0;
}
