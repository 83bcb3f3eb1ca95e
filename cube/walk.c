#include "cube/walk.h"

void
packed_read(const struct packed *p, size_t first, size_t count, uint64_t *numbers)
{
    const unsigned char *at = p->bytes + first * p->width;

    switch (p->width) {
    case 0:
        memset(numbers, 0, count * sizeof *numbers);
        break;
    case 1:
        for (size_t i = 0; i < count; i++)
            numbers[i] = at[i];
        break;
    case 2:
        for (size_t i = 0; i < count; i++)
            numbers[i] = bytes_get16(at + 2 * i);
        break;
    case 4:
        for (size_t i = 0; i < count; i++)
            numbers[i] = bytes_get32(at + 4 * i);
        break;
    default:
        for (size_t i = 0; i < count; i++)
            numbers[i] = bytes_get64(at + 8 * i);
    }
}

bool
packed_below(const struct packed *p, uint64_t limit)
{
    enum { PIECE = 1024 };
    uint64_t numbers[PIECE];

    for (size_t first = 0; first < p->count; first += PIECE) {
        size_t count = p->count - first < PIECE ? (size_t)p->count - first : PIECE;
        uint64_t largest = 0;

        packed_read(p, first, count, numbers);
        for (size_t i = 0; i < count; i++)
            largest = numbers[i] > largest ? numbers[i] : largest;
        if (largest >= limit)
            return false;
    }
    return true;
}

uint32_t
packed_width(uint64_t largest)
{
    return largest <= UINT8_MAX ? 1 : largest <= UINT16_MAX ? 2 : largest <= UINT32_MAX ? 4 : 8;
}

const unsigned char *
walk_take(struct walk *w, uint64_t count, uint32_t size)
{
    const unsigned char *start = w->at;

    if (w->failed || count * size > (uint64_t)(w->end - w->at)) {
        w->failed = true;
        return NULL;
    }
    w->at += count * size;
    return start;
}

uint64_t
walk_number(struct walk *w, uint32_t width)
{
    const unsigned char *at = walk_take(w, 1, width);

    return at == NULL ? 0 : bytes_get(at, width);
}

void
walk_packed_of(struct walk *w, struct packed *p, uint32_t width, uint64_t count)
{
    if (width != 1 && width != 2 && width != 4 && width != 8)
        w->failed = true;
    p->width = width;
    p->count = count;
    p->bytes = walk_take(w, count, width);
}

void
walk_packed(struct walk *w, struct packed *p, uint64_t count)
{
    walk_packed_of(w, p, (uint32_t)walk_number(w, 4), count);
}
