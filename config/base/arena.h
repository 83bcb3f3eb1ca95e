/*
 * arena: memory that is given back all at once, one arena per job step, document or plan.
 */
#ifndef CONFIG_BASE_ARENA_H
#define CONFIG_BASE_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_block *blocks; /* newest first */
};

#define ARENA_INIT                                                                                 \
    {                                                                                              \
        .blocks = NULL                                                                             \
    }

/* Gives back everything that was taken from the arena; it may be used again. */
void arena_release(struct arena *a);

/* Gives the system what is free among all that was ever asked for, where the C library can: what
 * one step of a long run took does not count for the next. */
void arena_trim(void);

/* `size` zeroed bytes, aligned for any type, owned by the arena; NULL when memory runs out. */
void *arena_alloc(struct arena *a, size_t size);

/* Room for `count` zeroed elements; NULL also when count * size overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A copy of a string, or of `length` bytes plus a closing NUL; NULL when memory runs out. */
char *arena_strdup(struct arena *a, const char *string);
char *arena_strndup(struct arena *a, const char *bytes, size_t length);

/* A formatted string; NULL when memory runs out. */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Makes room for one more element in a growing array held in the arena: when *count has reached a
 * power of two the array moves to one of twice the size. Returns the new element, zeroed, and
 * counts it; NULL when memory runs out. `array` points to the array's own pointer.
 */
void *arena_append(struct arena *a, void *array, size_t *count, size_t size);

#endif
