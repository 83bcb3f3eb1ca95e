#include "config/base/arena.h"

#include <malloc.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

void
arena_release(struct arena *a)
{
    struct arena_block *block = a->blocks;

    while (block != NULL) {
        struct arena_block *next = block->next;

        free(block);
        block = next;
    }
    a->blocks = NULL;
}

/* A block for at least `size` bytes. A large request gets a block of its own behind the current
 * one. */
static struct arena_block *
block_new(struct arena *a, size_t size)
{
    size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
    struct arena_block *block;

    if (room > SIZE_MAX - sizeof *block || (block = malloc(sizeof *block + room)) == NULL)
        return NULL;
    block->used = 0;
    block->size = room;
    if (size > BLOCK_BYTES / 4 && a->blocks != NULL) {
        block->next = a->blocks->next;
        a->blocks->next = block;
    } else {
        block->next = a->blocks;
        a->blocks = block;
    }
    return block;
}

void *
arena_alloc(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct arena_block *block = a->blocks;
    void *result;

    if (size > SIZE_MAX - align)
        return NULL;
    size = (size + align - 1) / align * align;
    if (block == NULL || block->size - block->used < size) {
        if ((block = block_new(a, size)) == NULL)
            return NULL;
    }
    result = block->bytes + block->used;
    block->used += size;
    return memset(result, 0, size);
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(a, count * size);
}

char *
arena_strndup(struct arena *a, const char *bytes, size_t length)
{
    char *copy = length < SIZE_MAX ? arena_alloc(a, length + 1) : NULL;

    if (copy != NULL && length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

char *
arena_strdup(struct arena *a, const char *string)
{
    return arena_strndup(a, string, strlen(string));
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
    va_list arguments;
    char *result;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || (result = arena_alloc(a, (size_t)length + 1)) == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(result, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return result;
}

void *
arena_append(struct arena *a, void *array, size_t *count, size_t size)
{
    void *old;

    memcpy(&old, array, sizeof old);
    if ((*count & (*count - 1)) == 0) {
        size_t room = *count == 0 ? 1 : *count * 2;
        void *grown = arena_array(a, room, size);

        if (grown == NULL)
            return NULL;
        if (*count > 0)
            memcpy(grown, old, *count * size);
        memcpy(array, &grown, sizeof grown);
        old = grown;
    }
    return (char *)old + (*count)++ * size;
}

void
arena_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0); /* malloc_trim(3) */
#endif
}
