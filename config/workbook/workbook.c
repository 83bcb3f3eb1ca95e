#include "config/workbook/workbook.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/markup.h"
#include "config/base/number.h"

#define SHEET_NAME "BamXmlHiddenSheet"

enum { LIMIT_PARTS = 10000 };

/* ---- the file ---- */

enum workbook_kind
workbook_kind_of(const char *path)
{
    static const unsigned char zip[] = {'P', 'K', 3, 4};
    static const unsigned char compound[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    struct file_reader r;
    struct byte_source source;
    char head[8] = "";
    ssize_t got;

    if (file_reader_open(&r, path, NULL) != 0)
        return WORKBOOK_NONE;
    source = file_reader_source(&r);
    got = source_read_full(&source, head, sizeof head, NULL);
    file_reader_close(&r);
    if (got >= (ssize_t)sizeof zip && memcmp(head, zip, sizeof zip) == 0)
        return WORKBOOK_XLSX;
    return got == sizeof head && memcmp(head, compound, sizeof compound) == 0 ? WORKBOOK_XLS
                                                                              : WORKBOOK_NONE;
}

static int
read_entry(struct archive *a, struct text *content, struct fault *f)
{
    char buffer[65536];
    la_ssize_t got;

    while ((got = archive_read_data(a, buffer, sizeof buffer)) > 0) {
        if (content->length + (size_t)got > MARKUP_LIMIT_BYTES)
            return fault_set(f, FAULT_DATA, "it is larger than %zu MiB", MARKUP_LIMIT_BYTES >> 20);
        text_add_bytes(content, buffer, (size_t)got);
    }
    if (got < 0)
        return fault_set(f, FAULT_DATA, "it is damaged: %s", archive_error_string(a));
    return text_check(content, f);
}

/* Looks for the part from the first on. 1, 0 when there is none, -1. */
static int
find_part(struct archive *a, const char *name, struct text *content, struct fault *f)
{
    struct archive_entry *entry;
    int rc = ARCHIVE_OK;

    for (int i = 0; i < LIMIT_PARTS; i++) {
        const char *path;

        if ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_EOF)
            return 0;
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
            break;
        path = archive_entry_pathname(entry);
        if (path != NULL && strcmp(path, name) == 0)
            return read_entry(a, content, f) == 0 ? 1 : -1;
    }
    return rc == ARCHIVE_OK || rc == ARCHIVE_WARN
               ? fault_set(f, FAULT_DATA, "it has more than %d parts", LIMIT_PARTS)
               : fault_set(f, FAULT_DATA, "it is damaged: %s", archive_error_string(a));
}

/* A part as a document, owned by the caller. NULL with a fault; without one when there is none. */
static xmlDoc *
read_part(const char *path, const char *name, struct fault *f)
{
    struct archive *a = archive_read_new();
    struct text content = TEXT_INIT;
    struct findings list = FINDINGS_INIT(name);
    xmlDoc *document = NULL;

    if (a == NULL || archive_read_support_format_zip_streamable(a) != ARCHIVE_OK ||
        archive_read_support_format_zip_seekable(a) != ARCHIVE_OK)
        fault_set_memory(f);
    else if (archive_read_open_filename(a, path, 65536) != ARCHIVE_OK) {
        fault_set(f, FAULT_DATA, "cannot open it: %s", archive_error_string(a));
        fault_hint(f, "a workbook is an .xlsx file, as Excel saves it since 2007");
    } else if (find_part(a, name, &content, f) == 1)
        document = markup_read(text_get(&content), content.length, &list, f);
    archive_read_free(a);
    text_release(&content);
    findings_release(&list);
    return document;
}

/* The same for a part that must be there. */
static xmlDoc *
need_part(const char *path, const char *name, struct fault *f)
{
    xmlDoc *document;

    fault_clear(f);
    document = read_part(path, name, f);
    if (document == NULL) {
        if (f->kind == FAULT_NONE)
            fault_set(f, FAULT_DATA, "it has no part '%s'", name);
        else
            fault_wrap(f, "part '%s'", name);
    }
    return document;
}

/* ---- which part the sheet is ---- */

/* An attribute in a namespace, by its local name (r:id). */
static const char *
qualified_attribute(const xmlNode *element, const char *name)
{
    for (const xmlAttr *a = element->properties; a != NULL; a = a->next) {
        if (a->ns != NULL && strcmp((const char *)a->name, name) == 0 && a->children != NULL)
            return (const char *)a->children->content;
    }
    return NULL;
}

/* Copies the sheet's relationship id. 0, or -1 with a fault. */
static int
find_sheet(const char *path, struct text *id, struct fault *f)
{
    xmlDoc *document = need_part(path, "xl/workbook.xml", f);
    const xmlNode *sheets =
        document == NULL ? NULL : markup_first_named(markup_root(document), "sheets");
    const xmlNode *sheet = sheets == NULL ? NULL : markup_first_named(sheets, "sheet");
    const char *found = NULL;

    for (; sheet != NULL && found == NULL; sheet = markup_next_named(sheet, "sheet")) {
        const char *name = markup_attribute(sheet, "name");

        if (name != NULL && strcmp(name, SHEET_NAME) == 0)
            found = qualified_attribute(sheet, "id");
    }
    if (found != NULL)
        text_add(id, found);
    else if (document != NULL) {
        fault_set(f, FAULT_DATA, "it has no sheet '%s'", SHEET_NAME);
        fault_hint(f, "it is no BAM workbook, or it was never exported from the BAM menu");
    }
    markup_free(document);
    return found == NULL ? -1 : text_check(id, f);
}

/* The part's name: targets are relative to xl/, or begin at the top. */
static int
find_target(const char *path, const char *id, struct text *part, struct fault *f)
{
    xmlDoc *document = need_part(path, "xl/_rels/workbook.xml.rels", f);
    const xmlNode *r =
        document == NULL ? NULL : markup_first_named(markup_root(document), "Relationship");
    const char *target = NULL;

    for (; r != NULL && target == NULL; r = markup_next_named(r, "Relationship")) {
        const char *given = markup_attribute(r, "Id");

        if (given != NULL && strcmp(given, id) == 0)
            target = markup_attribute(r, "Target");
    }
    if (target != NULL)
        text_add_format(part, "%s%s", target[0] == '/' ? "" : "xl/", target + (target[0] == '/'));
    else if (document != NULL)
        fault_set(f, FAULT_DATA, "the sheet '%s' has no part", SHEET_NAME);
    markup_free(document);
    return target == NULL ? -1 : text_check(part, f);
}

/* ---- cells ---- */

static void
add_utf8(struct text *t, unsigned long c)
{
    if (c < 0x80) {
        text_add_char(t, (char)c);
    } else if (c < 0x800) {
        text_add_char(t, (char)(0xC0 | (c >> 6)));
        text_add_char(t, (char)(0x80 | (c & 0x3F)));
    } else {
        text_add_char(t, (char)(0xE0 | (c >> 12)));
        text_add_char(t, (char)(0x80 | ((c >> 6) & 0x3F)));
        text_add_char(t, (char)(0x80 | (c & 0x3F)));
    }
}

/* "_x000D_" is one UTF-16 unit; a half of a pair, or a NUL, stays as it stands. */
static bool
take_escape(const char *s, unsigned long *unit)
{
    char digits[5] = "", *end;

    if (s[0] != '_' || s[1] != 'x' || strlen(s) < 7 || s[6] != '_')
        return false;
    memcpy(digits, s + 2, 4);
    *unit = strtoul(digits, &end, 16);
    return *end == '\0' && strspn(digits, "0123456789abcdefABCDEF") == 4 && *unit != 0 &&
           (*unit < 0xD800 || *unit > 0xDFFF);
}

static void
add_unescaped(struct text *t, const char *s)
{
    unsigned long unit;

    while (*s != '\0') {
        if (take_escape(s, &unit)) {
            add_utf8(t, unit);
            s += 7;
        } else {
            text_add_char(t, *s++);
        }
    }
}

/* The text of an element with all its blanks: a definition may be cut between any two characters.
 */
static void
add_content(struct text *t, const xmlNode *element)
{
    xmlChar *content = element == NULL ? NULL : xmlNodeGetContent(element);

    if (content != NULL)
        add_unescaped(t, (const char *)content);
    xmlFree(content);
}

/* <t>, or the <t> of each run; phonetic hints (<rPh>) are left out. */
static void
add_rich_text(struct text *t, const xmlNode *parent)
{
    for (const xmlNode *n = markup_first(parent); n != NULL; n = markup_next(n)) {
        if (strcmp(markup_name(n), "t") == 0)
            add_content(t, n);
        else if (strcmp(markup_name(n), "r") == 0)
            add_rich_text(t, n);
    }
}

static int
add_shared(struct text *t, const xmlDoc *shared, const char *number, struct fault *f)
{
    const xmlNode *item = shared == NULL ? NULL : markup_first_named(markup_root(shared), "si");
    int64_t index;

    if (number_parse_int(number, strlen(number), &index) != 0 || index < 0)
        return fault_set(f, FAULT_DATA, "a cell names the shared string '%.20s'", number);
    for (; item != NULL && index > 0; index--)
        item = markup_next_named(item, "si");
    if (item == NULL)
        return fault_set(f, FAULT_DATA, "the shared string '%.20s' is missing", number);
    add_rich_text(t, item);
    return 0;
}

static int
add_cell(struct text *t, const xmlNode *cell, const xmlDoc *shared, struct fault *f)
{
    const char *type = markup_attribute(cell, "t");
    const xmlNode *value = markup_first_named(cell, "v");
    const xmlNode *text = markup_first_named(cell, "is");
    struct text number = TEXT_INIT;
    int rc = 0;

    if (type != NULL && strcmp(type, "s") == 0 && value != NULL) {
        markup_add_content(&number, value);
        rc = add_shared(t, shared, text_get(&number), f);
    } else if (text != NULL) {
        add_rich_text(t, text);
    } else {
        add_content(t, value);
    }
    text_release(&number);
    return rc;
}

/* The first row's cells, in their order. */
static int
add_row(struct text *t, const xmlDoc *sheet, const xmlDoc *shared, struct fault *f)
{
    const xmlNode *data = markup_first_named(markup_root(sheet), "sheetData");
    const xmlNode *row = data == NULL ? NULL : markup_first_named(data, "row");
    const char *number = row == NULL ? NULL : markup_attribute(row, "r");

    if (row == NULL || (number != NULL && strcmp(number, "1") != 0))
        return fault_set(f, FAULT_DATA, "cell A1 of the sheet '%s' is empty", SHEET_NAME);
    for (const xmlNode *c = markup_first_named(row, "c"); c != NULL;
         c = markup_next_named(c, "c")) {
        if (add_cell(t, c, shared, f) != 0)
            return -1;
    }
    return text_check(t, f);
}

/* ---- all of it ---- */

static int
read_sheet(const char *path, const char *part, struct text *xml, struct fault *f)
{
    xmlDoc *sheet = need_part(path, part, f);
    xmlDoc *shared = sheet == NULL ? NULL : read_part(path, "xl/sharedStrings.xml", f);
    int rc = -1;

    if (sheet != NULL && (shared != NULL || f->kind == FAULT_NONE))
        rc = add_row(xml, sheet, shared, f);
    markup_free(shared);
    markup_free(sheet);
    return rc;
}

int
workbook_read(const char *path, struct text *xml, struct fault *f)
{
    struct text id = TEXT_INIT, part = TEXT_INIT;
    int rc = -1;

    if (workbook_kind_of(path) == WORKBOOK_XLS) {
        fault_set(f, FAULT_DATA, "'%s' is a binary Excel workbook (.xls)", path);
        return fault_hint(f, "save it as .xlsx in Excel, or export its XML from the BAM menu");
    }
    if (find_sheet(path, &id, f) == 0 && find_target(path, text_get(&id), &part, f) == 0)
        rc = read_sheet(path, text_get(&part), xml, f);
    text_release(&id);
    text_release(&part);
    return rc == 0 ? 0 : fault_wrap(f, "workbook '%s'", path);
}
