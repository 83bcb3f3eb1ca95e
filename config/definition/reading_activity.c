#include <string.h>

#include "config/base/number.h"
#include "config/definition/definition_shape.h"
#include "config/definition/reading.h"

/* DataLength belongs to NVARCHAR, and to nothing else. */
static void
read_length(struct reading *r, const xmlNode *element, struct checkpoint *c)
{
    const char *length = markup_attribute(element, "DataLength");
    int64_t number;

    if (c->type != VALUE_TEXT) {
        if (length != NULL)
            findings_add(r->list, c->line,
                "Checkpoint '%s': DataLength goes with NVARCHAR only; remove it", c->name);
        return;
    }
    if (length == NULL) {
        findings_add(
            r->list, c->line, "Checkpoint '%s': NVARCHAR needs the attribute DataLength", c->name);
        return;
    }
    if (number_parse_int(length, strlen(length), &number) != 0 || number < 1 ||
        number > LIMIT_DATA_LENGTH) {
        findings_add(r->list, c->line,
            "Checkpoint '%s': DataLength=\"%s\" is not a number from 1 to %d", c->name, length,
            LIMIT_DATA_LENGTH);
        return;
    }
    c->length = (int)number;
}

static int
read_checkpoint(struct reading *r, const xmlNode *element, size_t activity)
{
    struct activity *a = &r->d->activities[activity];
    const struct identity what = {IDENTITY_CHECKPOINT, activity, NO_INDEX, a->checkpoint_count, 0};
    struct checkpoint *c =
        arena_append(&r->d->memory, &a->checkpoints, &a->checkpoint_count, sizeof *c);
    const char *type = markup_attribute(element, "DataType");

    if (c == NULL || reading_head(r, element, what, HEAD_OF(c)) != 0)
        return -1;
    for (size_t i = 0; type != NULL && data_type_names[i] != NULL; i++) {
        if (strcmp(type, data_type_names[i]) == 0)
            c->type = data_types[i];
    }
    if (c->type != VALUE_NULL)
        read_length(r, element, c);
    return 0;
}

static int
read_index(struct reading *r, const xmlNode *element, size_t activity)
{
    struct activity *a = &r->d->activities[activity];
    const struct identity what = {IDENTITY_INDEX, activity, NO_INDEX, a->index_count, 0};
    struct activity_index *index =
        arena_append(&r->d->memory, &a->indexes, &a->index_count, sizeof *index);

    if (index == NULL || reading_head(r, element, what, HEAD_OF(index)) != 0)
        return -1;
    for (xmlNode *n = markup_first_named(element, "CheckpointRef"); n != NULL;
         n = markup_next_named(n, "CheckpointRef")) {
        const struct identity *ref =
            reading_resolve_content(r, n, KIND(CHECKPOINT), (struct owner){activity, NO_INDEX});

        if (ref != NULL && reading_add_index(r, &index->checkpoints, ref->item) != 0)
            return -1;
    }
    return 0;
}

int
reading_activity(struct reading *r, const xmlNode *element)
{
    size_t place = r->d->activity_count;
    const struct identity what = {IDENTITY_ACTIVITY, NO_INDEX, NO_INDEX, place, 0};
    struct activity *a =
        arena_append(&r->d->memory, &r->d->activities, &r->d->activity_count, sizeof *a);

    if (a == NULL || reading_head(r, element, what, HEAD_OF(a)) != 0)
        return -1;
    /* Checkpoints first: indexes refer to them wherever they stand. */
    for (xmlNode *n = markup_first_named(element, "Checkpoint"); n != NULL;
         n = markup_next_named(n, "Checkpoint")) {
        if (read_checkpoint(r, n, place) != 0)
            return -1;
    }
    for (xmlNode *n = markup_first_named(element, "Index"); n != NULL;
         n = markup_next_named(n, "Index")) {
        if (read_index(r, n, place) != 0)
            return -1;
    }
    return 0;
}
