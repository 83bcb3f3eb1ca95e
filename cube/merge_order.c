#include "cube/merge_order.h"

#include <stdlib.h>
#include <string.h>

/* Keys are made for so many cells of a segment at once. */
enum { KEY_CELLS = 512 };

/* The key of a cell: the places of its members as mixed-radix numbers, in as many words as they
 * need. */
struct key_shape {
    size_t *word; /* of each dimension */
    uint64_t *weight;
    size_t words; /* at least 1 */
};

struct merging {
    struct merge *merge;
    struct key_shape shape;
    uint64_t *keys[MERGE_LIMIT]; /* of KEY_CELLS cells of each input; owned */
    uint64_t *least;
};

/* From the last dimension to the first: a word takes dimensions while they fit. */
static int
shape_init(
    struct key_shape *s, const uint32_t *member_counts, size_t dimension_count, struct fault *f)
{
    uint64_t domain = 1;

    s->word = calloc(dimension_count + 1, sizeof *s->word);
    s->weight = calloc(dimension_count + 1, sizeof *s->weight);
    s->words = 1;
    if (s->word == NULL || s->weight == NULL)
        return fault_set_memory(f);
    for (size_t k = dimension_count; k-- > 0;) {
        uint64_t before = domain;

        if (__builtin_mul_overflow(domain, (uint64_t)member_counts[k], &domain)) {
            s->words++;
            before = 1;
            domain = member_counts[k];
        }
        s->weight[k] = before;
        s->word[k] = s->words - 1;
    }
    return 0;
}

/* The most significant word is the last one. */
static int
compare_keys(const struct key_shape *s, const uint64_t *a, const uint64_t *b)
{
    for (size_t i = s->words; i-- > 0;) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

static void
make_keys(struct merging *g, size_t index)
{
    const struct merge_input *input = &g->merge->inputs[index];
    const struct cells *c = &input->segment->cells;
    size_t words = g->shape.words;
    uint64_t left = c->count - input->at;
    size_t count = left < KEY_CELLS ? (size_t)left : KEY_CELLS;
    uint64_t codes[KEY_CELLS];

    memset(g->keys[index], 0, KEY_CELLS * words * sizeof *g->keys[index]);
    for (size_t k = 0; k < g->merge->model->dimension_count; k++) {
        uint64_t *to = g->keys[index] + g->shape.word[k];

        packed_read(&c->codes[k], input->at, count, codes);
        for (size_t i = 0; i < count; i++)
            to[i * words] += input->places[k][codes[i]] * g->shape.weight[k];
    }
}

/* The key of an input's next cell; NULL when there is none. */
static const uint64_t *
next_key(const struct merging *g, size_t index)
{
    const struct merge_input *input = &g->merge->inputs[index];

    return input->at == input->segment->cells.count
               ? NULL
               : g->keys[index] + input->at % KEY_CELLS * g->shape.words;
}

static void
pass_over(struct merging *g, size_t index)
{
    struct merge_input *input = &g->merge->inputs[index];

    input->at++;
    if (input->at % KEY_CELLS == 0 && input->at < input->segment->cells.count)
        make_keys(g, index);
}

/* Copies the least of the next keys; false when all inputs are at their ends. */
static bool
find_least(struct merging *g)
{
    const uint64_t *least = NULL;

    for (size_t i = 0; i < g->merge->count; i++) {
        const uint64_t *key = next_key(g, i);

        if (key != NULL && (least == NULL || compare_keys(&g->shape, key, least) < 0))
            least = key;
    }
    if (least != NULL)
        memcpy(g->least, least, g->shape.words * sizeof *g->least);
    return least != NULL;
}

static uint64_t
fill_tape(struct merging *g)
{
    struct merge *m = g->merge;
    uint64_t cells = 0;

    m->tape_at = 0;
    for (; find_least(g); cells++) {
        for (size_t i = 0; i < m->count; i++) {
            const uint64_t *key = next_key(g, i);

            if (key == NULL || compare_keys(&g->shape, key, g->least) != 0)
                continue;
            m->tape.bytes[m->tape_at++] = (unsigned char)i;
            pass_over(g, i);
        }
        m->tape.bytes[m->tape_at - 1] |= TAPE_LAST;
    }
    return cells;
}

static int
open_inputs(struct merging *g, const char *folder, struct fault *f)
{
    size_t words = g->shape.words;
    uint64_t cells = 0;

    for (size_t i = 0; i < g->merge->count; i++) {
        if ((g->keys[i] = malloc(KEY_CELLS * words * sizeof *g->keys[i])) == NULL)
            return fault_set_memory(f);
        cells += g->merge->inputs[i].segment->cells.count;
        make_keys(g, i);
    }
    if ((g->least = malloc(words * sizeof *g->least)) == NULL)
        return fault_set_memory(f);
    return scratch_init(&g->merge->tape, folder, cells, f);
}

int
merge_order(struct merge *m, const char *folder, const uint32_t *member_counts, uint64_t *cells,
    struct fault *f)
{
    struct merging g = {.merge = m};
    int rc = -1;

    if (shape_init(&g.shape, member_counts, m->model->dimension_count, f) == 0 &&
        open_inputs(&g, folder, f) == 0) {
        *cells = fill_tape(&g);
        rc = *cells < UINT32_MAX
                 ? 0
                 : fault_set(f, FAULT_DATA, "more than %u combinations of members", UINT32_MAX - 1);
    }
    for (size_t i = 0; i < m->count; i++)
        free(g.keys[i]);
    free(g.least);
    free(g.shape.word);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): as many keys as inputs, which did not change. */
    free(g.shape.weight);
    return rc;
}
