#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const struct fuzz_target fuzz_targets[] = {
    {"settings", fuzz_settings, NULL, false},
    {"job", fuzz_job, NULL, false},
    {"definition", fuzz_definition, NULL, false},
    {"xes", fuzz_xes, NULL, false},
    {"csv", fuzz_csv, NULL, false},
    {"jsonl", fuzz_jsonl, NULL, false},
    {"age", fuzz_age, seed_age, true},
    {"armor", fuzz_armor, NULL, false},
    {"container", fuzz_container, seed_container, true},
    {"catalogue", fuzz_catalogue, seed_catalogue, false},
    {"segment", fuzz_segment, seed_segment, false},
    {"aggregates", fuzz_aggregates, seed_aggregates, false},
    {"manifest", fuzz_manifest, seed_manifest, false},
    {NULL, NULL, NULL, false},
};

const char *
fuzz_file(const uint8_t *bytes, size_t size)
{
    static char path[64];
    static int fd = -1;

    if (fd >= 0)
        close(fd);
    fd = memfd_create("input", MFD_CLOEXEC);
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, bytes + done, size - done);

        fuzz_must(n > 0);
        done += (size_t)n;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}

static ssize_t
read_bytes(void *state, void *buffer, size_t size, struct fault *f)
{
    struct fuzz_bytes *b = state;
    size_t taken = size < b->size ? size : b->size;

    (void)f;
    if (taken > 0)
        memcpy(buffer, b->bytes, taken);
    b->bytes += taken;
    b->size -= taken;
    return (ssize_t)taken;
}

struct byte_source
fuzz_source(struct fuzz_bytes *state)
{
    return (struct byte_source){read_bytes, state};
}

bool
fuzz_drain(struct byte_source source)
{
    struct fault f = FAULT_INIT;
    char buffer[4096];
    ssize_t n;

    while ((n = source.read(source.state, buffer, sizeof buffer, &f)) > 0)
        continue;
    return n == 0;
}

static int
add_bytes(void *state, const void *bytes, size_t size, struct fault *f)
{
    text_add_bytes(state, bytes, size);
    return text_check(state, f);
}

struct byte_sink
fuzz_sink(struct text *bytes)
{
    return (struct byte_sink){add_bytes, bytes};
}

void
fuzz_must(bool well)
{
    if (!well)
        abort();
}
