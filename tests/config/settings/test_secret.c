#include "config/settings/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "tests/harness.h"

static void
put(const char *path, const char *content, mode_t mode)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all(path, content, strlen(content), mode, &f), &f);
    CU_ASSERT_EQUAL(chmod(path, mode), 0);
}

/* Settings with a file of secrets, and no credentials directory. */
static struct settings
some_settings(void)
{
    struct settings s = SETTINGS_INIT;

    unsetenv("CREDENTIALS_DIRECTORY");
    s.secrets_file = "secrets";
    put("secrets", "# comment\nfirst=one\r\ndb= a;b}c \nempty=\nfirst=two\n", 0600);
    return s;
}

static void
a_file_is_read_without_its_line_end(void)
{
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    put("pass", "correct horse \n", 0600);
    ASSERT_OK(secret_read_file(&s, "pass", &f), &f);
    CU_ASSERT_STRING_EQUAL(s.bytes, "correct horse ");
    CU_ASSERT_EQUAL(s.length, 14);
    secret_release(&s);
    CU_ASSERT_PTR_NULL(s.bytes);
    secret_release(&s);
}

static void
only_one_line_end_goes(void)
{
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    put("pass", "x\n\r\n", 0400);
    ASSERT_OK(secret_read_file(&s, "pass", &f), &f);
    CU_ASSERT_STRING_EQUAL(s.bytes, "x\n");
    secret_release(&s);
}

static void
a_file_others_may_read_is_refused(void)
{
    static const mode_t modes[] = {0604, 0640, 0644, 0620};

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct secret s = SECRET_INIT;
        struct fault f = FAULT_INIT;

        put("pass", "x\n", modes[i]);
        CU_ASSERT_EQUAL(secret_read_file(&s, "pass", &f), -1);
        CU_ASSERT_EQUAL(f.kind, FAULT_PERMISSION);
        CU_ASSERT_STRING_EQUAL(f.hint, "chmod 600 'pass'");
    }
}

static void
empty_missing_and_huge_files_are_refused(void)
{
    static char huge[70000];
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    put("empty", "\n", 0600);
    ASSERT_FAULT(secret_read_file(&s, "empty", &f), &f, FAULT_DATA, "empty");
    ASSERT_FAULT(secret_read_file(&s, "none", &f), &f, FAULT_NO_INPUT, "none");
    memset(huge, 'x', sizeof huge - 1);
    put("huge", huge, 0600);
    ASSERT_FAULT(secret_read_file(&s, "huge", &f), &f, FAULT_DATA, "longer than");
}

/* It would end the secret where nobody sees it. */
static void
a_nul_byte_is_refused(void)
{
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all("pass", "correct\0horse", 13, 0600, &f), &f);
    ASSERT_FAULT(secret_read_file(&s, "pass", &f), &f, FAULT_DATA, "holds a NUL byte");
    CU_ASSERT(!test_contains(f.text, "correct"));
    secret_release(&s);
}

static void
the_secrets_file_is_searched_by_name(void)
{
    struct settings settings = some_settings();
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(secret_find(&s, &settings, "first", &f), &f);
    CU_ASSERT_STRING_EQUAL(s.bytes, "one");
    secret_release(&s);
    ASSERT_FAULT(secret_find(&s, &settings, "empty", &f), &f, FAULT_DATA, "empty");
    ASSERT_FAULT(secret_find(&s, &settings, "firs", &f), &f, FAULT_SETTINGS, "'firs'");
}

static void
credentials_come_first(void)
{
    struct settings settings = some_settings();
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_make_directory("credentials", 0700, &f), &f);
    put("credentials/first", "zero\n", 0440);
    setenv("CREDENTIALS_DIRECTORY", "credentials", 1);
    ASSERT_OK(secret_find(&s, &settings, "first", &f), &f);
    CU_ASSERT_STRING_EQUAL(s.bytes, "zero");
    secret_release(&s);
    unsetenv("CREDENTIALS_DIRECTORY");
}

static void
the_environment_comes_last(void)
{
    struct settings settings = some_settings();
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    log_init(&(struct log_options){.level = LOG_LEVEL_ERROR});
    setenv("first", "env", 1);
    setenv("NIGHTCUBE_TEST_SECRET", "env", 1);
    ASSERT_OK(secret_find(&s, &settings, "first", &f), &f);
    CU_ASSERT_STRING_EQUAL(s.bytes, "one");
    secret_release(&s);
    ASSERT_OK(secret_find(&s, &settings, "NIGHTCUBE_TEST_SECRET", &f), &f);
    CU_ASSERT_STRING_EQUAL(s.bytes, "env");
    secret_release(&s);
    unsetenv("NIGHTCUBE_TEST_SECRET");
    unsetenv("first");
    log_init(&(struct log_options){.level = LOG_LEVEL_INFO});
}

static void
expect_filled(const char *connection, const char *expected)
{
    struct settings settings = some_settings();
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(secret_fill_in(&s, &settings, connection, &f), &f);
    CU_ASSERT_STRING_EQUAL(s.bytes, expected);
    CU_ASSERT_EQUAL(s.length, strlen(expected));
    secret_release(&s);
}

static void
connections_are_filled_in(void)
{
    expect_filled("DSN=x", "DSN=x");
    expect_filled("UID={secret:first};PWD={secret:first};X=y", "UID=one;PWD=one;X=y");
    expect_filled("Server=a{secret:first}b,1", "Server=aoneb,1");
}

static void
a_secret_cannot_break_out_of_its_value(void)
{
    struct settings settings = some_settings();
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    expect_filled("PWD={secret:db};X=y", "PWD={ a;b}}c };X=y");
    ASSERT_FAULT(secret_fill_in(&s, &settings, "PWD=x{secret:db}", &f), &f, FAULT_SETTINGS, "'db'");
    CU_ASSERT_PTR_NULL(s.bytes);
}

static void
a_fault_names_the_secret_and_shows_none(void)
{
    struct settings settings = some_settings();
    struct secret s = SECRET_INIT;
    struct fault f = FAULT_INIT;

    CU_ASSERT_EQUAL(secret_fill_in(&s, &settings, "U={secret:first};P={secret:no}", &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_SETTINGS);
    CU_ASSERT(test_contains(f.text, "'no'"));
    CU_ASSERT(!test_contains(f.text, "one"));
    fault_clear(&f);
    ASSERT_FAULT(secret_fill_in(&s, &settings, "P={secret:../x}", &f), &f, FAULT_SETTINGS, "NAME");
}

const struct test suite_config_settings_secret[] = {
    {"a file is read without its line end", a_file_is_read_without_its_line_end},
    {"only one line end goes", only_one_line_end_goes},
    {"a file others may read is refused", a_file_others_may_read_is_refused},
    {"empty, missing and huge files are refused", empty_missing_and_huge_files_are_refused},
    {"a NUL byte is refused", a_nul_byte_is_refused},
    {"the secrets file is searched by name", the_secrets_file_is_searched_by_name},
    {"credentials come first", credentials_come_first},
    {"the environment comes last", the_environment_comes_last},
    {"connections are filled in", connections_are_filled_in},
    {"a secret cannot break out of its value", a_secret_cannot_break_out_of_its_value},
    {"a fault names the secret and shows none", a_fault_names_the_secret_and_shows_none},
    {0},
};
