#include "config/base/fault.h"

#include <errno.h>
#include <string.h>

#include "tests/harness.h"

static void
one_kind_is_one_exit_code(void)
{
    for (int i = 0; i < FAULT_KIND_COUNT; i++) {
        for (int k = 0; k < i; k++)
            CU_ASSERT_NOT_EQUAL(
                fault_exit_code((enum fault_kind)i), fault_exit_code((enum fault_kind)k));
        CU_ASSERT_PTR_EQUAL(fault_meaning_of(fault_kinds[i].exit_code), fault_kinds[i].meaning);
    }
    CU_ASSERT_STRING_EQUAL(fault_meaning_of(99), "unknown");
}

static void
a_system_call_chooses_the_kind(void)
{
    static const struct {
        int errnum;
        enum fault_kind kind;
    } rows[] = {{ENOENT, FAULT_NO_INPUT}, {EACCES, FAULT_PERMISSION}, {EPERM, FAULT_PERMISSION},
        {EEXIST, FAULT_EXISTS}, {ENOMEM, FAULT_INTERNAL}, {ENOSPC, FAULT_IO}};
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT_EQUAL(fault_set_errno(&f, rows[i].errnum, "open '%s'", "x"), -1);
        CU_ASSERT_EQUAL(f.kind, rows[i].kind);
        CU_ASSERT(test_contains(f.text, "open 'x': "));
        CU_ASSERT(test_contains(f.text, strerror(rows[i].errnum)));
    }
}

static void
each_layer_adds_on_which(void)
{
    struct fault f = FAULT_INIT;

    CU_ASSERT_EQUAL(fault_set(&f, FAULT_DATA, "line %d", 7), -1);
    CU_ASSERT_EQUAL(fault_hint(&f, "mend line %d", 7), -1);
    CU_ASSERT_EQUAL(fault_wrap(&f, "file '%s'", "x"), -1);
    fault_hint(&f, "look at the file");
    CU_ASSERT_STRING_EQUAL(f.text, "file 'x': line 7");
    CU_ASSERT_STRING_EQUAL(f.hint, "mend line 7");
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    fault_set_memory(&f);
    CU_ASSERT_EQUAL(f.kind, FAULT_INTERNAL);
    CU_ASSERT_STRING_EQUAL(f.hint, "");
}

/* Whoever does not want to know passes NULL. */
static void
nobody_needs_to_be_told(void)
{
    CU_ASSERT_EQUAL(fault_set(NULL, FAULT_DATA, "%s", "x"), -1);
    CU_ASSERT_EQUAL(fault_set_errno(NULL, ENOENT, "%s", "x"), -1);
    CU_ASSERT_EQUAL(fault_set_memory(NULL), -1);
    CU_ASSERT_EQUAL(fault_wrap(NULL, "%s", "x"), -1);
    CU_ASSERT_EQUAL(fault_hint(NULL, "%s", "x"), -1);
}

/* "ä" is two bytes: with one letter in front of them the last one does not fit whole. */
static void
a_long_text_is_cut_at_a_character(void)
{
    char text[3001];
    struct fault f = FAULT_INIT;

    for (int shift = 0; shift < 2; shift++) {
        memset(text, 'x', sizeof text);
        for (size_t i = (size_t)shift; i + 2 < sizeof text; i += 2)
            memcpy(text + i, "\xC3\xA4", 2);
        text[3000] = '\0';
        fault_set(&f, FAULT_DATA, "%s", text);
        CU_ASSERT(strlen(f.text) >= sizeof f.text - 4);
        CU_ASSERT_EQUAL((unsigned char)f.text[strlen(f.text) - 1], 0xA4);
        fault_wrap(&f, "y%s", shift == 0 ? "" : "y");
        CU_ASSERT_EQUAL((unsigned char)f.text[strlen(f.text) - 1], 0xA4);
        fault_hint(&f, "%s", text);
        CU_ASSERT_EQUAL((unsigned char)f.hint[strlen(f.hint) - 1], 0xA4);
    }
}

const struct test suite_config_base_fault[] = {
    {"one kind is one exit code", one_kind_is_one_exit_code},
    {"a system call chooses the kind", a_system_call_chooses_the_kind},
    {"each layer adds on which", each_layer_adds_on_which},
    {"nobody needs to be told", nobody_needs_to_be_told},
    {"a long text is cut at a character", a_long_text_is_cut_at_a_character},
    {0},
};
