#include <string.h>

#include "config/base/file.h"
#include "config/base/markup.h"
#include "config/base/number.h"
#include "config/schema/shape.h"
#include "config/settings/connection.h"
#include "config/settings/settings.h"
#include "config/settings/settings_place.h"
#include "config/settings/settings_shape.h"

enum { DEFAULT_LEVEL = 1, MOST_LEVEL = 19, MOST_KEPT = 100000 };

/* With less memory than this no cube can be built, and larger aggregates are never worth it. */
enum { LEAST_MEMORY_MIB = 128, MOST_MEMORY_MIB = 1 << 20, MOST_AGGREGATES_PERCENT = 10000 };

/* Settings on their way from a file. Functions return -1 only when memory runs out. */
struct reading {
    struct settings *s;
    struct findings *list;
};

static const char *
copy(struct reading *r, const char *string)
{
    return arena_strdup(&r->s->memory, string == NULL ? "" : string);
}

/* A path from the root on; relative ones from the settings' folder. */
static const char *
copy_path(struct reading *r, const char *path)
{
    if (path != NULL && path[0] == '/')
        return copy(r, path);
    return arena_printf(&r->s->memory, "%s/%s", r->s->directory, path == NULL ? "" : path);
}

/* A number in an attribute; `otherwise` when it is absent. */
static int
read_number(
    struct reading *r, const xmlNode *element, const char *name, int least, int most, int otherwise)
{
    const char *text = markup_attribute(element, name);
    int64_t number;

    if (text == NULL)
        return otherwise;
    if (number_parse_int(text, strlen(text), &number) == 0 && number >= least && number <= most)
        return (int)number;
    findings_add(r->list, markup_line(element), "%s: %s=\"%s\" is not a number from %d to %d",
        markup_name(element), name, text, least, most);
    return otherwise;
}

/* Names become parts of file names and stand in commands and patterns. */
static void
check_name(struct reading *r, const xmlNode *element, const char *name)
{
    if (name[0] == '.' || strpbrk(name, "/\\:*?\"<>|\t\n\r") != NULL)
        findings_add(r->list, markup_line(element),
            "%s: Name=\"%s\" must not begin with a dot nor hold / \\ : * ? \" < > |",
            markup_name(element), name);
    if (settings_find_database(r->s, name) != NULL || settings_find_analysis(r->s, name) != NULL)
        findings_add(r->list, markup_line(element), "%s: the name '%s' is taken",
            markup_name(element), name);
}

static void
check_secrets(struct reading *r, const xmlNode *element, const char *connection)
{
    struct secret_reference reference;

    for (; connection_next_secret(connection, &reference); connection = reference.end) {
        if (reference.name_length == 0)
            findings_add(r->list, markup_line(element),
                "%s: a secret is written {secret:NAME}, with a name of letters, digits, _ - .",
                markup_name(element));
    }
}

static int
add_database(struct reading *r, const char *name, const char *connection, bool is_other)
{
    struct settings *s = r->s;
    struct database_setting *database =
        arena_append(&s->memory, &s->databases, &s->database_count, sizeof *database);
    struct text absolute = TEXT_INIT;

    if (database == NULL)
        return -1;
    connection_add_absolute(&absolute, connection == NULL ? "" : connection, s->directory);
    database->name = copy(r, name);
    database->connection = absolute.failed ? NULL : copy(r, text_get(&absolute));
    database->is_other = is_other;
    text_release(&absolute);
    return database->name == NULL || database->connection == NULL ? -1 : 0;
}

static int
read_databases(struct reading *r, const xmlNode *element)
{
    for (xmlNode *n = markup_first(element); n != NULL; n = markup_next(n)) {
        bool is_other = strcmp(markup_name(n), "Other") == 0;
        const char *name = is_other ? markup_attribute(n, "Name") : markup_name(n);
        const char *connection = markup_attribute(n, "Connection");

        if (name == NULL)
            continue;
        check_name(r, n, name);
        if (connection != NULL)
            check_secrets(r, n, connection);
        if (add_database(r, name, connection, is_other) != 0)
            return -1;
    }
    return 0;
}

static int
add_analysis(struct reading *r, const char *name, const char *directory)
{
    struct analysis_setting *a =
        arena_append(&r->s->memory, &r->s->analyses, &r->s->analysis_count, sizeof *a);

    if (a == NULL)
        return -1;
    *a = (struct analysis_setting){.name = copy(r, name),
        .directory = copy_path(r, directory),
        .memory_mib = DEFAULT_MEMORY_MIB,
        .aggregates_percent = DEFAULT_AGGREGATES_PERCENT};
    return a->name == NULL || a->directory == NULL ? -1 : 0;
}

static int
read_analysis_cube(struct reading *r, const xmlNode *element)
{
    struct analysis_setting *a = &r->s->analyses[r->s->analysis_count - 1];
    const char *name = markup_attribute(element, "Name");
    struct cube_setting *added;

    if (name == NULL)
        return 0;
    for (size_t i = 0; i < a->cube_count; i++) {
        if (strcmp(a->cubes[i].name, name) == 0)
            findings_add(r->list, markup_line(element), "Cube: '%s' is there twice", name);
    }
    if ((added = arena_append(&r->s->memory, &a->cubes, &a->cube_count, sizeof *added)) == NULL)
        return -1;
    *added = (struct cube_setting){
        copy(r, name), storage_mode_find(markup_attribute(element, "StorageMode"))};
    return added->name == NULL ? -1 : 0;
}

static void
read_limits(struct reading *r, const xmlNode *element, struct analysis_setting *a)
{
    a->memory_mib =
        read_number(r, element, "MemoryMiB", LEAST_MEMORY_MIB, MOST_MEMORY_MIB, a->memory_mib);
    a->aggregates_percent = read_number(
        r, element, "AggregatesPercent", 0, MOST_AGGREGATES_PERCENT, a->aggregates_percent);
}

static int
read_analysis(struct reading *r, const xmlNode *element)
{
    const char *name = markup_attribute(element, "Name");
    int rc;

    if (name != NULL)
        check_name(r, element, name);
    rc = add_analysis(r, name, markup_attribute(element, "Directory"));
    if (rc == 0)
        read_limits(r, element, &r->s->analyses[r->s->analysis_count - 1]);
    if (rc == 0)
        r->s->analyses[r->s->analysis_count - 1].storage =
            storage_mode_find(markup_attribute(element, "StorageMode"));
    for (const xmlNode *child = markup_first(element); rc == 0 && child != NULL;
         child = markup_next(child))
        rc = read_analysis_cube(r, child);
    return rc;
}

static int
read_identity(struct reading *r, const xmlNode *element)
{
    struct backup_setting *b = &r->s->backup;
    const char **place =
        arena_append(&r->s->memory, &b->identity_files, &b->identity_file_count, sizeof *place);

    return place == NULL || (*place = copy_path(r, markup_attribute(element, "File"))) == NULL ? -1
                                                                                               : 0;
}

static int
read_recipient(struct reading *r, const xmlNode *element)
{
    struct backup_setting *b = &r->s->backup;
    struct text content = TEXT_INIT;
    const char **place =
        arena_append(&r->s->memory, &b->recipients, &b->recipient_count, sizeof *place);
    int rc = -1;

    if (place == NULL)
        return -1;
    markup_add_content(&content, element);
    findings_rely_on(r->list, &content);
    if (strncmp(text_get(&content), "age1", 4) != 0)
        findings_add(r->list, markup_line(element),
            "Recipient is no age recipient: it begins with age1 (an identity, which begins with "
            "AGE-SECRET-KEY-, belongs in an identity file)");
    if (!content.failed && (*place = copy(r, text_get(&content))) != NULL)
        rc = 0;
    text_release(&content);
    return rc;
}

/* "file:DIR" with an absolute folder; other schemes as written. */
static const char *
read_store(struct reading *r, const xmlNode *element, const char *store)
{
    static const char *const schemes[] = {"azblob:", "s3:"};

    if (strncmp(store, "file:", 5) == 0 && store[5] != '\0') {
        const char *directory = copy_path(r, store + 5);

        return directory == NULL ? NULL : arena_printf(&r->s->memory, "file:%s", directory);
    }
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (strncmp(store, schemes[i], strlen(schemes[i])) == 0)
            return copy(r, store);
    }
    findings_add(r->list, markup_line(element),
        "Backup: Store=\"%s\" is not file:DIR, azblob:ACCOUNT/CONTAINER/PREFIX or s3:BUCKET/PREFIX",
        store);
    return copy(r, store);
}

static int
read_backup_child(struct reading *r, const xmlNode *element)
{
    struct backup_setting *b = &r->s->backup;

    if (strcmp(markup_name(element), "Recipient") == 0)
        return read_recipient(r, element);
    if (strcmp(markup_name(element), "Identity") == 0)
        return read_identity(r, element);
    b->keep_daily = read_number(r, element, "Daily", 0, MOST_KEPT, 0);
    b->keep_weekly = read_number(r, element, "Weekly", 0, MOST_KEPT, 0);
    b->keep_monthly = read_number(r, element, "Monthly", 0, MOST_KEPT, 0);
    return 0;
}

static int
read_backup(struct reading *r, const xmlNode *element)
{
    struct backup_setting *b = &r->s->backup;
    const char *store = markup_attribute(element, "Store");
    const char *compression = markup_attribute(element, "Compression");
    const char *encryption = markup_attribute(element, "Encryption");

    if (store != NULL && (b->store = read_store(r, element, store)) == NULL)
        return -1;
    if (compression != NULL && strcmp(compression, "none") == 0)
        b->compression = COMPRESSION_NONE;
    b->encrypt = encryption == NULL || strcmp(encryption, "none") != 0;
    b->level = read_number(r, element, "Level", 1, MOST_LEVEL, DEFAULT_LEVEL);
    for (xmlNode *n = markup_first(element); n != NULL; n = markup_next(n)) {
        if (read_backup_child(r, n) != 0)
            return -1;
    }
    return 0;
}

static int
read_state(struct reading *r, const xmlNode *element)
{
    r->s->state_directory = copy_path(r, markup_attribute(element, "Directory"));
    return r->s->state_directory == NULL ? -1 : 0;
}

static int
read_secrets(struct reading *r, const xmlNode *element)
{
    r->s->secrets_file = copy_path(r, markup_attribute(element, "File"));
    return r->s->secrets_file == NULL ? -1 : 0;
}

static int
read_on_failure(struct reading *r, const xmlNode *element)
{
    r->s->on_failure = copy(r, markup_attribute(element, "Command"));
    return r->s->on_failure == NULL ? -1 : 0;
}

static int
read_metrics(struct reading *r, const xmlNode *element)
{
    r->s->metrics_file = copy_path(r, markup_attribute(element, "File"));
    return r->s->metrics_file == NULL ? -1 : 0;
}

static int
read_section(struct reading *r, const xmlNode *element)
{
    static const struct {
        const char *name;
        int (*read)(struct reading *r, const xmlNode *element);
    } sections[] = {
        {"Databases", read_databases},
        {"Analysis", read_analysis},
        {"Backup", read_backup},
        {"Identity", read_identity},
        {"State", read_state},
        {"Secrets", read_secrets},
        {"OnFailure", read_on_failure},
        {"Metrics", read_metrics},
    };

    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        if (strcmp(markup_name(element), sections[i].name) == 0)
            return sections[i].read(r, element);
    }
    return 0;
}

/* What a file does not say lies beside it, as without a file. */
static int
fill_in(struct reading *r)
{
    struct backup_setting *b = &r->s->backup;
    const char **identity;

    if (r->s->analysis_count == 0 && add_analysis(r, "BAMAnalysis", "analysis") != 0)
        return -1;
    if (b->store == NULL)
        b->store = arena_printf(&r->s->memory, "file:%s/backups", r->s->directory);
    if (r->s->state_directory == NULL)
        r->s->state_directory = copy_path(r, "state");
    if (b->identity_file_count == 0) {
        identity = arena_append(
            &r->s->memory, &b->identity_files, &b->identity_file_count, sizeof *identity);
        if (identity == NULL || (*identity = copy_path(r, "identity.txt")) == NULL)
            return -1;
    }
    return b->store == NULL || r->s->state_directory == NULL ? -1 : 0;
}

static int
read_default(struct reading *r)
{
    static const char *const databases[][2] = {
        {"PrimaryImport", "Driver=SQLite3;Database=BAMPrimaryImport.db"},
        {"Archive", "Driver=SQLite3;Database=BAMArchive.db"},
        {"StarSchema", "Driver=SQLite3;Database=BAMStarSchema.db"},
    };

    for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
        if (add_database(r, databases[i][0], databases[i][1], false) != 0)
            return -1;
    }
    return 0;
}

static int
read_file(struct reading *r, struct fault *f)
{
    size_t before = r->list->count, found;
    xmlDoc *document = markup_read_file(r->s->path, r->list, f);
    int rc = 0;

    if (document == NULL) {
        if (f->kind == FAULT_DATA)
            f->kind = FAULT_SETTINGS;
        return -1;
    }
    if (shape_check(markup_root(document), &settings_shape, &settings_space, r->list)) {
        xmlNode *n = markup_first(markup_root(document));

        for (; n != NULL && rc == 0; n = markup_next(n))
            rc = read_section(r, n);
    }
    markup_free(document);
    if (rc != 0)
        return fault_set_memory(f);
    if (findings_since(r->list, before, &found, f) != 0)
        return -1;
    return found == 0 ? 0
                      : fault_set(f, FAULT_SETTINGS, "settings '%s' refused: %zu fault%s",
                            r->s->path, found, found == 1 ? "" : "s");
}

int
settings_read(struct settings *s, const char *path, struct findings *list, struct fault *f)
{
    struct reading r = {s, list};
    const char *source = list->source;
    int rc = -1;

    *s = (struct settings)SETTINGS_INIT;
    s->backup.compression = COMPRESSION_ZSTD;
    s->backup.level = DEFAULT_LEVEL;
    s->backup.encrypt = true;
    if (settings_place_find(s, path, f) != 0)
        goto done;
    if (source == NULL)
        list->source = s->path;
    if (s->is_default && read_default(&r) != 0)
        fault_set_memory(f);
    else if (!s->is_default && read_file(&r, f) != 0)
        goto done;
    else if (fill_in(&r) != 0)
        fault_set_memory(f);
    else
        rc = 0;
done:
    list->source = source;
    if (rc != 0)
        settings_release(s);
    return rc;
}
