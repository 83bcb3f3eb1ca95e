#include "backup/spool.h"

#include "tests/backup/sample.h"

/* Adds `size` bytes in small pieces and reads them back twice. */
static void
come_back(size_t size)
{
    struct spool s = SPOOL_INIT;
    struct fault f = FAULT_INIT;
    char *pattern = memory_pattern(size);
    char *found = malloc(size + 1);

    CU_ASSERT_FATAL(pattern != NULL && found != NULL);
    for (size_t at = 0; at < size; at += 1000)
        ASSERT_OK(spool_add(&s, pattern + at, size - at < 1000 ? size - at : 1000, &f), &f);
    for (int i = 0; i < 2; i++) {
        struct byte_source source = spool_source(&s);

        CU_ASSERT_EQUAL(source_read_full(&source, found, size + 1, &f), (ssize_t)size);
        CU_ASSERT(memcmp(found, pattern, size) == 0);
    }
    spool_release(&s);
    free(pattern);
    free(found);
}

static void
few_bytes_come_back(void)
{
    come_back(12345);
}

static void
many_bytes_come_back_through_a_file(void)
{
    come_back(3 * SPOOL_MEMORY_BYTES + 12345);
}

static void
the_file_goes_where_tmpdir_says(void)
{
    struct spool s = SPOOL_INIT;
    struct fault f = FAULT_INIT;
    char *bytes = memory_pattern(SPOOL_MEMORY_BYTES);
    const char *given = getenv("TMPDIR");
    char *before = given == NULL ? NULL : strdup(given);

    setenv("TMPDIR", "nowhere", 1);
    CU_ASSERT_EQUAL(spool_add(&s, bytes, SPOOL_MEMORY_BYTES, &f), -1);
    CU_ASSERT(test_contains(f.text, "'nowhere'"));
    /* The tests behind this one put what they make where it said before. */
    if (before == NULL)
        unsetenv("TMPDIR");
    else
        setenv("TMPDIR", before, 1);
    free(before);
    spool_release(&s);
    free(bytes);
}

const struct test suite_backup_spool[] = {
    {"few bytes come back", few_bytes_come_back},
    {"many bytes come back through a file", many_bytes_come_back_through_a_file},
    {"the file goes where TMPDIR says", the_file_goes_where_tmpdir_says},
    {0},
};
