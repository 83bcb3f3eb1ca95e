#include <string.h>

#include "config/base/markup.h"
#include "config/job/job.h"
#include "config/job/job_shape.h"
#include "config/xmla/xmla.h"

/* A job on its way from a file. Functions return -1 with a fault only when memory runs out. */
struct reading {
    struct job *j;
    struct findings *list;
};

/* The number of an attribute's value in a table that ends with NULL, counted from 1; 0 when it is
 * absent. */
static int
number_of(const xmlNode *element, const char *attribute, const char *const *names)
{
    const char *value = markup_attribute(element, attribute);

    for (int i = 0; value != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], value) == 0)
            return i + 1;
    }
    return 0;
}

static bool
is_value(const xmlNode *element, const char *attribute, const char *value)
{
    const char *given = markup_attribute(element, attribute);

    return given != NULL && strcmp(given, value) == 0;
}

/* Step names stand on the command line, beside "maintain/copy" for a part of one. */
static void
check_name(struct reading *r, const struct job_step *s)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

    if (s->name[strspn(s->name, allowed)] != '\0')
        findings_add(r->list, s->line,
            "%s: Name=\"%s\" is not made of letters, digits, _ - and . (it stands on command "
            "lines)",
            step_kind_names[s->kind], s->name);
}

static void
check_target(struct reading *r, const struct job_step *s)
{
    const char *star = strchr(s->target, '*');

    if (star != NULL && star[1] != '\0')
        findings_add(r->list, s->line, "%s: %s=\"%s\": a pattern has one * at its end",
            step_kind_names[s->kind], step_target_names[s->kind], s->target);
}

/* The first of each enum is what holds when nothing is said. */
static void
read_choices(const xmlNode *element, struct job_step *s)
{
    int type = number_of(element, "Type", process_choices);

    s->process_type = type == 0 ? PROCESS_DEFAULT : (enum process_type)(type - 1);
    s->frequency = (enum frequency)number_of(element, "Frequency", frequency_names);
    s->history = (enum history)number_of(element, "History", history_names);
    s->continue_on_error = is_value(element, "OnError", "continue");
    s->backup_archive = !is_value(element, "BackupArchive", "false");
}

/* The element with its attributes in alphabetical order: the order and the blanks people write mean
 * nothing, so they do not change the fingerprint. */
static void
add_canonical(struct text *t, const xmlNode *element)
{
    const char *last = "";

    text_add_format(t, "<%s", markup_name(element));
    for (;;) {
        const char *next = NULL;

        for (const xmlAttr *a = element->properties; a != NULL; a = a->next) {
            const char *name = (const char *)a->name;

            if (a->ns == NULL && strcmp(name, last) > 0 && (next == NULL || strcmp(name, next) < 0))
                next = name;
        }
        if (next == NULL)
            break;
        text_add_format(t, " %s=\"", next);
        markup_add_escaped(t, markup_attribute(element, next));
        text_add_char(t, '"');
        last = next;
    }
    text_add(t, "/>\n");
}

static int
fingerprint(const struct text *t, size_t from, char hex[DIGEST_HEX_BYTES], struct fault *f)
{
    if (text_check(t, f) != 0)
        return -1;
    return digest_bytes(text_get(t) + from, t->length - from, hex, f);
}

static const char *
copy_attribute(struct reading *r, const xmlNode *element, const char *name)
{
    const char *value = markup_attribute(element, name);

    return arena_strdup(&r->j->memory, value == NULL ? "" : value);
}

static int
read_step(struct reading *r, const xmlNode *element, enum step_kind kind, struct text *canonical,
    struct fault *f)
{
    struct job *j = r->j;
    struct job_step *s = arena_append(&j->memory, &j->steps, &j->step_count, sizeof *s);
    size_t start = canonical->length;

    if (s == NULL)
        return fault_set_memory(f);
    s->kind = kind;
    s->line = markup_line(element);
    s->name = copy_attribute(r, element, "Name");
    s->target = copy_attribute(r, element, step_target_names[kind]);
    if (s->name == NULL || s->target == NULL)
        return fault_set_memory(f);
    check_name(r, s);
    check_target(r, s);
    read_choices(element, s);
    add_canonical(canonical, element);
    return fingerprint(canonical, start, s->fingerprint, f);
}

static int
read_steps(struct reading *r, const xmlNode *root, struct fault *f)
{
    struct text canonical = TEXT_INIT;
    int rc = -1;

    add_canonical(&canonical, root);
    for (xmlNode *n = markup_first(root); n != NULL; n = markup_next(n)) {
        int kind = 0;

        while (kind < STEP_KIND_COUNT && strcmp(step_kind_names[kind], markup_name(n)) != 0)
            kind++;
        if (kind < STEP_KIND_COUNT && read_step(r, n, (enum step_kind)kind, &canonical, f) != 0)
            goto done;
    }
    rc = fingerprint(&canonical, 0, r->j->fingerprint, f);
done:
    text_release(&canonical);
    return rc;
}

static int
read_document(struct reading *r, const xmlNode *root, struct fault *f)
{
    size_t before = r->list->count, found;

    if (xmla_is(root)) {
        if (xmla_read(r->j, root, r->list, f) != 0)
            return -1;
    } else if (shape_check(root, &job_shape, &job_space, r->list)) {
        if ((r->j->name = copy_attribute(r, root, "Name")) == NULL)
            return fault_set_memory(f);
        if (read_steps(r, root, f) != 0)
            return -1;
        job_check(r->j, r->list);
    }
    if (findings_since(r->list, before, &found, f) != 0)
        return -1;
    return found == 0 ? 0
                      : fault_set(f, FAULT_SETTINGS, "job '%s' refused: %zu fault%s",
                            r->list->source, found, found == 1 ? "" : "s");
}

/* Takes the document. */
static int
finish(struct job *j, xmlDoc *document, struct findings *list, struct fault *f)
{
    struct reading r = {j, list};
    int rc;

    *j = (struct job)JOB_INIT;
    if (document == NULL) {
        if (f->kind == FAULT_DATA)
            f->kind = FAULT_SETTINGS;
        return -1;
    }
    rc = read_document(&r, markup_root(document), f);
    markup_free(document);
    if (rc != 0)
        job_release(j);
    return rc;
}

int
job_read(struct job *j, const char *path, struct findings *list, struct fault *f)
{
    return finish(j, markup_read_file(path, list, f), list, f);
}

int
job_read_text(struct job *j, const char *xml, size_t length, struct findings *list, struct fault *f)
{
    return finish(j, markup_read(xml, length, list, f), list, f);
}
