/* The man pages say what `help` says: made from the same tables, held against the help's text. */
#include "etl/command/manual.h"

#include <string.h>

#include "config/job/job_shape.h"
#include "etl/command/command.h"
#include "etl/command/options.h"
#include "tests/harness.h"

/* The page with its escapes taken out. */
static struct text
plain(void (*add)(struct text *t))
{
    struct text page = TEXT_INIT, result = TEXT_INIT;

    add(&page);
    for (const char *c = text_get(&page); *c != '\0'; c++) {
        if (c[0] == '\\' && (c[1] == '-' || c[1] == '&' || c[1] == 'e'))
            c += c[1] == '-' ? 1 : 2;
        if (c[0] == '\\' && c[1] == 'f')
            c += 2;
        else
            text_add_char(&result, *c);
    }
    text_release(&page);
    return result;
}

static void
expect(const struct text *page, const char *wanted)
{
    if (!test_contains(text_get(page), wanted))
        fprintf(stderr, "\n    not in the manual: %s", wanted);
    CU_ASSERT(test_contains(text_get(page), wanted));
}

static void
expect_options(const struct text *page, const struct command_option *options)
{
    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++) {
        char term[128];

        snprintf(term, sizeof term, ".TP\n--%s%s%s\n", o->name, o->argument == NULL ? "" : " ",
            o->argument == NULL ? "" : o->argument);
        expect(page, term);
        expect(page, o->help);
    }
}

static void
every_command_and_option_is_in_the_manual(void)
{
    struct text page = plain(manual_add_program);

    for (const struct command *const *c = commands; *c != NULL; c++) {
        char heading[512];

        snprintf(heading, sizeof heading, ".SS \"%s%s%s\"\n", (*c)->name,
            (*c)->arguments[0] == '\0' ? "" : " ", (*c)->arguments);
        expect(&page, heading);
        expect(&page, (*c)->summary);
        expect_options(&page, (*c)->options);
    }
    expect_options(&page, options_global);
    text_release(&page);
}

static void
every_exit_code_is_in_the_manual(void)
{
    struct text page = plain(manual_add_program);

    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++)
        expect(&page, fault_kinds[kind].meaning);
    text_release(&page);
}

static void
every_step_and_attribute_is_in_the_manual_with_words(void)
{
    struct text page = plain(manual_add_job);

    for (const struct shape_child *c = job_shape.children; c->shape != NULL; c++) {
        char heading[128];

        snprintf(heading, sizeof heading, ".SS %s\n", c->shape->name);
        expect(&page, heading);
        for (const struct shape_attribute *a = c->shape->attributes; a->name != NULL; a++) {
            snprintf(heading, sizeof heading, ".TP\n%s\n", a->name);
            expect(&page, heading);
            for (const char *const *choice = a->choices; choice != NULL && *choice; choice++)
                expect(&page, *choice);
        }
    }
    CU_ASSERT_FALSE(test_contains(text_get(&page), "\n\n"));
    CU_ASSERT_FALSE(test_contains(text_get(&page), "\n; "));
    text_release(&page);
}

static void
lines_that_begin_with_a_dot_are_requests_only(void)
{
    struct text page = TEXT_INIT;

    manual_add_program(&page);
    manual_add_job(&page);
    for (const char *line = text_get(&page); line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (line[0] == '\'' || line[0] == '.')
            CU_ASSERT(line[0] == '.' && strchr("TSPnf", line[1]) != NULL);
    }
    text_release(&page);
}

const struct test suite_etl_command_manual[] = {
    {"every command and option is in the manual", every_command_and_option_is_in_the_manual},
    {"every exit code is in the manual", every_exit_code_is_in_the_manual},
    {"every step and attribute is in the manual with words",
        every_step_and_attribute_is_in_the_manual_with_words},
    {"lines that begin with a dot are requests only",
        lines_that_begin_with_a_dot_are_requests_only},
    {0},
};
