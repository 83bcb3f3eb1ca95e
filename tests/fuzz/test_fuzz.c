/*
 * Every input that is kept, through its target: what was found once stays mended. Those whose name
 * begins with "good" are taken, and so is what we write ourselves.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>

#include "config/base/file.h"
#include "tests/harness.h"

enum { INPUT_BYTES = 1 << 20 };

static void
run_file(const struct fuzz_target *t, const char *folder, const char *name)
{
    struct text path = TEXT_INIT, bytes = TEXT_INIT;
    struct fault f = FAULT_INIT;
    bool taken;

    text_add_format(&path, "%s/%s", folder, name);
    ASSERT_OK(file_read_all(text_get(&path), INPUT_BYTES, &bytes, &f), &f);
    taken = t->run((const uint8_t *)bytes.bytes, bytes.length);
    if (strncmp(name, "good", 4) == 0 && !taken)
        fprintf(stderr, "%s is not taken\n", text_get(&path));
    CU_ASSERT(taken || strncmp(name, "good", 4) != 0);
    text_release(&bytes);
    text_release(&path);
}

static size_t
run_corpus(const struct fuzz_target *t)
{
    struct text folder = TEXT_INIT;
    size_t count = 0;
    DIR *d;

    text_add_format(&folder, "%s/tests/fuzz/corpus/%s", test_source_tree(), t->name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d = opendir(text_get(&folder)));
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        run_file(t, text_get(&folder), e->d_name);
        count++;
    }
    closedir(d);
    text_release(&folder);
    return count;
}

static void
every_kept_input_does_no_harm(void)
{
    for (const struct fuzz_target *t = fuzz_targets; t->name != NULL; t++)
        CU_ASSERT(run_corpus(t) > 0);
}

static void
what_we_write_is_taken(void)
{
    for (const struct fuzz_target *t = fuzz_targets; t->name != NULL; t++) {
        struct text seed = TEXT_INIT;

        if (t->seed == NULL)
            continue;
        t->seed(&seed);
        CU_ASSERT(t->run((const uint8_t *)seed.bytes, seed.length));
        text_release(&seed);
    }
}

/* What we write, cut or with a byte changed: a poor man's fuzzing, in every run of the tests. What
 * is cut is never taken; what is changed is not where a target leaves the seal as it is. */
static void
cuts_and_flips_do_no_harm(void)
{
    for (const struct fuzz_target *t = fuzz_targets; t->name != NULL; t++) {
        struct text seed = TEXT_INIT;

        if (t->seed == NULL)
            continue;
        t->seed(&seed);
        for (size_t i = 0; i < seed.length; i += 1 + seed.length / 40) {
            CU_ASSERT_FALSE(t->run((const uint8_t *)seed.bytes, i));
            seed.bytes[i] ^= 0x41;
            CU_ASSERT(!t->run((const uint8_t *)seed.bytes, seed.length) || !t->keeps_seals);
            seed.bytes[i] ^= 0x41;
        }
        text_release(&seed);
    }
}

const struct test suite_fuzz_fuzz[] = {
    {"every kept input does no harm", every_kept_input_does_no_harm},
    {"what we write is taken", what_we_write_is_taken},
    {"cuts and flips do no harm", cuts_and_flips_do_no_harm},
    {0},
};
