/*
 * findings: everything that is wrong with a document, with its place, so that an operator mends it
 * in one go.
 */
#ifndef CONFIG_BASE_FINDINGS_H
#define CONFIG_BASE_FINDINGS_H

#include <stddef.h>

#include "config/base/text.h"

struct findings {
    const char *source; /* file name for messages; borrowed */
    size_t count;
    struct text lines; /* "file:line: message\n" each */
};

#define FINDINGS_INIT(source_name)                                                                 \
    {                                                                                              \
        .source = (source_name)                                                                    \
    }

void findings_release(struct findings *list);

/* Adds "source:line: message"; line 0 leaves the line out. */
void findings_add(struct findings *list, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Memory ran out while looking: nothing that was found counts. The other one says so when it ran
 * out for a text that was looked at. */
void findings_no_memory(struct findings *list);
void findings_rely_on(struct findings *list, const struct text *t);

/* Sets *count to how many were added since there were `before`. 0, or -1 with a fault when memory
 * ran out meanwhile. */
int findings_since(const struct findings *list, size_t before, size_t *count, struct fault *f);

/* Puts each line into the log, as an error; none when memory ran out. */
void findings_log(const struct findings *list);

#endif
