/*
 * conformance: what every store must do. The test of a store opens an empty one and calls
 * store_conforms.
 */
#ifndef TESTS_BACKUP_STORE_CONFORMANCE_H
#define TESTS_BACKUP_STORE_CONFORMANCE_H

#include "backup/store/store.h"
#include "tests/backup/age/memory.h"
#include "tests/harness.h"

static inline void
expect_object(struct store *s, const char *name, const char *content)
{
    struct text t = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(store_get_bytes(s, name, 1 << 20, &t, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&t), content);
    text_release(&t);
}

static inline void
put_object(struct store *s, const char *name, const char *content, bool overwrite)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(store_put_bytes(s, name, content, strlen(content), overwrite, &f), &f);
}

static inline size_t
count_objects(struct store *s, const char *prefix)
{
    struct store_list list = STORE_LIST_INIT;
    struct fault f = FAULT_INIT;
    size_t count;

    ASSERT_OK(store_list(s, prefix, &list, &f), &f);
    count = list.count;
    store_list_release(&list);
    return count;
}

/* An empty store is empty and says so. */
static inline void
conforms_when_empty(struct store *s)
{
    struct fault f = FAULT_INIT;
    uint64_t size;

    CU_ASSERT_EQUAL(count_objects(s, ""), 0);
    CU_ASSERT_EQUAL(store_find(s, "nothing", &size, &f), 0);
    CU_ASSERT_PTR_NULL(store_read(s, "nothing", &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_NO_INPUT);
    fault_clear(&f);
    ASSERT_OK(store_remove(s, "nothing", &f), &f);
}

/* An object appears at its commit, whole, and an abandoned one never. */
static inline void
conforms_in_writing(struct store *s)
{
    struct fault f = FAULT_INIT;
    struct store_writer *w = store_begin(s, "a/one", false, &f);
    struct byte_sink sink;
    uint64_t size = 0;

    CU_ASSERT_FATAL(w != NULL);
    sink = store_writer_sink(w);
    ASSERT_OK(sink.write(sink.state, "first ", 6, &f), &f);
    ASSERT_OK(sink.write(sink.state, "object", 6, &f), &f);
    CU_ASSERT_EQUAL(store_find(s, "a/one", &size, &f), 0);
    CU_ASSERT_EQUAL(count_objects(s, ""), 0);
    ASSERT_OK(store_commit(w, &f), &f);
    CU_ASSERT_EQUAL(store_find(s, "a/one", &size, &f), 1);
    CU_ASSERT_EQUAL(size, 12);
    expect_object(s, "a/one", "first object");

    CU_ASSERT_FATAL((w = store_begin(s, "a/two", false, &f)) != NULL);
    sink = store_writer_sink(w);
    ASSERT_OK(sink.write(sink.state, "gone", 4, &f), &f);
    store_abandon(w);
    CU_ASSERT_EQUAL(store_find(s, "a/two", &size, &f), 0);
    CU_ASSERT_EQUAL(count_objects(s, ""), 1);
    put_object(s, "a/empty", "", false);
    expect_object(s, "a/empty", "");
    ASSERT_OK(store_remove(s, "a/empty", &f), &f);
}

/* What is there stays unless overwriting is allowed. */
static inline void
conforms_in_overwriting(struct store *s)
{
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(store_put_bytes(s, "a/one", "x", 1, false, &f), &f, FAULT_EXISTS, "a/one");
    expect_object(s, "a/one", "first object");
    put_object(s, "a/one", "second", true);
    expect_object(s, "a/one", "second");
}

/* Of two writers of one name exactly one succeeds, and its bytes are there. */
static inline void
conforms_with_two_writers(struct store *s)
{
    struct fault f = FAULT_INIT;
    struct store_writer *first = store_begin(s, "b/race", false, &f);
    struct store_writer *second;
    struct byte_sink sink;

    CU_ASSERT_FATAL(first != NULL);
    sink = store_writer_sink(first);
    ASSERT_OK(sink.write(sink.state, "first", 5, &f), &f);
    second = store_begin(s, "b/race", false, &f);
    if (second != NULL) {
        sink = store_writer_sink(second);
        CU_ASSERT_EQUAL(sink.write(sink.state, "second", 6, &f), 0);
    } else {
        CU_ASSERT(f.kind == FAULT_LOCKED || f.kind == FAULT_EXISTS);
        fault_clear(&f);
    }
    ASSERT_OK(store_commit(first, &f), &f);
    if (second != NULL)
        ASSERT_FAULT(store_commit(second, &f), &f, FAULT_EXISTS, "b/race");
    expect_object(s, "b/race", "first");
}

/* Lists are sorted, complete and kept to the prefix. */
static inline void
conforms_in_listing(struct store *s)
{
    struct store_list list = STORE_LIST_INIT;
    struct fault f = FAULT_INIT;

    put_object(s, "b/10", "1", false);
    put_object(s, "b/2", "22", false);
    put_object(s, "bc", "", false);
    ASSERT_OK(store_list(s, "b/", &list, &f), &f);
    CU_ASSERT_EQUAL_FATAL(list.count, 3);
    CU_ASSERT_STRING_EQUAL(list.objects[0].name, "b/10");
    CU_ASSERT_STRING_EQUAL(list.objects[1].name, "b/2");
    CU_ASSERT_EQUAL(list.objects[1].size_bytes, 2);
    CU_ASSERT_STRING_EQUAL(list.objects[2].name, "b/race");
    store_list_release(&list);
    CU_ASSERT_EQUAL(count_objects(s, "b"), 4);
    CU_ASSERT_EQUAL(count_objects(s, ""), 5);
    CU_ASSERT_EQUAL(count_objects(s, "c"), 0);
}

static inline void
conforms_in_removing(struct store *s)
{
    struct fault f = FAULT_INIT;
    uint64_t size;

    ASSERT_OK(store_remove(s, "b/2", &f), &f);
    CU_ASSERT_EQUAL(store_find(s, "b/2", &size, &f), 0);
    CU_ASSERT_EQUAL(count_objects(s, "b/"), 2);
    put_object(s, "b/2", "again", false);
}

/* Large objects come back byte by byte, whatever the pieces. */
static inline void
conforms_with_large_objects(struct store *s)
{
    const size_t size = 3 * 1024 * 1024 + 17;
    char *pattern = memory_pattern(size);
    struct fault f = FAULT_INIT;
    struct text t = TEXT_INIT;

    ASSERT_OK(store_put_bytes(s, "large", pattern, size, false, &f), &f);
    ASSERT_OK(store_get_bytes(s, "large", size, &t, &f), &f);
    CU_ASSERT(t.length == size && memcmp(t.bytes, pattern, size) == 0);
    text_clear(&t);
    ASSERT_FAULT(store_get_bytes(s, "large", size - 1, &t, &f), &f, FAULT_DATA, "larger than");
    text_release(&t);
    free(pattern);
}

static inline void
conforms_with_names(struct store *s)
{
    static const char *const bad[] = {
        "", "/a", "a//b", "../a", "a/..", "./a", "a/", "a\\b", "a\nb", "x.part", "y.part/z"};
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ASSERT_FAULT(store_put_bytes(s, bad[i], "", 0, true, &f), &f, FAULT_DATA, "no name");
    put_object(s, "n/Prüf lauf #1 %41.abf", "x", false);
    expect_object(s, "n/Prüf lauf #1 %41.abf", "x");
    CU_ASSERT_EQUAL(count_objects(s, "n/Prüf"), 1);
}

static inline void
store_conforms(struct store *s)
{
    conforms_when_empty(s);
    conforms_in_writing(s);
    conforms_in_overwriting(s);
    conforms_with_two_writers(s);
    conforms_in_listing(s);
    conforms_in_removing(s);
    conforms_with_large_objects(s);
    conforms_with_names(s);
}

#endif
