#include <string.h>

#include "etl/event/sheet.h"
#include "etl/event/survey.h"

static bool
is_checkpoint(const struct sheet *t, size_t column)
{
    const char *name = t->columns.entries[column].bytes;

    return strcmp(name, "ActivityID") != 0 && strcmp(name, "IsComplete") != 0 &&
           !(column == 0 && t->is_indexed);
}

static int
add_row(struct survey *s, const struct sheet *t, struct fault *f)
{
    for (size_t i = 0; i < t->columns.count; i++) {
        const struct name_entry *e = &t->columns.entries[i];
        struct survey_column *c;
        const char *bytes;
        size_t length;

        if (!is_checkpoint(t, i) || !sheet_get(t, i, &bytes, &length))
            continue;
        if ((c = survey_column(s, true, e->bytes, e->length, f)) == NULL ||
            survey_add(s, c, bytes, length, SURVEY_ANY, f) != 0)
            return fault_wrap(f, "line %llu", (unsigned long long)t->line);
    }
    return 0;
}

/* Columns without any value are columns all the same. */
static int
add_header(struct survey *s, const struct sheet *t, struct fault *f)
{
    for (size_t i = 0; i < t->columns.count; i++) {
        const struct name_entry *e = &t->columns.entries[i];

        if (is_checkpoint(t, i) && survey_column(s, true, e->bytes, e->length, f) == NULL)
            return -1;
    }
    return 0;
}

int
survey_read_wide(
    struct survey *s, struct input *in, const struct source_options *options, struct fault *f)
{
    struct sheet t;
    enum source_result result = SOURCE_FAULT;

    if (sheet_open(&t, in, options->separator, f) == 0 && add_header(s, &t, f) == 0) {
        while ((result = sheet_next(&t, f)) == SOURCE_RECORD) {
            if (add_row(s, &t, f) != 0) {
                result = SOURCE_FAULT;
                break;
            }
        }
    }
    sheet_close(&t);
    return result == SOURCE_END ? 0 : -1;
}
