#include "backup/age/key.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/file.h"
#include "tests/harness.h"

/* The identity and recipient that the test kit for age uses. */
static const char known_identity[] =
    "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";

static void
a_new_identity_comes_back_from_its_text(void)
{
    struct fault f = FAULT_INIT;
    struct identity made, read;
    char text[IDENTITY_TEXT_BYTES];

    ASSERT_OK(identity_generate(&made, &f), &f);
    identity_format(&made, text);
    CU_ASSERT_EQUAL(strlen(text), IDENTITY_TEXT_BYTES - 1);
    CU_ASSERT_EQUAL(strncmp(text, "AGE-SECRET-KEY-1", 16), 0);
    ASSERT_OK(identity_parse(&read, text, &f), &f);
    CU_ASSERT_EQUAL(memcmp(&made, &read, sizeof made), 0);
}

static void
a_recipient_comes_back_from_its_text(void)
{
    struct fault f = FAULT_INIT;
    struct identity made;
    struct recipient read;
    char text[RECIPIENT_TEXT_BYTES];

    ASSERT_OK(identity_generate(&made, &f), &f);
    recipient_format(&made.recipient, text);
    CU_ASSERT_EQUAL(strlen(text), RECIPIENT_TEXT_BYTES - 1);
    CU_ASSERT_EQUAL(strncmp(text, "age1", 4), 0);
    ASSERT_OK(recipient_parse(&read, text, &f), &f);
    CU_ASSERT_EQUAL(memcmp(&made.recipient, &read, sizeof read), 0);
}

static void
two_identities_are_never_the_same(void)
{
    struct fault f = FAULT_INIT;
    struct identity one, other;

    ASSERT_OK(identity_generate(&one, &f), &f);
    ASSERT_OK(identity_generate(&other, &f), &f);
    CU_ASSERT_NOT_EQUAL(memcmp(one.secret, other.secret, sizeof one.secret), 0);
}

static void
a_mistyped_recipient_is_refused(void)
{
    struct fault f = FAULT_INIT;
    struct identity made;
    struct recipient r;
    char text[RECIPIENT_TEXT_BYTES];

    ASSERT_OK(identity_generate(&made, &f), &f);
    recipient_format(&made.recipient, text);
    text[20] = text[20] == 'q' ? 'p' : 'q';
    ASSERT_FAULT(recipient_parse(&r, text, &f), &f, FAULT_DATA, "mistyped");
    ASSERT_FAULT(recipient_parse(&r, "", &f), &f, FAULT_DATA, "not a recipient");
}

static void
other_kinds_of_recipient_are_named(void)
{
    struct fault f = FAULT_INIT;
    struct recipient r;

    ASSERT_FAULT(recipient_parse(&r, "age1pq1qqq", &f), &f, FAULT_DATA, "post-quantum");
    ASSERT_FAULT(recipient_parse(&r, "age1tag1qqq", &f), &f, FAULT_DATA, "hardware token");
    ASSERT_FAULT(recipient_parse(&r, "age1yubikey1qqq", &f), &f, FAULT_DATA, "plugin");
    ASSERT_FAULT(recipient_parse(&r, "ssh-ed25519 AAAA", &f), &f, FAULT_DATA, "SSH key");
}

static void
an_identity_for_a_recipient_is_refused_without_showing_it(void)
{
    struct fault f = FAULT_INIT;
    struct recipient r;

    CU_ASSERT_EQUAL(recipient_parse(&r, known_identity, &f), -1);
    CU_ASSERT(test_contains(f.text, "identity, which is secret"));
    CU_ASSERT_FALSE(test_contains(f.text, "EGTZVFFV"));
}

static void
a_mistyped_identity_is_refused_without_showing_it(void)
{
    struct fault f = FAULT_INIT;
    struct identity i;
    char text[IDENTITY_TEXT_BYTES];

    memcpy(text, known_identity, sizeof text);
    text[40] = 'Q';
    CU_ASSERT_EQUAL(identity_parse(&i, text, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.text, "mistyped"));
    CU_ASSERT_FALSE(test_contains(f.text, "EGTZVFFV"));
}

static void
other_kinds_of_identity_are_named(void)
{
    struct fault f = FAULT_INIT;
    struct identity i;

    ASSERT_FAULT(identity_parse(&i, "AGE-SECRET-KEY-PQ-1QQ", &f), &f, FAULT_DATA, "post-quantum");
    ASSERT_FAULT(identity_parse(&i, "AGE-PLUGIN-YUBIKEY-1QQ", &f), &f, FAULT_DATA, "plugin");
    ASSERT_FAULT(identity_parse(&i, "age1qqq", &f), &f, FAULT_DATA, "a recipient");
    ASSERT_FAULT(
        identity_parse(&i, "age-encryption.org/v1", &f), &f, FAULT_DATA, "open it with age");
}

static void
an_identity_file_may_have_comments_and_several_identities(void)
{
    struct fault f = FAULT_INIT;
    struct identity_list list = IDENTITY_LIST_INIT;
    struct identity other;
    struct text text = TEXT_INIT;
    char line[IDENTITY_TEXT_BYTES];

    ASSERT_OK(identity_generate(&other, &f), &f);
    identity_format(&other, line);
    text_add_format(&text, "# a comment\r\n\n  %s \r\n# another\n%s", known_identity, line);
    ASSERT_OK(file_write_all("key.txt", text.bytes, text.length, 0600, &f), &f);
    ASSERT_OK(identity_list_read(&list, "key.txt", &f), &f);
    CU_ASSERT_EQUAL_FATAL(list.count, 2);
    CU_ASSERT_EQUAL(memcmp(&list.items[1], &other, sizeof other), 0);
    identity_list_release(&list);
    CU_ASSERT_PTR_NULL(list.items);
    text_release(&text);
}

static void
a_bad_line_of_an_identity_file_is_named(void)
{
    struct fault f = FAULT_INIT;
    struct identity_list list = IDENTITY_LIST_INIT;
    const char text[] = "# fine\n\nnonsense\n";

    ASSERT_OK(file_write_all("key.txt", text, sizeof text - 1, 0600, &f), &f);
    ASSERT_FAULT(identity_list_read(&list, "key.txt", &f), &f, FAULT_DATA,
        "identity file key.txt: line 3: not an identity");
    CU_ASSERT_PTR_NULL(list.items);
}

static void
an_identity_file_without_identity_is_refused(void)
{
    struct fault f = FAULT_INIT;
    struct identity_list list = IDENTITY_LIST_INIT;

    ASSERT_FAULT(identity_list_parse(&list, "# none\n", 7, &f), &f, FAULT_DATA, "no identity");
    ASSERT_FAULT(identity_list_parse(&list, "", 0, &f), &f, FAULT_DATA, "no identity");
    ASSERT_FAULT(identity_list_parse(&list, "AGE\0X\n", 6, &f), &f, FAULT_DATA, "binary");
    ASSERT_FAULT(identity_list_read(&list, "missing", &f), &f, FAULT_NO_INPUT, "missing");
}

static void
a_huge_identity_file_is_refused(void)
{
    struct fault f = FAULT_INIT;
    struct identity_list list = IDENTITY_LIST_INIT;
    char *bytes = calloc(1, IDENTITY_FILE_LIMIT + 1);

    memset(bytes, '\n', IDENTITY_FILE_LIMIT + 1);
    ASSERT_FAULT(identity_list_parse(&list, bytes, IDENTITY_FILE_LIMIT + 1, &f), &f, FAULT_DATA,
        "too large");
    free(bytes);
}

const struct test suite_backup_age_key[] = {
    {"a new identity comes back from its text", a_new_identity_comes_back_from_its_text},
    {"a recipient comes back from its text", a_recipient_comes_back_from_its_text},
    {"two identities are never the same", two_identities_are_never_the_same},
    {"a mistyped recipient is refused", a_mistyped_recipient_is_refused},
    {"other kinds of recipient are named", other_kinds_of_recipient_are_named},
    {"an identity for a recipient is refused without showing it",
        an_identity_for_a_recipient_is_refused_without_showing_it},
    {"a mistyped identity is refused without showing it",
        a_mistyped_identity_is_refused_without_showing_it},
    {"other kinds of identity are named", other_kinds_of_identity_are_named},
    {"an identity file may have comments and several identities",
        an_identity_file_may_have_comments_and_several_identities},
    {"a bad line of an identity file is named", a_bad_line_of_an_identity_file_is_named},
    {"an identity file without identity is refused", an_identity_file_without_identity_is_refused},
    {"a huge identity file is refused", a_huge_identity_file_is_refused},
    {0},
};
