#include "etl/command/options.h"

#include <string.h>

#include "tests/harness.h"

enum { WORDS = 16 };

/* Parses "nightcube <words>", split at blanks. The words stay until the next call. */
static int
parse(struct invocation *i, const char *words, struct fault *f)
{
    static char copy[512];
    char *argv[WORDS] = {(char *)"nightcube"};
    int argc = 1;

    CU_ASSERT_FATAL(strlen(words) < sizeof copy);
    strcpy(copy, words);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    *i = (struct invocation)INVOCATION_INIT;
    fault_clear(f);
    return options_parse(i, argc, argv, f);
}

static void
refuses(const char *words, const char *part, const char *hint)
{
    struct fault f = FAULT_INIT;
    struct invocation i;
    bool as_wanted;

    CU_ASSERT_EQUAL(parse(&i, words, &f), -1);
    as_wanted = f.kind == FAULT_USAGE && test_contains(f.text, part) && test_contains(f.hint, hint);
    if (!as_wanted)
        test_print_fault(__FILE__, __LINE__, &f);
    CU_ASSERT(as_wanted);
    invocation_release(&i);
}

static void
a_value_follows_as_a_word_or_behind_an_equals_sign(void)
{
    struct fault f = FAULT_INIT;
    struct invocation i;

    ASSERT_OK(parse(&i, "define a.csv --name N --format=csv", &f), &f);
    CU_ASSERT_STRING_EQUAL(invocation_option(&i, "name"), "N");
    CU_ASSERT_STRING_EQUAL(invocation_option(&i, "format"), "csv");
    CU_ASSERT_PTR_NULL(invocation_option(&i, "timezone"));
    CU_ASSERT_STRING_EQUAL(invocation_argument(&i, 0), "a.csv");
    CU_ASSERT_PTR_NULL(invocation_argument(&i, 1));
    invocation_release(&i);
}

static void
a_value_may_hold_equals_signs_and_dashes(void)
{
    struct fault f = FAULT_INIT;
    struct invocation i;

    ASSERT_OK(parse(&i, "import a --map=x.y=Z --timezone -05:00 --activity=--odd", &f), &f);
    CU_ASSERT_STRING_EQUAL(invocation_option(&i, "map"), "x.y=Z");
    CU_ASSERT_STRING_EQUAL(invocation_option(&i, "timezone"), "-05:00");
    CU_ASSERT_STRING_EQUAL(invocation_option(&i, "activity"), "--odd");
    invocation_release(&i);
}

static void
global_options_stand_before_or_behind_the_command(void)
{
    struct fault f = FAULT_INIT;
    struct invocation i;

    ASSERT_OK(parse(&i, "--config c.xml version --json", &f), &f);
    CU_ASSERT_STRING_EQUAL(i.command->name, "version");
    CU_ASSERT_STRING_EQUAL(invocation_option(&i, "config"), "c.xml");
    CU_ASSERT(i.json);
    invocation_release(&i);
}

static void
a_repeated_option_keeps_every_value_in_order(void)
{
    struct fault f = FAULT_INIT;
    struct invocation i;
    const char **values;
    size_t count;

    ASSERT_OK(parse(&i, "import a --map A=B --json --map C=D", &f), &f);
    values = invocation_options(&i, "map", &count, &f);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_STRING_EQUAL(values[0], "A=B");
    CU_ASSERT_STRING_EQUAL(values[1], "C=D");
    invocation_release(&i);
}

static void
an_option_that_is_not_repeatable_is_refused_twice(void)
{
    refuses("define a --name N --name M", "--name is given twice", "");
}

static void
a_switch_said_twice_is_no_mistake(void)
{
    struct fault f = FAULT_INIT;
    struct invocation i;

    CU_ASSERT_EQUAL(parse(&i, "version --json --json", &f), 0);
    invocation_release(&i);
}

static void
two_dashes_end_the_options(void)
{
    struct fault f = FAULT_INIT;
    struct invocation i;

    ASSERT_OK(parse(&i, "define -- --name", &f), &f);
    CU_ASSERT_STRING_EQUAL(invocation_argument(&i, 0), "--name");
    CU_ASSERT_FALSE(invocation_has(&i, "name"));
    invocation_release(&i);
}

static void
negative_numbers_are_arguments(void)
{
    struct fault f = FAULT_INIT;
    struct invocation i;

    ASSERT_OK(parse(&i, "set window -5 -.5 day", &f), &f);
    CU_ASSERT_STRING_EQUAL(invocation_argument(&i, 1), "-5");
    CU_ASSERT_STRING_EQUAL(invocation_argument(&i, 2), "-.5");
    invocation_release(&i);
}

static void
what_is_unknown_is_refused_with_the_nearest_name(void)
{
    refuses("depoly a.xml", "unknown command 'depoly'", "did you mean 'deploy'?");
    refuses("deploy a.xml --no-bakcup", "unknown option '--no-bakcup'", "'--no-backup'");
    refuses("--jsn version", "unknown option '--jsn'", "'--json'");
    refuses("show activites", "show does not know 'activites'", "'activities'");
    refuses("version -v", "unknown option '-v'", "two dashes");
}

static void
names_are_not_abbreviated(void)
{
    refuses("deploy a.xml --no-back", "unknown option '--no-back'", "--no-backup");
}

static void
a_missing_value_is_refused(void)
{
    refuses("define a --name", "--name needs a value", "--name=NAME");
    refuses("define a --name --json", "--name needs a value", "--name=NAME");
    refuses("version --json=yes", "--json takes no value", "");
}

static void
the_number_of_arguments_is_checked(void)
{
    refuses("deploy", "an argument is missing", "nightcube deploy DEFINITION");
    refuses("deploy a b", "one argument too many: 'b'", "nightcube deploy");
}

static void
help_is_given_whatever_else_is_missing(void)
{
    struct fault f = FAULT_INIT;
    struct invocation i;

    CU_ASSERT_EQUAL(parse(&i, "deploy --help", &f), 0);
    CU_ASSERT(invocation_has(&i, "help"));
    invocation_release(&i);
}

static void
global_options_that_contradict_are_refused(void)
{
    refuses("version --quiet --verbose", "exclude each other", "");
    refuses("version --log-format xml", "text or json", "");
}

static void
no_words_at_all_parse_to_no_command(void)
{
    struct fault f = FAULT_INIT;
    struct invocation i;

    ASSERT_OK(parse(&i, "", &f), &f);
    CU_ASSERT_PTR_NULL(i.command);
    invocation_release(&i);
}

const struct test suite_etl_command_options[] = {
    {"a value follows as a word or behind an equals sign",
        a_value_follows_as_a_word_or_behind_an_equals_sign},
    {"a value may hold equals signs and dashes", a_value_may_hold_equals_signs_and_dashes},
    {"global options stand before or behind the command",
        global_options_stand_before_or_behind_the_command},
    {"a repeated option keeps every value in order", a_repeated_option_keeps_every_value_in_order},
    {"an option that is not repeatable is refused twice",
        an_option_that_is_not_repeatable_is_refused_twice},
    {"a switch said twice is no mistake", a_switch_said_twice_is_no_mistake},
    {"two dashes end the options", two_dashes_end_the_options},
    {"negative numbers are arguments", negative_numbers_are_arguments},
    {"what is unknown is refused with the nearest name",
        what_is_unknown_is_refused_with_the_nearest_name},
    {"names are not abbreviated", names_are_not_abbreviated},
    {"a missing value is refused", a_missing_value_is_refused},
    {"the number of arguments is checked", the_number_of_arguments_is_checked},
    {"help is given whatever else is missing", help_is_given_whatever_else_is_missing},
    {"global options that contradict are refused", global_options_that_contradict_are_refused},
    {"no words at all parse to no command", no_words_at_all_parse_to_no_command},
    {0},
};
