#include "cube/indexing.h"

#include <unistd.h>

#include "cube/aggregate.h"
#include "cube/folder.h"

void
indexing_init(struct indexing *i, unsigned per_cent)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    *i = (struct indexing){.per_cent = per_cent,
        .threads = processors < 1 ? 1 : (unsigned)processors,
        .path = TEXT_INIT,
        .fault = FAULT_INIT};
}

static void *
make(void *state)
{
    struct indexing *i = state;
    const struct aggregate_options options = {i->base->size_bytes / 100 * i->per_cent, i->threads};
    struct aggregate_counts counts;

    i->rc = aggregates_write(text_get(&i->path), i->base, i->model, &options, &counts, &i->fault);
    return NULL;
}

int
indexing_begin(struct indexing *i, struct segment *base, const struct cube_model *model,
    const char *folder, uint64_t number, struct fault *f)
{
    if (indexing_finish(i, f) != 0 || i->per_cent == 0) {
        segment_close(base);
        return i->per_cent == 0 ? 0 : -1;
    }
    i->base = base;
    i->model = model;
    folder_aggregates_path(&i->path, folder, number);
    if (text_check(&i->path, f) != 0)
        return -1;
    i->running = pthread_create(&i->thread, NULL, make, i) == 0;
    if (!i->running)
        make(i);
    return 0;
}

int
indexing_finish(struct indexing *i, struct fault *f)
{
    int rc = 0;

    if (i->running)
        pthread_join(i->thread, NULL);
    i->running = false;
    segment_close(i->base);
    i->base = NULL;
    if (i->rc != 0) {
        rc = -1;
        if (f != NULL)
            *f = i->fault;
        i->rc = 0;
        i->fault = (struct fault)FAULT_INIT;
    }
    return rc;
}

void
indexing_release(struct indexing *i)
{
    struct fault ignored = FAULT_INIT;

    indexing_finish(i, &ignored);
    text_release(&i->path);
}
