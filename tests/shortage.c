#include "tests/shortage.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/base/arena.h"
#include "tests/harness.h"
#include "tests/strike.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

void *__real_arena_alloc(struct arena *a, size_t size);
void *__real_arena_array(struct arena *a, size_t count, size_t size);
void *__real_arena_append(struct arena *a, void *array, size_t *count, size_t size);
char *__real_arena_strdup(struct arena *a, const char *string);
char *__real_arena_strndup(struct arena *a, const char *bytes, size_t length);
void *__wrap_arena_alloc(struct arena *a, size_t size);
void *__wrap_arena_array(struct arena *a, size_t count, size_t size);
void *__wrap_arena_append(struct arena *a, void *array, size_t *count, size_t size);
char *__wrap_arena_strdup(struct arena *a, const char *string);
char *__wrap_arena_strndup(struct arena *a, const char *bytes, size_t length);
char *__wrap_arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static atomic_ulong asked;  /* requests since the shortage began */
static atomic_ulong struck; /* the request that is refused; 0: none is */
static atomic_bool lasting; /* those behind it too */

/* ---- requests ---- */

enum { CALLS = 3 }; /* that make a place */

static bool __attribute__((noinline)) is_refused(void)
{
    unsigned long at = atomic_load(&struck), number;

    if (strike_hits(STRIKE_MEMORY, CALLS)) {
        errno = ENOMEM;
        return true;
    }
    if (at == 0)
        return false;
    number = atomic_fetch_add(&asked, 1) + 1;
    if (number < at || (number > at && !atomic_load(&lasting)))
        return false;
    errno = ENOMEM;
    return true;
}

void *
__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *memory, size_t size)
{
    return is_refused() ? NULL : __real_realloc(memory, size);
}

char *
__wrap_strdup(const char *text)
{
    return is_refused() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t length)
{
    return is_refused() ? NULL : __real_strndup(text, length);
}

/* ---- arenas: which of their requests needs a new block is chance, so each may be refused ---- */

void *
__wrap_arena_alloc(struct arena *a, size_t size)
{
    return is_refused() ? NULL : __real_arena_alloc(a, size);
}

void *
__wrap_arena_array(struct arena *a, size_t count, size_t size)
{
    return is_refused() ? NULL : __real_arena_array(a, count, size);
}

void *
__wrap_arena_append(struct arena *a, void *array, size_t *count, size_t size)
{
    return is_refused() ? NULL : __real_arena_append(a, array, count, size);
}

char *
__wrap_arena_strdup(struct arena *a, const char *string)
{
    return is_refused() ? NULL : __real_arena_strdup(a, string);
}

char *
__wrap_arena_strndup(struct arena *a, const char *bytes, size_t length)
{
    return is_refused() ? NULL : __real_arena_strndup(a, bytes, length);
}

/* Its arguments cannot be handed on, so it is built anew. */
char *
__wrap_arena_printf(struct arena *a, const char *format, ...)
{
    char *text = NULL, *result = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (!is_refused() && vasprintf(&text, format, arguments) >= 0)
        result = __real_arena_strdup(a, text);
    va_end(arguments);
    free(text);
    return result;
}

/* ---- OpenSSL ---- */

static void *
openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return malloc(size);
}

static void *
openssl_realloc(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return realloc(memory, size);
}

static void
openssl_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

/* It must be told before it asks for the first time. */
__attribute__((constructor)) static void
stand_in_for_openssl(void)
{
    if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1)
        fprintf(stderr, "OpenSSL goes its own way to memory: it is never refused\n");
}

/* OpenSSL does not always say why it failed. */
static bool
says_so(const char *text)
{
    return test_contains(text, "out of memory") || test_contains(text, "OpenSSL");
}

/* One run with that request refused. False when it was never made. */
static bool
run_short(int (*act)(struct fault *f), unsigned long at, bool from_there_on)
{
    struct fault f = FAULT_INIT;
    int rc;

    atomic_store(&asked, 0);
    atomic_store(&lasting, from_there_on);
    atomic_store(&struck, at);
    rc = act(&f);
    atomic_store(&struck, 0);
    if (rc == 0 ? f.kind == FAULT_NONE : f.kind == FAULT_INTERNAL && says_so(f.text))
        return atomic_load(&asked) >= at;
    printf("\n    request %lu%s refused: %d\n", at, from_there_on ? " and all behind it" : "", rc);
    test_print_fault(__FILE__, __LINE__, &f);
    CU_FAIL("not as memory that ran out");
    return atomic_load(&asked) >= at;
}

/* More than any act of a test has. */
enum { REQUEST_LIMIT = 20000 };

void
shortage_everywhere(int (*act)(struct fault *f), unsigned long least)
{
    for (int mode = 0; mode < 2; mode++) {
        unsigned long at = 1;

        while (at < REQUEST_LIMIT && run_short(act, at, mode == 1))
            at++;
        CU_ASSERT(at > least && at < REQUEST_LIMIT);
    }
}
