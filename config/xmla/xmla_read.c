#include <string.h>

#include "config/base/markup.h"
#include "config/job/job_shape.h"
#include "config/settings/connection.h"
#include "config/xmla/xmla.h"
#include "config/xmla/xmla_shape.h"

/* A job on its way from a document. Functions return -1 only when memory runs out. */
struct reading {
    struct job *j;
    struct findings *list;
    struct text canonical;
    size_t counts[STEP_KIND_COUNT]; /* of the document */
    size_t named[STEP_KIND_COUNT];  /* of those, how many have a name already */
    bool independent;               /* Transaction="false": one failure does not stop the others */
};

typedef int (*read_command)(struct reading *r, const xmlNode *command, struct job_step *s);

bool
xmla_is(const xmlNode *root)
{
    return strcmp(markup_namespace(root), XMLA_URI) == 0;
}

/* ---- values ---- */

/* The content of a child element; NULL when it is absent (or memory ran out: *failed). */
static const char *
content_of(struct reading *r, const xmlNode *parent, const char *name, bool *failed)
{
    const xmlNode *child = markup_first_named(parent, name);
    struct text content = TEXT_INIT;
    const char *copy;

    if (child == NULL)
        return NULL;
    markup_add_content(&content, child);
    copy = content.failed ? NULL : arena_strdup(&r->j->memory, text_get(&content));
    *failed = *failed || copy == NULL;
    text_release(&content);
    return copy;
}

/* The number of a child's content among some words; `otherwise` when it is absent. */
static int
choice_of(struct reading *r, const xmlNode *parent, const char *name, const char *const *words,
    int otherwise)
{
    const xmlNode *child = markup_first_named(parent, name);
    struct text content = TEXT_INIT, known = TEXT_INIT;
    int found = otherwise, number = 0;

    if (child == NULL)
        return otherwise;
    markup_add_content(&content, child);
    findings_rely_on(r->list, &content);
    for (; words[number] != NULL && strcmp(words[number], text_get(&content)) != 0; number++)
        text_add_format(&known, "%s%s", number == 0 ? "" : ", ", words[number]);
    if (words[number] != NULL)
        found = number;
    else
        findings_add(r->list, markup_line(child), "%s in %s: '%s' is not honoured; it is one of %s",
            name, markup_name(parent), text_get(&content), text_get(&known));
    text_release(&content);
    text_release(&known);
    return found;
}

static bool
truth_of(struct reading *r, const xmlNode *parent, const char *name, bool otherwise)
{
    static const char *const words[] = {"false", "0", "true", "1", NULL};

    return choice_of(r, parent, name, words, otherwise ? 2 : 0) >= 2;
}

static bool
attribute_is_false(const xmlNode *element, const char *name)
{
    const char *value = markup_attribute(element, name);

    return value != NULL && (strcmp(value, "false") == 0 || strcmp(value, "0") == 0);
}

/* ---- Backup and Restore ---- */

/* A path of the machine that the job came from leads nowhere here. */
static void
check_file(struct reading *r, const xmlNode *command, const char *name)
{
    if (name != NULL && strchr(name, '\\') != NULL)
        findings_add(r->list, markup_line(markup_first_named(command, "File")),
            "File '%s' is a path of another system; give a name alone, for the store of the "
            "settings, or a path that begins with /",
            name);
}

static void
check_password(struct reading *r, const xmlNode *command, const char *password)
{
    struct secret_reference reference;

    if (password == NULL)
        return;
    if (!connection_next_secret(password, &reference))
        r->j->has_password = true;
    else if (reference.name_length == 0 || reference.start != password || *reference.end != '\0')
        findings_add(r->list, markup_line(markup_first_named(command, "Password")),
            "Password: a secret is written {secret:NAME} and nothing else, with a name of letters, "
            "digits, _ - .");
}

static int
read_file(struct reading *r, const xmlNode *command, struct job_step *s, struct step_file **result)
{
    struct step_file *file = arena_alloc(&r->j->memory, sizeof *file);
    bool failed = file == NULL;

    if (failed)
        return -1;
    file->name = content_of(r, command, "File", &failed);
    file->password = content_of(r, command, "Password", &failed);
    file->allow_overwrite = truth_of(r, command, "AllowOverwrite", false);
    check_file(r, command, file->name);
    check_password(r, command, file->password);
    s->file = *result = file;
    return failed ? -1 : 0;
}

static int
read_backup(struct reading *r, const xmlNode *command, struct job_step *s)
{
    static const char *const security_words[] = {"CopyAll", NULL};
    static const char *const remote_words[] = {"false", "0", NULL};
    const xmlNode *object = markup_first_named(command, "Object");
    struct step_file *file;
    bool failed = read_file(r, command, s, &file) != 0;

    if (failed)
        return -1;
    file->compress = truth_of(r, command, "ApplyCompression", true);
    choice_of(r, command, "Security", security_words, 0);
    choice_of(r, command, "BackupRemotePartitions", remote_words, 0);
    if (object != NULL)
        s->target = content_of(r, object, "DatabaseID", &failed);
    return failed ? -1 : 0;
}

static int
read_restore(struct reading *r, const xmlNode *command, struct job_step *s)
{
    static const char *const words[] = {
        [SECURITY_COPY_ALL] = "CopyAll",
        [SECURITY_SKIP_MEMBERSHIP] = "SkipMembership",
        [SECURITY_IGNORE] = "IgnoreSecurity",
        NULL,
    };
    struct step_file *file;
    const char *id;
    bool failed = read_file(r, command, s, &file) != 0;

    if (failed)
        return -1;
    file->security =
        (enum security)choice_of(r, command, "Security", words, SECURITY_SKIP_MEMBERSHIP);
    file->database = content_of(r, command, "DatabaseName", &failed);
    id = content_of(r, command, "DatabaseID", &failed);
    if (id != NULL && (file->database == NULL || strcmp(id, file->database) != 0))
        findings_add(r->list, markup_line(markup_first_named(command, "DatabaseID")),
            "DatabaseID '%s' is not the DatabaseName; a database has one name here", id);
    s->target = file->name;
    return failed ? -1 : 0;
}

/* ---- Process ---- */

static int
read_process(struct reading *r, const xmlNode *command, struct job_step *s)
{
    static const char *const write_back_words[] = {"UseExisting", NULL};
    const xmlNode *object = markup_first_named(command, "Object");
    bool failed = false;

    s->process_type =
        (enum process_type)choice_of(r, command, "Type", process_choices, PROCESS_DEFAULT);
    choice_of(r, command, "WriteBackTableCreation", write_back_words, 0);
    if (object != NULL) {
        s->analysis = content_of(r, object, "DatabaseID", &failed);
        s->target = content_of(r, object, "CubeID", &failed);
    }
    if (s->target == NULL)
        s->target = "*";
    else if (strchr(s->target, '*') != NULL)
        findings_add(r->list, s->line, "CubeID '%s': a cube's name has no *", s->target);
    return failed ? -1 : 0;
}

/* ---- commands ---- */

static const struct {
    const char *element;
    const char *name;
    enum step_kind kind;
    const struct shape *shape; /* as a root */
    read_command read;
} commands[] = {
    {"Backup", "backup", STEP_BACKUP_ANALYSIS, &xmla_backup, read_backup},
    {"Restore", "restore", STEP_RESTORE, &xmla_restore, read_restore},
    {"Process", "process", STEP_PROCESS_CUBE, &xmla_process, read_process},
    {"Batch", NULL, STEP_KIND_COUNT, &xmla_batch, NULL},
};

enum { COMMAND_KINDS = sizeof commands / sizeof commands[0] };

/* The number of the element's row; COMMAND_KINDS when it is none. */
static size_t
row_of(const xmlNode *element)
{
    size_t row = 0;

    while (row < COMMAND_KINDS && strcmp(commands[row].element, markup_name(element)) != 0)
        row++;
    return row;
}

/* Element, attributes in their order and content; a password leaves no trace. */
static void
add_canonical(struct text *t, const xmlNode *element)
{
    text_add_format(t, "<%s", markup_name(element));
    for (const xmlAttr *a = element->properties; a != NULL; a = a->next) {
        const char *value = markup_attribute(element, (const char *)a->name);

        text_add_format(t, " %s=\"", (const char *)a->name);
        markup_add_escaped(t, value == NULL ? "" : value);
        text_add_char(t, '"');
    }
    text_add_char(t, '>');
    if (strcmp(markup_name(element), "Password") != 0)
        markup_add_content(t, element);
    for (const xmlNode *n = markup_first(element); n != NULL; n = markup_next(n))
        add_canonical(t, n);
    text_add_format(t, "</%s>\n", markup_name(element));
}

static int
take_fingerprint(const struct text *t, size_t from, char hex[DIGEST_HEX_BYTES], struct fault *f)
{
    return text_check(t, f) != 0 ? -1 : digest_bytes(text_get(t) + from, t->length - from, hex, f);
}

static int
name_step(struct reading *r, struct job_step *s, const char *name)
{
    size_t number = ++r->named[s->kind];

    s->name = r->counts[s->kind] == 1 ? arena_strdup(&r->j->memory, name)
                                      : arena_printf(&r->j->memory, "%s-%zu", name, number);
    return s->name == NULL ? -1 : 0;
}

static int
read_step(struct reading *r, const xmlNode *command, size_t row, struct fault *f)
{
    struct job *j = r->j;
    struct job_step *s = arena_append(&j->memory, &j->steps, &j->step_count, sizeof *s);
    size_t start = r->canonical.length;

    if (s == NULL)
        return fault_set_memory(f);
    s->kind = commands[row].kind;
    s->line = markup_line(command);
    s->continue_on_error = r->independent;
    s->backup_archive = true;
    if (name_step(r, s, commands[row].name) != 0 || commands[row].read(r, command, s) != 0)
        return fault_set_memory(f);
    if (s->target == NULL)
        s->target = "";
    add_canonical(&r->canonical, command);
    return take_fingerprint(&r->canonical, start, s->fingerprint, f);
}

/* Calls for each command of the document in its order; those in a Parallel are no exception: one
 * after another is a number of them that every MaxParallel allows. */
static int
read_steps(struct reading *r, const xmlNode *element, bool count_only, struct fault *f)
{
    size_t row = row_of(element);

    if (row < COMMAND_KINDS && commands[row].read != NULL) {
        r->counts[commands[row].kind] += count_only;
        return count_only ? 0 : read_step(r, element, row, f);
    }
    for (const xmlNode *n = markup_first(element); n != NULL; n = markup_next(n)) {
        if (read_steps(r, n, count_only, f) != 0)
            return -1;
    }
    return 0;
}

/* "xmla:" and the file's name without folder and extension. */
static const char *
name_job(struct reading *r)
{
    const char *source = r->list->source == NULL ? "" : r->list->source;
    const char *slash = strrchr(source, '/');
    const char *base = slash == NULL ? source : slash + 1;
    size_t length = strcspn(base, ".");

    return arena_printf(&r->j->memory, "xmla:%.*s", (int)(length > 200 ? 200 : length), base);
}

int
xmla_read(struct job *j, const xmlNode *root, struct findings *list, struct fault *f)
{
    struct reading r = {.j = j, .list = list, .canonical = TEXT_INIT};
    size_t row = row_of(root);
    int rc = -1;

    if (row == COMMAND_KINDS) {
        findings_add(list, markup_line(root),
            "%s is not honoured; the root is Batch, Backup, Restore or Process", markup_name(root));
        return 0;
    }
    shape_check(root, commands[row].shape, &xmla_space, list);
    r.independent = attribute_is_false(root, "Transaction");
    if ((j->name = name_job(&r)) == NULL) {
        fault_set_memory(f);
    } else if (read_steps(&r, root, true, f) == 0 && read_steps(&r, root, false, f) == 0) {
        text_add_format(&r.canonical, "%d", r.independent);
        rc = take_fingerprint(&r.canonical, 0, j->fingerprint, f);
    }
    text_release(&r.canonical);
    if (rc == 0 && list->count == 0 && j->step_count == 0)
        findings_add(list, markup_line(root), "%s holds no command", markup_name(root));
    return rc;
}
