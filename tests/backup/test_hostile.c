/*
 * Containers whose frame is right and whose content is not: made entry by entry.
 */
#include "backup/tar.h"
#include "tests/backup/sample.h"

#define HEAD                                                                                       \
    "<?xml version=\"1.0\"?><Backup xmlns=\"urn:nightcube:backup:1\" Format=\"1\" ID=\"x\" "       \
    "Kind=\"database\" Database=\"D\" Run=\"1\" Taken=\"1970-01-01T00:00:00Z\" After=\"false\" "   \
    "MetadataOnly=\"false\"/>"
#define TABLE                                                                                      \
    "<Table xmlns=\"urn:nightcube:table:1\" Name=\"t\"><Column Name=\"n\" Type=\"int\"/></Table>"

struct item {
    const char *name;
    const char *content;
};

/* Verifies a plain container of these entries; the list ends with a NULL name. */
static int
verify_items(const struct item *items, struct fault *f)
{
    struct memory_sink m = {.writes = 0};
    struct tar_writer w;
    int rc;

    tar_writer_init(&w, memory_sink_of(&m), 0);
    for (const struct item *i = items; i->name != NULL; i++) {
        ASSERT_OK(tar_begin(&w, i->name, strlen(i->content), f), f);
        ASSERT_OK(tar_write(&w, i->content, strlen(i->content), f), f);
        ASSERT_OK(tar_finish(&w, f), f);
    }
    ASSERT_OK(tar_close(&w, f), f);
    rc = sample_verify(m.bytes.bytes, m.bytes.length, NULL, f);
    text_release(&m.bytes);
    return rc;
}

/* The head, one table, then what is given. */
static void
expect(const char *name, const char *content, const char *why)
{
    struct fault f = FAULT_INIT;
    struct item items[] = {{"backup.xml", HEAD}, {"schema/t.xml", TABLE}, {name, content}, {0}};

    ASSERT_FAULT(verify_items(items, &f), &f, FAULT_DATA, why);
}

static void
a_container_without_manifest_is_no_backup(void)
{
    expect(NULL, NULL, "no manifest: not a complete backup");
}

static void
refuses_unknown_entries(void)
{
    expect("readme.txt", "", "an entry that no backup has");
    expect("/etc/passwd", "", "an entry that no backup has");
    expect("../x", "", "an entry that no backup has");
    expect("data", "", "an entry that no backup has");
}

static void
refuses_paths_that_lead_out_of_files(void)
{
    expect("files/../../etc/passwd", "", "no path");
    expect("files//etc/passwd", "", "no path");
    expect("files/%2E%2E/x", "", "no path");
}

static void
refuses_entries_in_the_wrong_place(void)
{
    expect("backup.xml", HEAD, "wrong place");
    expect("manifest.xml", "", "wrong place");
}

static void
refuses_a_table_or_a_file_twice(void)
{
    struct fault f = FAULT_INIT;
    struct item items[] = {{"backup.xml", HEAD}, {"files/a", "1"}, {"files/a", "2"}, {0}};

    expect("schema/t.xml", TABLE, "twice");
    ASSERT_FAULT(verify_items(items, &f), &f, FAULT_DATA, "twice");
}

static void
refuses_rows_without_a_schema(void)
{
    struct fault f = FAULT_INIT;
    struct item items[] = {{"backup.xml", HEAD}, {"data/t/000001.csv", "n\r\n1\r\n"}, {0}};

    ASSERT_FAULT(verify_items(items, &f), &f, FAULT_DATA, "without a schema");
}

static void
refuses_chunks_out_of_order(void)
{
    expect("data/t/000002.csv", "n\r\n1\r\n", "'data/t/000001.csv' was expected here");
    expect("data/u/000001.csv", "n\r\n1\r\n", "was expected here");
    expect("data/t/../000001.csv", "n\r\n1\r\n", "was expected here");
}

static void
refuses_rows_that_do_not_fit_the_schema(void)
{
    expect("data/t/000001.csv", "m\r\n1\r\n", "does not name column 'n'");
    expect("data/t/000001.csv", "n,m\r\n1\r\n", "too many columns");
    expect("data/t/000001.csv", "n\r\n1,2\r\n", "2 cells instead of 1");
    expect("data/t/000001.csv", "n\r\none\r\n", "column 'n'");
    expect("data/t/000001.csv", "n\r\n", "without rows");
    expect("data/t/000001.csv", "", "without rows");
}

static void
refuses_a_schema_under_another_name(void)
{
    expect("schema/u.xml", TABLE, "holds the schema of 't'");
}

static void
refuses_schemas_that_are_none(void)
{
    expect("schema/u.xml", "<Table", "schema");
    expect("schema/u.xml", "<Table xmlns=\"urn:nightcube:table:1\" Name=\"u\"/>", "0 columns");
    expect("schema/u.xml",
        "<Table xmlns=\"urn:nightcube:table:1\" Name=\"u\"><Column Name=\"n\" "
        "Type=\"blob\"/></Table>",
        "unknown type");
    expect("schema/u.xml",
        "<Table xmlns=\"urn:nightcube:table:1\" Name=\"u\"><Column Name=\"n\" Type=\"int\"/>"
        "<Key><Part Column=\"m\"/></Key></Table>",
        "no column 'm'");
    expect("schema/u.xml",
        "<!DOCTYPE Table [<!ENTITY e SYSTEM \"/etc/passwd\">]><Table "
        "xmlns=\"urn:nightcube:table:1\" Name=\"&e;\"/>",
        "");
    expect("schema/u.xml", "<Table xmlns=\"urn:nightcube:table:1\" Name=\"u\"><View/></Table>",
        "unknown element <View>");
}

static void
refuses_sums_that_do_not_agree(void)
{
    expect("SHA256SUMS", "", "other entries");
    expect("SHA256SUMS",
        "0000000000000000000000000000000000000000000000000000000000000000  backup.xml\n",
        "does not agree");
}

static void
says_when_a_container_is_of_a_newer_format(void)
{
    struct fault f = FAULT_INIT;
    struct item items[] = {
        {"backup.xml", "<Backup xmlns=\"urn:nightcube:backup:1\" Format=\"2\" New=\"\"/>"}, {0}};

    CU_ASSERT_EQUAL(verify_items(items, &f), -1);
    CU_ASSERT(test_contains(f.text, "format 2; this program reads format 1"));
    CU_ASSERT(test_contains(f.hint, "newer"));
}

static void
refuses_a_time_that_is_not_the_backups(void)
{
    struct fault f = FAULT_INIT;
    struct item items[] = {
        {"backup.xml", "<Backup xmlns=\"urn:nightcube:backup:1\" Format=\"1\" ID=\"x\" "
                       "Kind=\"deploy\" Database=\"D\" Run=\"1\" "
                       "Taken=\"1970-01-01T00:00:01Z\" After=\"false\" "
                       "MetadataOnly=\"false\"/>"},
        {0}};

    ASSERT_FAULT(verify_items(items, &f), &f, FAULT_DATA, "time is not the backup's");
}

/* A sound container with one part of it replaced by another of the same length. */
static void
expect_forgery(const char *part, const char *other, const char *why)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    char *at;

    ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = false}, NULL, &f), &f);
    at = memmem(m.bytes.bytes, m.bytes.length, part, strlen(part));
    CU_ASSERT_FATAL(at != NULL && strlen(part) == strlen(other));
    memcpy(at, other, strlen(other));
    ASSERT_FAULT(sample_verify(m.bytes.bytes, m.bytes.length, NULL, &f), &f, FAULT_DATA, why);
    text_release(&m.bytes);
}

static void
says_which_entry_was_changed(void)
{
    expect_forgery("<Roles/>", "<Rolls/>", "roles/Alle%20K%C3%A4ufer.xml' was expected");
    expect_forgery("Rows=\"9\" Sum", "Rows=\"8\" Sum", "entry 'manifest.xml'");
    expect_forgery("42,\"\r\"", "43,\"\r\"", "000001.csv' was expected");
}

/* A sound container, and behind its last entry one more, in a sound tar. */
static void
refuses_entries_behind_the_manifest(void)
{
    static const char *const names[] = {
        "files/more", "manifest.xml", "schema/more.xml", "SHA256SUMS", "more"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct memory_sink m = {.writes = 0};
        struct fault f = FAULT_INIT;
        struct tar_writer w;

        ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = false}, NULL, &f), &f);
        text_cut(&m.bytes, m.bytes.length - 2 * TAR_BLOCK_BYTES);
        tar_writer_init(&w, memory_sink_of(&m), tar_time(sample_info().taken_utc));
        ASSERT_OK(tar_begin(&w, names[i], 1, &f), &f);
        ASSERT_OK(tar_write(&w, "x", 1, &f), &f);
        ASSERT_OK(tar_finish(&w, &f), &f);
        ASSERT_OK(tar_close(&w, &f), &f);
        ASSERT_FAULT(
            sample_verify(m.bytes.bytes, m.bytes.length, NULL, &f), &f, FAULT_DATA, names[i]);
        text_release(&m.bytes);
    }
}

/* A document of so many bytes: the given parts, and the middle one as often as it fits. */
static void
expect_too_long(
    const char *head, const char *middle, const char *tail, size_t bytes, const char *why)
{
    struct text content = TEXT_INIT;

    text_add(&content, head);
    while (content.length < bytes)
        text_add(&content, middle);
    text_add(&content, tail);
    expect("schema/u.xml", text_get(&content), why);
    text_release(&content);
}

static void
refuses_counts_and_sizes_beyond_the_limits(void)
{
    static const char head[] = "<Table xmlns=\"urn:nightcube:table:1\" Name=\"u\">",
                      column[] = "<Column Name=\"n\" Type=\"int\"/>";

    expect_too_long(head, column, "</Table>", 4200 * (sizeof column - 1), "column");
    expect_too_long(head, " ", "</Table>", (size_t)5 << 20, "longer than");
}

const struct test suite_backup_hostile[] = {
    {"a container without manifest is no backup", a_container_without_manifest_is_no_backup},
    {"refuses unknown entries", refuses_unknown_entries},
    {"refuses paths that lead out of files", refuses_paths_that_lead_out_of_files},
    {"refuses entries in the wrong place", refuses_entries_in_the_wrong_place},
    {"refuses a table or a file twice", refuses_a_table_or_a_file_twice},
    {"refuses rows without a schema", refuses_rows_without_a_schema},
    {"refuses chunks out of order", refuses_chunks_out_of_order},
    {"refuses rows that do not fit the schema", refuses_rows_that_do_not_fit_the_schema},
    {"refuses a schema under another name", refuses_a_schema_under_another_name},
    {"refuses schemas that are none", refuses_schemas_that_are_none},
    {"refuses sums that do not agree", refuses_sums_that_do_not_agree},
    {"says when a container is of a newer format", says_when_a_container_is_of_a_newer_format},
    {"refuses a time that is not the backup's", refuses_a_time_that_is_not_the_backups},
    {"says which entry was changed", says_which_entry_was_changed},
    {"refuses entries behind the manifest", refuses_entries_behind_the_manifest},
    {"refuses counts and sizes beyond the limits", refuses_counts_and_sizes_beyond_the_limits},
    {0},
};
