#include "etl/command/help.h"

#include <string.h>

#include "config/base/fault.h"
#include "etl/command/options.h"
#include "tests/etl/command/run.h"

/* The parser takes the option behind its command, and the command's help names it. */
static void
check_option(const struct command *c, const struct command_option *o, const char *help)
{
    struct fault f = FAULT_INIT;
    struct invocation i = INVOCATION_INIT;
    struct text shown = TEXT_INIT, word = TEXT_INIT;
    char *argv[] = {(char *)"nightcube", (char *)c->name, NULL, (char *)"--help"};

    text_add_format(&shown, "--%s%s%s", o->name, o->argument == NULL ? "" : " ",
        o->argument == NULL ? "" : o->argument);
    CU_ASSERT(test_contains(help, text_get(&shown)));
    CU_ASSERT(o->help[strlen(o->help) - 1] != '.');
    text_add_format(&word, "--%s%s", o->name, o->argument == NULL ? "" : "=text");
    argv[2] = word.bytes;
    ASSERT_OK(options_parse(&i, 4, argv, &f), &f);
    CU_ASSERT(invocation_has(&i, o->name));
    invocation_release(&i);
    text_release(&word);
    text_release(&shown);
}

/* Every "--name" at the start of a help line is an option the parser knows. */
static void
check_help_lines(const struct command *c, const char *help)
{
    for (const char *at = help; (at = strstr(at, "\n  --")) != NULL; at++) {
        const char *name = at + 5;
        size_t length = strcspn(name, " \n");

        CU_ASSERT(command_option_find(options_global, name, length) != NULL ||
                  command_option_find(c->options, name, length) != NULL);
    }
}

static void
help_and_parser_know_the_same_options(void)
{
    for (const struct command *const *c = commands; *c != NULL; c++) {
        struct text help = TEXT_INIT;

        help_add_command(&help, *c);
        for (const struct command_option *o = options_global; o->name != NULL; o++) {
            if (strcmp(o->name, "log-format") != 0)
                check_option(*c, o, text_get(&help));
        }
        for (const struct command_option *o = (*c)->options; o != NULL && o->name != NULL; o++)
            check_option(*c, o, text_get(&help));
        check_help_lines(*c, text_get(&help));
        text_release(&help);
    }
}

static void
no_option_of_a_command_hides_a_global_one(void)
{
    for (const struct command *const *c = commands; *c != NULL; c++) {
        for (const struct command_option *o = (*c)->options; o != NULL && o->name != NULL; o++)
            CU_ASSERT_PTR_NULL(command_option_find(options_global, o->name, strlen(o->name)));
    }
}

static void
the_overview_lists_every_command(void)
{
    struct text help = TEXT_INIT, line = TEXT_INIT;

    help_add_overview(&help);
    for (const struct command *const *c = commands; *c != NULL; c++) {
        text_clear(&line);
        text_add_format(&line, "\n  %s ", (*c)->name);
        CU_ASSERT(test_contains(text_get(&help), text_get(&line)));
        CU_ASSERT((*c)->least <= (*c)->most);
        CU_ASSERT_PTR_NOT_NULL((*c)->run);
    }
    text_release(&line);
    text_release(&help);
}

static void
help_fits_a_terminal(void)
{
    for (const struct command *const *c = commands; *c != NULL; c++) {
        struct text help = TEXT_INIT;
        const char *line;

        help_add_command(&help, *c);
        line = strchr(text_get(&help), '\n') + 1; /* the synopsis stands in one line */
        for (; *line != '\0'; line += strcspn(line, "\n") + 1)
            CU_ASSERT(strcspn(line, "\n") <= 80);
        text_release(&help);
    }
}

static void
exit_codes_are_those_of_the_fault_kinds(void)
{
    struct run r = run("help exit-codes");

    CU_ASSERT_EQUAL(r.exit_code, 0);
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        char line[128];

        snprintf(
            line, sizeof line, "%4d  %s\n", fault_kinds[kind].exit_code, fault_kinds[kind].meaning);
        CU_ASSERT(test_contains(text_get(&r.out), line));
    }
    run_release(&r);
}

static void
completion_is_a_script_that_bash_takes(void)
{
    struct run r = run_to("completion bash", "completion.sh");

    CU_ASSERT_EQUAL(r.exit_code, 0);
    CU_ASSERT(test_contains(text_get(&r.out), "--no-backup"));
    CU_ASSERT_EQUAL(system("bash -n completion.sh"), 0);
    run_release(&r);
}

static void
completion_offers_what_fits(void)
{
    struct run r = run_to("completion bash", "completion.sh");

    run_write_file("try.sh",
        ". ./completion.sh\n"
        "try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _nightcube; "
        "echo \"${COMPREPLY[*]}\"; }\n"
        "[ \"$(try nightcube depl)\" = deploy ] || exit 1\n"
        "[ \"$(try nightcube show part)\" = partitions ] || exit 2\n"
        "[ \"$(try nightcube --json deploy --no-b)\" = --no-backup ] || exit 3\n"
        "[ \"$(try nightcube --config x.xml show vi)\" = views ] || exit 4\n");
    CU_ASSERT_EQUAL(system("bash try.sh"), 0);
    run_release(&r);
}

const struct test suite_etl_command_help[] = {
    {"help and parser know the same options", help_and_parser_know_the_same_options},
    {"no option of a command hides a global one", no_option_of_a_command_hides_a_global_one},
    {"the overview lists every command", the_overview_lists_every_command},
    {"help fits a terminal", help_fits_a_terminal},
    {"exit codes are those of the fault kinds", exit_codes_are_those_of_the_fault_kinds},
    {"completion is a script that bash takes", completion_is_a_script_that_bash_takes},
    {"completion offers what fits", completion_offers_what_fits},
    {0},
};
