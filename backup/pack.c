#include "backup/pack.h"

#include <stdlib.h>

#include "backup/compress.h"
#include "backup/meter.h"
#include "config/base/pump.h"

struct pack {
    struct meter stored;
    struct seal *seal;             /* NULL: not encrypted */
    struct compressor *compressor; /* NULL: not compressed */
    struct byte_sink layers;       /* the first of them */
    struct pump *pump;             /* puts them on in a thread of its own */
    uint64_t unpacked_bytes;
};

static int pack_write(void *state, const void *bytes, size_t size, struct fault *f);

/* Built from the store upwards: the count, the seal, the compression, the thread. */
static int
build(struct pack *p, const struct pack_options *o, struct byte_sink store, struct fault *f)
{
    int level = o->level == 0 ? COMPRESS_LEVEL_DEFAULT : o->level;

    if (o->compress && (level < COMPRESS_LEVEL_MIN || level > COMPRESS_LEVEL_MAX))
        return fault_set(f, FAULT_SETTINGS, "compression level %d: %d to %d are possible", level,
            COMPRESS_LEVEL_MIN, COMPRESS_LEVEL_MAX);
    if (meter_init(&p->stored, f) != 0)
        return -1;
    p->layers = meter_sink(&p->stored, store);
    if (o->seal != NULL) {
        if ((p->seal = seal_open(p->layers, o->seal, f)) == NULL)
            return -1;
        p->layers = seal_sink(p->seal);
    }
    if (o->compress) {
        if ((p->compressor = compressor_new(p->layers, level, f)) == NULL)
            return -1;
        p->layers = compressor_sink(p->compressor);
    }
    p->pump = pump_new((struct byte_sink){pack_write, p}, f);
    return p->pump == NULL ? -1 : 0;
}

struct pack *
pack_open(const struct pack_options *options, struct byte_sink store, struct fault *f)
{
    struct pack *p = calloc(1, sizeof *p);

    if (p == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    if (build(p, options, store, f) != 0) {
        pack_free(p);
        return NULL;
    }
    return p;
}

static int
pack_write(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct pack *p = state;

    p->unpacked_bytes += size;
    if (p->unpacked_bytes > PACK_FREE_BYTES / 2 &&
        (p->unpacked_bytes - PACK_FREE_BYTES / 2) / PACK_RATIO > p->stored.bytes) {
        fault_set(f, FAULT_DATA, "the content shrinks to less than 1/%llu: no reader takes that",
            (unsigned long long)PACK_RATIO);
        return fault_hint(f, "back it up with --no-compression");
    }
    return p->layers.write(p->layers.state, bytes, size, f);
}

struct byte_sink
pack_sink(struct pack *p)
{
    return pump_sink(p->pump);
}

int
pack_finish(struct pack *p, struct pack_totals *totals, struct fault *f)
{
    if (pump_finish(p->pump, f) != 0)
        return -1;
    if (p->compressor != NULL && compressor_finish(p->compressor, f) != 0)
        return -1;
    if (p->seal != NULL && seal_finish(p->seal, f) != 0)
        return -1;
    *totals = (struct pack_totals){
        .stored_bytes = p->stored.bytes,
        .unpacked_bytes = p->unpacked_bytes,
        .compressed = p->compressor != NULL,
        .encrypted = p->seal != NULL,
    };
    return meter_finish(&p->stored, totals->sha256, f);
}

void
pack_free(struct pack *p)
{
    if (p == NULL)
        return;
    pump_free(p->pump);
    compressor_free(p->compressor);
    seal_free(p->seal);
    meter_release(&p->stored);
    free(p);
}
