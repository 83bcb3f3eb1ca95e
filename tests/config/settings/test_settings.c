#include "config/settings/settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/base/file.h"
#include "tests/harness.h"

#define HEAD "<Nightcube xmlns=\"urn:nightcube:config:1\">\n"
#define DATABASES                                                                                  \
    "<Databases>\n"                                                                                \
    "<PrimaryImport Connection=\"Driver=SQLite3;Database=data/p.db\"/>\n"                          \
    "<StarSchema Connection=\"DSN=star;Database=s\"/>\n"                                           \
    "</Databases>\n"
#define TAIL "</Nightcube>\n"

static const char *const variables[] = {
    "NIGHTCUBE_CONFIG", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"};
static char *kept[sizeof variables / sizeof *variables];

/* Nothing outside the test's own directory is looked at, until leave(). */
static const char *
isolate(void)
{
    static char here[PATH_MAX];

    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        kept[i] = getenv(variables[i]) == NULL ? NULL : strdup(getenv(variables[i]));
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(here, sizeof here));
    unsetenv("NIGHTCUBE_CONFIG");
    setenv("XDG_CONFIG_HOME", here, 1);
    setenv("HOME", here, 1);
    unsetenv("XDG_DATA_HOME");
    return here;
}

static void
leave(void)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        if (kept[i] == NULL)
            unsetenv(variables[i]);
        else
            setenv(variables[i], kept[i], 1);
        free(kept[i]);
        kept[i] = NULL;
    }
}

static void
put(const char *path, const char *content)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all(path, content, strlen(content), 0640, &f), &f);
}

static void
read_ok(struct settings *s, const char *path)
{
    struct findings list = FINDINGS_INIT(NULL);
    struct fault f = FAULT_INIT;
    int rc = settings_read(s, path, &list, &f);

    if (rc != 0)
        fprintf(stderr, "\n%s", text_get(&list.lines));
    findings_release(&list);
    ASSERT_OK(rc, &f);
}

static bool
is_in(const char *text, const char *here, const char *rest)
{
    return strncmp(text, here, strlen(here)) == 0 && strcmp(text + strlen(here), rest) == 0;
}

static void
without_a_file_there_is_an_embedded_default(void)
{
    const char *here = isolate();
    struct settings s = SETTINGS_INIT;
    const char *connection;

    read_ok(&s, NULL);
    CU_ASSERT(s.is_default);
    CU_ASSERT(is_in(s.path, here, "/.local/share/nightcube/nightcube.xml"));
    CU_ASSERT_EQUAL(s.database_count, 3);
    connection = settings_find_database(&s, "Archive")->connection;
    CU_ASSERT(test_contains(connection, "Driver=SQLite3;Database=/"));
    CU_ASSERT(test_contains(connection, "/.local/share/nightcube/BAMArchive.db"));
    CU_ASSERT(is_in(settings_find_analysis(&s, "BAMAnalysis")->directory, here,
        "/.local/share/nightcube/analysis"));
    CU_ASSERT(test_contains(s.backup.store, "/.local/share/nightcube/backups"));
    CU_ASSERT(is_in(s.state_directory, here, "/.local/share/nightcube/state"));
    CU_ASSERT(is_in(s.backup.identity_files[0], here, "/.local/share/nightcube/identity.txt"));
    CU_ASSERT(s.backup.encrypt);
    CU_ASSERT_EQUAL(s.backup.compression, COMPRESSION_ZSTD);
    CU_ASSERT_PTR_NULL(settings_find_database(&s, "Orders"));
    settings_release(&s);
    leave();
}

static void
no_home_is_a_fault_with_a_cure(void)
{
    struct findings list = FINDINGS_INIT(NULL);
    struct settings s = SETTINGS_INIT;
    struct fault f = FAULT_INIT;

    isolate();
    setenv("HOME", "relative", 1);
    setenv("XDG_DATA_HOME", "relative", 1);
    CU_ASSERT_EQUAL(settings_read(&s, NULL, &list, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_SETTINGS);
    CU_ASSERT(test_contains(f.hint, "HOME"));
    findings_release(&list);
    leave();
}

static void
reads_everything_a_file_can_say(void)
{
    const char *here = isolate();
    struct settings s = SETTINGS_INIT;
    struct stat st;

    CU_ASSERT_EQUAL(mkdir("conf", 0700), 0);
    put("conf/n.xml",
        "<?xml version=\"1.0\"?>\n" HEAD
        "<Identity File=\"/keys/id.txt\"/><Secrets File=\"secrets\"/>"
        "<Databases><PrimaryImport Connection=\"DSN=p;PWD={secret:p}\"/>"
        "<Archive Connection=\"Driver=/usr/lib/libsqlite3odbc.so;DATABASE=../a.db;X=1\"/>"
        "<StarSchema Connection=\"Driver={SQLite3};Database={a b;c.db}\"/>"
        "<Other Name=\"Orders\" Connection=\"Driver=SQLite3;Database=/abs.db\"/></Databases>"
        "<Analysis Name=\"One\" Directory=\"one\"/><Analysis Name=\"Two\" Directory=\"/two\" "
        "StorageMode=\"directquery\"><Cube Name=\"Small\" StorageMode=\"memory\"/></Analysis>"
        "<Backup Store=\"azblob:a/c/p\" Compression=\"none\" Level=\"19\" Encryption=\"none\">"
        "<Recipient>\n age1abc </Recipient><Recipient>age1def</Recipient><Identity File=\"id2\"/>"
        "<Keep Daily=\"14\" Monthly=\"2\"/></Backup><State Directory=\"st\"/>" TAIL);
    read_ok(&s, "conf/n.xml");
    CU_ASSERT(!s.is_default);
    CU_ASSERT(is_in(s.path, here, "/conf/n.xml"));
    CU_ASSERT(is_in(s.directory, here, "/conf"));
    CU_ASSERT_STRING_EQUAL(
        settings_find_database(&s, "PrimaryImport")->connection, "DSN=p;PWD={secret:p}");
    CU_ASSERT(test_contains(settings_find_database(&s, "Archive")->connection, here));
    CU_ASSERT(
        test_contains(settings_find_database(&s, "Archive")->connection, "/conf/../a.db;X=1"));
    CU_ASSERT(
        test_contains(settings_find_database(&s, "StarSchema")->connection, "/conf/a b;c.db}"));
    CU_ASSERT_STRING_EQUAL(
        settings_find_database(&s, "Orders")->connection, "Driver=SQLite3;Database=/abs.db");
    CU_ASSERT(settings_find_database(&s, "Orders")->is_other);
    CU_ASSERT(is_in(settings_find_analysis(&s, "One")->directory, here, "/conf/one"));
    CU_ASSERT_STRING_EQUAL(settings_find_analysis(&s, "Two")->directory, "/two");
    CU_ASSERT_EQUAL(
        settings_cube_storage(settings_find_analysis(&s, "One"), "Any"), STORAGE_MEMORY);
    CU_ASSERT_EQUAL(
        settings_cube_storage(settings_find_analysis(&s, "Two"), "Any"), STORAGE_DIRECTQUERY);
    CU_ASSERT_EQUAL(
        settings_cube_storage(settings_find_analysis(&s, "Two"), "Small"), STORAGE_MEMORY);
    CU_ASSERT_STRING_EQUAL(s.backup.store, "azblob:a/c/p");
    CU_ASSERT_EQUAL(s.backup.compression, COMPRESSION_NONE);
    CU_ASSERT_EQUAL(s.backup.level, 19);
    CU_ASSERT(!s.backup.encrypt);
    CU_ASSERT_EQUAL_FATAL(s.backup.recipient_count, 2);
    CU_ASSERT_STRING_EQUAL(s.backup.recipients[0], "age1abc");
    CU_ASSERT_EQUAL_FATAL(s.backup.identity_file_count, 2);
    CU_ASSERT_STRING_EQUAL(s.backup.identity_files[0], "/keys/id.txt");
    CU_ASSERT(is_in(s.backup.identity_files[1], here, "/conf/id2"));
    CU_ASSERT_EQUAL(s.backup.keep_daily, 14);
    CU_ASSERT_EQUAL(s.backup.keep_weekly, 0);
    CU_ASSERT(is_in(s.state_directory, here, "/conf/st"));
    CU_ASSERT(is_in(s.secrets_file, here, "/conf/secrets"));
    CU_ASSERT_EQUAL(stat("conf/n.xml", &st), 0);
    settings_release(&s);
    leave();
}

static void
what_a_file_leaves_out_lies_beside_it(void)
{
    const char *here = isolate();
    struct settings s = SETTINGS_INIT;

    put("nightcube.xml", HEAD DATABASES TAIL);
    read_ok(&s, NULL);
    CU_ASSERT_EQUAL(s.database_count, 2);
    CU_ASSERT(test_contains(s.databases[0].connection, here));
    CU_ASSERT_STRING_EQUAL(s.databases[1].connection, "DSN=star;Database=s");
    CU_ASSERT(is_in(s.backup.store + 5, here, "/backups"));
    CU_ASSERT(is_in(s.state_directory, here, "/state"));
    CU_ASSERT_STRING_EQUAL(s.analyses[0].name, "BAMAnalysis");
    CU_ASSERT_PTR_NULL(s.secrets_file);
    settings_release(&s);
    leave();
}

static void
places_are_searched_in_order(void)
{
    static const char *const places[] = {
        "data/nightcube/nightcube.xml", "conf/nightcube/nightcube.xml", "nightcube.xml", "env.xml"};
    const char *here = isolate();
    char path[PATH_MAX + 8];
    struct fault f = FAULT_INIT;

    snprintf(path, sizeof path, "%s/conf", here);
    setenv("XDG_CONFIG_HOME", path, 1);
    snprintf(path, sizeof path, "%s/data", here);
    setenv("XDG_DATA_HOME", path, 1);
    ASSERT_OK(file_make_directory("data/nightcube", 0700, &f), &f);
    ASSERT_OK(file_make_directory("conf/nightcube", 0700, &f), &f);
    /* On a machine with settings of its own the search ends there. */
    for (size_t i = 0; !file_exists("/etc/nightcube/nightcube.xml") && i < 4; i++) {
        struct settings s = SETTINGS_INIT;

        put(places[i], HEAD DATABASES TAIL);
        if (i == 3)
            setenv("NIGHTCUBE_CONFIG", "env.xml", 1);
        read_ok(&s, NULL);
        CU_ASSERT(!s.is_default);
        CU_ASSERT_STRING_EQUAL(s.path + strlen(here) + 1, places[i]);
        settings_release(&s);
    }
    leave();
}

static void
a_named_file_that_is_missing_is_no_input(void)
{
    struct findings list = FINDINGS_INIT(NULL);
    struct settings s = SETTINGS_INIT;
    struct fault f = FAULT_INIT;

    isolate();
    ASSERT_FAULT(settings_read(&s, "none.xml", &list, &f), &f, FAULT_NO_INPUT, "none.xml");
    setenv("NIGHTCUBE_CONFIG", "env.xml", 1);
    ASSERT_FAULT(settings_read(&s, NULL, &list, &f), &f, FAULT_NO_INPUT, "env.xml");
    unsetenv("NIGHTCUBE_CONFIG");
    findings_release(&list);
    leave();
}

struct mistake {
    const char *xml;
    const char *line;
};

static void
mistakes_are_named_with_line_and_cure(void)
{
    static const struct mistake rows[] = {
        {HEAD DATABASES "<Backups/>" TAIL,
            "n.xml:6: element Backups is not known in Nightcube; did you mean Backup?"},
        {HEAD DATABASES "<Backup Stor=\"file:x\"/>" TAIL,
            "n.xml:6: Backup takes no attribute Stor; did you mean Store?"},
        {HEAD DATABASES "<Backup Store=\"ftp:x\"/>" TAIL,
            "n.xml:6: Backup: Store=\"ftp:x\" is not file:DIR"},
        {HEAD DATABASES "<Backup Level=\"20\"/>" TAIL,
            "n.xml:6: Backup: Level=\"20\" is not a number from 1 to 19"},
        {HEAD DATABASES "<Backup Compression=\"zst\"/>" TAIL,
            "n.xml:6: Backup: Compression=\"zst\" is not known; did you mean zstd?"},
        {HEAD DATABASES "<Backup><Keep Daily=\"-1\"/></Backup>" TAIL,
            "n.xml:6: Keep: Daily=\"-1\""},
        {HEAD DATABASES "<Backup><Recipient>AGE-SECRET-KEY-1</Recipient></Backup>" TAIL,
            "n.xml:6: Recipient is no age recipient"},
        {HEAD DATABASES "<State/>" TAIL, "n.xml:6: State needs the attribute Directory"},
        {HEAD DATABASES "<State Directory=\"a\"/>\n<State Directory=\"b\"/>" TAIL,
            "n.xml:1: Nightcube takes at most 1 State, not 2"},
        {HEAD "<Databases><PrimaryImport Connection=\"DSN=x\"/></Databases>" TAIL,
            "n.xml:2: Databases needs at least 1 StarSchema"},
        {HEAD TAIL, "n.xml:1: Nightcube needs at least 1 Databases"},
        {HEAD DATABASES "<Analysis Name=\"PrimaryImport\" Directory=\"x\"/>" TAIL,
            "n.xml:6: Analysis: the name 'PrimaryImport' is taken"},
        {HEAD DATABASES "<Analysis Name=\"a/b\" Directory=\"x\"/>" TAIL,
            "n.xml:6: Analysis: Name=\"a/b\" must not"},
        {HEAD DATABASES "<Analysis Name=\"a\" Directory=\"x\" StorageMode=\"direct\"/>" TAIL,
            "n.xml:6: Analysis: StorageMode=\"direct\" is not known"},
        {HEAD DATABASES "<Analysis Name=\"a\" Directory=\"x\"><Cube Name=\"q\" "
                        "StorageMode=\"memory\"/><Cube Name=\"q\" "
                        "StorageMode=\"memory\"/></Analysis>" TAIL,
            "n.xml:6: Cube: 'q' is there twice"},
        {HEAD "<Databases><PrimaryImport Connection=\"PWD={secret:}\"/><StarSchema "
              "Connection=\"x\"/></Databases>" TAIL,
            "n.xml:2: PrimaryImport: a secret is written"},
        {"<Nightcube/>", "n.xml:1: Nightcube stands in the namespace \"\""},
        {"<Job xmlns=\"urn:nightcube:job:1\"/>", "n.xml:1: the root element is Job, not Nightcube"},
        {HEAD "<State>\n" TAIL, "n.xml:3: "},
        {"<!DOCTYPE Nightcube>\n" HEAD DATABASES TAIL, "n.xml:1: a DOCTYPE is not accepted"},
    };

    isolate();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct findings list = FINDINGS_INIT("n.xml");
        struct settings s = SETTINGS_INIT;
        struct fault f = FAULT_INIT;

        put("n.xml", rows[i].xml);
        CU_ASSERT_EQUAL(settings_read(&s, "n.xml", &list, &f), -1);
        CU_ASSERT_EQUAL(f.kind, FAULT_SETTINGS);
        CU_ASSERT_EQUAL(list.count, 1);
        CU_ASSERT(test_contains(text_get(&list.lines), rows[i].line));
        if (list.count != 1 || !test_contains(text_get(&list.lines), rows[i].line))
            fprintf(stderr, "\n  wanted %s\n%s", rows[i].line, text_get(&list.lines));
        findings_release(&list);
    }
    leave();
}

static void
recipients_join_an_existing_file(void)
{
    static const char *const added[] = {"age1new", "age1old", "age1too"};
    struct settings s = SETTINGS_INIT;
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;
    struct stat st;

    isolate();
    put("n.xml",
        "<!-- mine -->\n" HEAD DATABASES
        "  <Backup Store=\"file:b\">\n    <Recipient>age1old</Recipient>\n  </Backup>\n" TAIL);
    read_ok(&s, "n.xml");
    ASSERT_OK(settings_add_recipients(&s, added, 3, &f), &f);
    CU_ASSERT_EQUAL(s.backup.recipient_count, 3);
    settings_release(&s);
    ASSERT_OK(file_read_all("n.xml", 10000, &xml, &f), &f);
    CU_ASSERT(test_contains(text_get(&xml), "<!-- mine -->"));
    CU_ASSERT(test_contains(text_get(&xml), "Database=data/p.db"));
    CU_ASSERT(test_contains(text_get(&xml),
        "    <Recipient>age1old</Recipient>\n    <Recipient>age1new</Recipient>\n"
        "    <Recipient>age1too</Recipient>\n  </Backup>\n"));
    read_ok(&s, "n.xml");
    CU_ASSERT_EQUAL(s.backup.recipient_count, 3);
    CU_ASSERT_EQUAL(stat("n.xml", &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 07777, 0640);
    settings_release(&s);
    text_release(&xml);
    leave();
}

static void
recipients_find_a_place_in_any_file(void)
{
    static const char *const files[] = {
        HEAD DATABASES TAIL,
        HEAD DATABASES "<Backup/>" TAIL,
        HEAD DATABASES "<Backup>\n<Keep Daily=\"1\"/>\n</Backup>" TAIL,
    };
    static const char *const added[] = {"age1a", "age1b"};

    isolate();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct settings s = SETTINGS_INIT;
        struct fault f = FAULT_INIT;

        put("n.xml", files[i]);
        read_ok(&s, "n.xml");
        ASSERT_OK(settings_add_recipients(&s, added, 2, &f), &f);
        settings_release(&s);
        read_ok(&s, "n.xml");
        CU_ASSERT_EQUAL_FATAL(s.backup.recipient_count, 2);
        CU_ASSERT_STRING_EQUAL(s.backup.recipients[1], "age1b");
        settings_release(&s);
    }
    leave();
}

static void
recipients_without_a_file_make_one_that_says_the_same(void)
{
    static const char *const added[] = {"age1a", "age1b"};
    struct settings before = SETTINGS_INIT;
    struct settings after = SETTINGS_INIT;
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;
    struct stat st;

    isolate();
    read_ok(&before, NULL);
    ASSERT_OK(settings_add_recipients(&before, added, 2, &f), &f);
    CU_ASSERT(!before.is_default);
    read_ok(&after, NULL);
    CU_ASSERT(!after.is_default);
    CU_ASSERT_STRING_EQUAL(before.path, after.path);
    CU_ASSERT_EQUAL(after.backup.recipient_count, 2);
    CU_ASSERT_EQUAL_FATAL(after.database_count, 3);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_STRING_EQUAL(before.databases[i].connection, after.databases[i].connection);
    CU_ASSERT_STRING_EQUAL(before.backup.store, after.backup.store);
    CU_ASSERT_STRING_EQUAL(before.backup.identity_files[0], after.backup.identity_files[0]);
    CU_ASSERT_STRING_EQUAL(before.analyses[0].directory, after.analyses[0].directory);
    CU_ASSERT_STRING_EQUAL(before.state_directory, after.state_directory);
    CU_ASSERT_EQUAL(stat(after.path, &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 07777, 0600);
    ASSERT_OK(file_read_all(after.path, 10000, &xml, &f), &f);
    CU_ASSERT(test_contains(text_get(&xml), "Database=BAMPrimaryImport.db"));
    text_release(&xml);
    settings_release(&after);
    settings_release(&before);
    leave();
}

const struct test suite_config_settings_settings[] = {
    {"without a file there is an embedded default", without_a_file_there_is_an_embedded_default},
    {"no home is a fault with a cure", no_home_is_a_fault_with_a_cure},
    {"reads everything a file can say", reads_everything_a_file_can_say},
    {"what a file leaves out lies beside it", what_a_file_leaves_out_lies_beside_it},
    {"places are searched in order", places_are_searched_in_order},
    {"a named file that is missing is no input", a_named_file_that_is_missing_is_no_input},
    {"mistakes are named with line and cure", mistakes_are_named_with_line_and_cure},
    {"recipients join an existing file", recipients_join_an_existing_file},
    {"recipients find a place in any file", recipients_find_a_place_in_any_file},
    {"recipients without a file make one that says the same",
        recipients_without_a_file_make_one_that_says_the_same},
    {0},
};
