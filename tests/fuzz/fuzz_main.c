/*
 * A program for each target, whose name FUZZ_TARGET is: libFuzzer (llvm.org/docs/LibFuzzer.html)
 * calls the first function once and the second one with whatever it makes up. Where NIGHTCUBE_SEED
 * names a file, the target's own seed is written there first.
 */
#include <stdlib.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct fuzz_target *
target(void)
{
    const struct fuzz_target *t = fuzz_targets;

    while (strcmp(t->name, FUZZ_TARGET) != 0)
        t++;
    return t;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *path = getenv("NIGHTCUBE_SEED");
    struct text seed = TEXT_INIT;
    struct fault f = FAULT_INIT;

    (void)argc;
    (void)argv;
    log_init(&(struct log_options){.level = LOG_LEVEL_ERROR});
    if (path == NULL || target()->seed == NULL)
        return 0;
    target()->seed(&seed);
    fuzz_must(file_write_all(path, seed.bytes, seed.length, 0600, &f) == 0);
    text_release(&seed);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    target()->run(bytes, size);
    return 0;
}
