/*
 * text: a growing UTF-8 string.
 *
 * Adding never fails in the middle of a sentence: when memory runs out the text remembers it, later
 * additions do nothing, and text_check at the end reports it once.
 */
#ifndef CONFIG_BASE_TEXT_H
#define CONFIG_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"

struct text {
    char *bytes; /* NUL-terminated once anything was added; owned */
    size_t length;
    size_t capacity;
    bool failed; /* memory ran out */
};

#define TEXT_INIT                                                                                  \
    {                                                                                              \
        .bytes = NULL                                                                              \
    }

/* Frees the bytes; the text is empty again. */
void text_release(struct text *t);

/* Empties the text and keeps its memory. That memory ran out earlier is not forgotten. */
void text_clear(struct text *t);

/* Shortens the text to `length` bytes; longer than it is: no effect. */
void text_cut(struct text *t, size_t length);

void text_add(struct text *t, const char *string);
void text_add_bytes(struct text *t, const void *bytes, size_t length);
void text_add_char(struct text *t, char c);
void text_add_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The string so far, never NULL ("" when empty); borrowed until the next change. */
const char *text_get(const struct text *t);

/*
 * The string for handing on to what does not know this text: when memory ran out `text_lost`, and
 * never a part. A text that it is added to fails too, and no database runs it (FAULT_INTERNAL);
 * where it gets into a statement unseen, its bracket that nothing closes is refused.
 */
const char *text_hand_on(const struct text *t);
extern const char text_lost[];

/* 0, or -1 with a fault when memory ran out on the way. */
int text_check(const struct text *t, struct fault *f);

/* Hands the bytes over to the caller (free() them) and empties the text; NULL when it failed. */
char *text_take(struct text *t);

#endif
