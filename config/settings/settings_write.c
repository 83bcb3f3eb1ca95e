#include <string.h>
#include <sys/stat.h>

#include "config/base/file.h"
#include "config/base/markup.h"
#include "config/settings/settings.h"
#include "config/settings/settings_shape.h"

enum { FILE_MODE = 0600, DIRECTORY_MODE = 0700 };

/* The path as written in the file: below the settings' folder without it. */
static const char *
shorten(const struct settings *s, const char *path)
{
    size_t length = strlen(s->directory);

    if (strncmp(path, s->directory, length) == 0 && path[length] == '/' && path[length + 1] != '\0')
        return path + length + 1;
    return path;
}

/* The same for the folder in "Database=/folder/file" or "file:/folder". */
static void
add_shortened(const struct settings *s, struct text *t, const char *string, const char *lead)
{
    const char *at = strstr(string, lead);

    if (at == NULL) {
        text_add(t, string);
        return;
    }
    at += strlen(lead);
    text_add_bytes(t, string, (size_t)(at - string));
    text_add(t, shorten(s, at));
}

static void
set_shortened(const struct settings *s, struct markup_writer *w, const char *attribute,
    const char *string, const char *lead)
{
    struct text value = TEXT_INIT;

    add_shortened(s, &value, string, lead);
    if (value.failed)
        w->out->failed = true;
    markup_set(w, attribute, text_get(&value));
    text_release(&value);
}

static void
write_databases(const struct settings *s, struct markup_writer *w)
{
    markup_open(w, "Databases", NULL);
    for (size_t i = 0; i < s->database_count; i++) {
        const struct database_setting *d = &s->databases[i];
        const char *element = d->is_other ? "Other" : d->name;

        markup_open(w, element, NULL);
        if (d->is_other)
            markup_set(w, "Name", d->name);
        set_shortened(s, w, "Connection", d->connection, "Database=");
        markup_close(w, element);
    }
    markup_close(w, "Databases");
}

static void
write_keep(const struct backup_setting *b, struct markup_writer *w)
{
    if (b->keep_daily == 0 && b->keep_weekly == 0 && b->keep_monthly == 0)
        return;
    markup_open(w, "Keep", NULL);
    markup_set_format(w, "Daily", "%d", b->keep_daily);
    markup_set_format(w, "Weekly", "%d", b->keep_weekly);
    markup_set_format(w, "Monthly", "%d", b->keep_monthly);
    markup_close(w, "Keep");
}

static void
write_backup(const struct settings *s, struct markup_writer *w)
{
    const struct backup_setting *b = &s->backup;

    markup_open(w, "Backup", NULL);
    set_shortened(s, w, "Store", b->store, "file:");
    markup_set(w, "Compression", b->compression == COMPRESSION_ZSTD ? "zstd" : "none");
    markup_set_format(w, "Level", "%d", b->level);
    markup_set(w, "Encryption", b->encrypt ? "age" : "none");
    for (size_t i = 0; i < b->recipient_count; i++)
        markup_leaf(w, "Recipient", b->recipients[i]);
    for (size_t i = 0; i < b->identity_file_count; i++) {
        markup_open(w, "Identity", NULL);
        markup_set(w, "File", shorten(s, b->identity_files[i]));
        markup_close(w, "Identity");
    }
    write_keep(b, w);
    markup_close(w, "Backup");
}

static int
write_new(const struct settings *s, struct text *xml, struct fault *f)
{
    struct markup_writer w;

    markup_begin(&w, xml);
    markup_open(&w, "Nightcube", SETTINGS_URI);
    write_databases(s, &w);
    for (size_t i = 0; i < s->analysis_count; i++) {
        markup_open(&w, "Analysis", NULL);
        markup_set(&w, "Name", s->analyses[i].name);
        markup_set(&w, "Directory", shorten(s, s->analyses[i].directory));
        if (s->analyses[i].memory_mib != DEFAULT_MEMORY_MIB)
            markup_set_format(&w, "MemoryMiB", "%d", s->analyses[i].memory_mib);
        if (s->analyses[i].aggregates_percent != DEFAULT_AGGREGATES_PERCENT)
            markup_set_format(&w, "AggregatesPercent", "%d", s->analyses[i].aggregates_percent);
        markup_close(&w, "Analysis");
    }
    write_backup(s, &w);
    markup_open(&w, "State", NULL);
    markup_set(&w, "Directory", shorten(s, s->state_directory));
    markup_close(&w, "State");
    markup_close(&w, "Nightcube");
    return markup_finish(&w, f);
}

static bool
has_recipient(const struct settings *s, const char *recipient)
{
    for (size_t i = 0; i < s->backup.recipient_count; i++) {
        if (strcmp(s->backup.recipients[i], recipient) == 0)
            return true;
    }
    return false;
}

/* Puts "\n<indent>" before a node that was added, so that people can read the file. */
static int
break_line_before(xmlNode *node, int depth)
{
    xmlNode *blank = xmlNewDocText(node->doc, BAD_CAST "\n");

    if (blank == NULL)
        return -1;
    for (int i = 0; i < depth; i++)
        xmlNodeAddContent(blank, BAD_CAST "  ");
    xmlAddPrevSibling(node, blank);
    return 0;
}

/* An element that was empty gets its end tag on a line of its own. */
static int
break_line_after(xmlNode *node, int depth)
{
    xmlNode *blank;

    if (node->next != NULL)
        return 0;
    blank = xmlNewDocText(node->doc, BAD_CAST "\n");
    if (blank == NULL)
        return -1;
    for (int i = 0; i < depth; i++)
        xmlNodeAddContent(blank, BAD_CAST "  ");
    return xmlAddNextSibling(node, blank) == NULL ? -1 : 0;
}

/* The Backup element; a new one behind the last section when there is none. */
static xmlNode *
find_backup(xmlNode *root)
{
    xmlNode *backup = markup_first_named(root, "Backup");
    xmlNode *last = markup_first(root);

    if (backup != NULL)
        return backup;
    while (last != NULL && markup_next(last) != NULL)
        last = markup_next(last);
    backup = xmlNewDocNode(root->doc, root->ns, BAD_CAST "Backup", NULL);
    if (backup == NULL || last == NULL)
        return NULL;
    xmlAddNextSibling(last, backup);
    return break_line_before(backup, 1) == 0 ? backup : NULL;
}

/* Behind the last recipient, or as the first child. */
static int
insert_recipient(xmlNode *backup, const char *recipient)
{
    xmlNode *node =
        xmlNewDocRawNode(backup->doc, backup->ns, BAD_CAST "Recipient", BAD_CAST recipient);
    xmlNode *last = NULL;

    if (node == NULL)
        return -1;
    for (xmlNode *n = markup_first_named(backup, "Recipient"); n != NULL;
         n = markup_next_named(n, "Recipient"))
        last = n;
    if (last != NULL)
        xmlAddNextSibling(last, node);
    else if (backup->children != NULL)
        xmlAddPrevSibling(backup->children, node);
    else
        xmlAddChild(backup, node);
    return break_line_before(node, 2) == 0 && break_line_after(node, 1) == 0 ? 0 : -1;
}

static int
edit(xmlDoc *document, const struct settings *s, const char *const *recipients, size_t count,
    struct text *xml)
{
    xmlNode *backup = find_backup(markup_root(document));
    xmlChar *bytes = NULL;
    int size = 0;

    if (backup == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (!has_recipient(s, recipients[i]) && insert_recipient(backup, recipients[i]) != 0)
            return -1;
    }
    xmlDocDumpMemoryEnc(document, &bytes, &size, "UTF-8");
    if (bytes == NULL)
        return -1;
    text_add_bytes(xml, bytes, (size_t)size);
    xmlFree(bytes);
    return 0;
}

static int
edit_file(const struct settings *s, const char *const *recipients, size_t count, struct text *xml,
    struct fault *f)
{
    struct findings list = FINDINGS_INIT(s->path);
    xmlDoc *document = markup_read_file(s->path, &list, f);
    int rc = -1;

    if (document != NULL)
        rc = edit(document, s, recipients, count, xml) == 0 ? 0 : fault_set_memory(f);
    markup_free(document);
    findings_release(&list);
    return rc;
}

static int
remember(struct settings *s, const char *const *recipients, size_t count, struct fault *f)
{
    struct backup_setting *b = &s->backup;

    for (size_t i = 0; i < count; i++) {
        const char **place;

        if (has_recipient(s, recipients[i]))
            continue;
        place = arena_append(&s->memory, &b->recipients, &b->recipient_count, sizeof *place);
        if (place == NULL || (*place = arena_strdup(&s->memory, recipients[i])) == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

static mode_t
mode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_mode & 07777 : FILE_MODE;
}

int
settings_add_recipients(
    struct settings *s, const char *const *recipients, size_t count, struct fault *f)
{
    struct text xml = TEXT_INIT;
    int rc = -1;

    if (file_exists(s->path)) {
        if (edit_file(s, recipients, count, &xml, f) != 0 || remember(s, recipients, count, f) != 0)
            goto done;
    } else {
        if (remember(s, recipients, count, f) != 0 || write_new(s, &xml, f) != 0 ||
            file_make_directory(s->directory, DIRECTORY_MODE, f) != 0)
            goto done;
    }
    if (text_check(&xml, f) != 0 ||
        file_write_all(s->path, text_get(&xml), xml.length, mode_of(s->path), f) != 0)
        goto done;
    s->is_default = false;
    rc = 0;
done:
    text_release(&xml);
    return rc == 0 ? 0 : fault_wrap(f, "write recipients into the settings");
}
