#include "etl/event/define.h"

#include "etl/event/define_draft.h"
#include "etl/event/naming.h"

/* What was asked for, what the log says, or what its file is called. */
static int
choose_name(struct text *name, const char *path, const struct define_options *options,
    const struct survey *s, struct fault *f)
{
    struct text raw = TEXT_INIT;

    if (options->name != NULL)
        text_add(&raw, options->name);
    else if (s->activity.length > 0)
        text_add(&raw, text_get(&s->activity));
    else
        naming_of_file(&raw, path);
    naming_clean(name, text_get(&raw), LIMIT_ACTIVITY_NAME);
    if (name->length == 0)
        text_add(name, "Activity");
    name->failed |= raw.failed;
    text_release(&raw);
    return text_check(name, f);
}

/* Columns that had to be named once are known from then on. */
static int
keep_columns(struct draft *b, const struct source_options *o, struct fault *f)
{
    const struct {
        const char *given, **kept;
    } columns[] = {{o->case_column, &b->activity->case_column},
        {o->class_column, &b->activity->class_column}, {o->time_column, &b->activity->time_column}};

    for (size_t i = 0; b->s->format == FORMAT_LONG_CSV && i < sizeof columns / sizeof *columns;
         i++) {
        if (columns[i].given != NULL &&
            (*columns[i].kept = arena_strdup(&b->d->memory, columns[i].given)) == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

static int
build(const char *path, const struct define_options *options, const struct survey *s,
    struct definition *d, struct fault *f)
{
    struct draft b = {.d = d, .s = s, .start = NO_INDEX, .duration = NO_INDEX};
    struct text name = TEXT_INIT;
    int rc = -1;

    if (choose_name(&name, path, options, s, f) != 0)
        goto done;
    if (draft_add_activity(&b, text_get(&name), f) != 0) {
        fault_wrap(f, "'%s'", path);
        goto done;
    }
    if (keep_columns(&b, &options->source, f) == 0 && draft_add_view(&b, f) == 0 &&
        draft_add_cube(&b, f) == 0)
        rc = 0;
done:
    text_release(&name);
    return rc;
}

int
define_from_log(
    const char *path, const struct define_options *options, struct definition *d, struct fault *f)
{
    struct survey s;
    int rc = -1;

    *d = (struct definition){.memory = ARENA_INIT};
    if (survey_read(&s, path, &options->source, f) == 0)
        rc = build(path, options, &s, d, f);
    survey_release(&s);
    if (rc != 0)
        definition_release(d);
    return rc;
}
