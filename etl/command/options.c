#include "etl/command/options.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/nearest.h"

const struct command_option options_global[] = {
    {"config", "FILE", "the settings file (default: $NIGHTCUBE_CONFIG, ./nightcube.xml, ...)",
        false},
    {"json", NULL, "print results as JSON, one object a line", false},
    {"log-format", "text|json", "how log lines are written on stderr", false},
    {"quiet", NULL, "log warnings and errors only", false},
    {"verbose", NULL, "log details too", false},
    {"no-progress", NULL, "show no progress on a terminal", false},
    {"help", NULL, "explain the command instead of running it", false},
    {NULL, NULL, NULL, false},
};

struct reading {
    struct invocation *invocation;
    char **argv;
    int argc;
    int at;
};

const struct command_option *
command_option_find(const struct command_option *options, const char *name, size_t name_length)
{
    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++) {
        if (strlen(o->name) == name_length && memcmp(o->name, name, name_length) == 0)
            return o;
    }
    return NULL;
}

static void
offer_all(struct nearest *n, const struct command_option *options)
{
    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++)
        nearest_offer(n, o->name);
}

static int
refuse_unknown(const struct reading *r, const char *name, size_t length, struct fault *f)
{
    const struct command *c = r->invocation->command;
    char wanted[64];
    struct nearest n;

    fault_set(f, FAULT_USAGE, "unknown option '--%.*s'", (int)length, name);
    if (length >= sizeof wanted)
        length = sizeof wanted - 1;
    memcpy(wanted, name, length);
    wanted[length] = '\0';
    nearest_init(&n, wanted);
    offer_all(&n, c == NULL ? NULL : c->options);
    offer_all(&n, options_global);
    if (c == NULL && nearest_get(&n) == NULL)
        return fault_hint(f, "options of a command stand behind it; see nightcube help");
    return fault_hint(f, "did you mean '--%s'?", n.best);
}

static int
add_option(struct reading *r, const struct command_option *o, const char *value, struct fault *f)
{
    struct invocation *i = r->invocation;
    struct given_option *given;

    for (size_t k = 0; k < i->option_count; k++) {
        if (i->options[k].option == o && !o->repeats && o->argument != NULL)
            return fault_set(f, FAULT_USAGE, "--%s is given twice", o->name);
    }
    if ((given = arena_append(&i->memory, &i->options, &i->option_count, sizeof *given)) == NULL)
        return fault_set_memory(f);
    *given = (struct given_option){.option = o, .value = value};
    i->json = i->json || strcmp(o->name, "json") == 0;
    return 0;
}

/* The value behind an option's name: after '=' or as the next word. */
static int
read_value(struct reading *r, const struct command_option *o, const char *equals,
    const char **value, struct fault *f)
{
    *value = equals == NULL ? NULL : equals + 1;
    if (o->argument == NULL)
        return equals == NULL ? 0 : fault_set(f, FAULT_USAGE, "--%s takes no value", o->name);
    if (*value == NULL && r->at + 1 < r->argc && strncmp(r->argv[r->at + 1], "--", 2) != 0)
        *value = r->argv[++r->at];
    /* No option means anything by an empty one: it comes of a variable that is not set. */
    if (*value != NULL && **value != '\0')
        return 0;
    fault_set(f, FAULT_USAGE, "--%s needs a value", o->name);
    return fault_hint(f, "--%s=%s", o->name, o->argument);
}

static int
read_option(struct reading *r, struct fault *f)
{
    const struct command *c = r->invocation->command;
    const char *name = r->argv[r->at] + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const struct command_option *o = command_option_find(options_global, name, length);
    const char *value;

    if (o == NULL && c != NULL)
        o = command_option_find(c->options, name, length);
    if (o == NULL)
        return refuse_unknown(r, name, length, f);
    return read_value(r, o, equals, &value, f) != 0 ? -1 : add_option(r, o, value, f);
}

static int
read_argument(struct reading *r, struct fault *f)
{
    struct invocation *i = r->invocation;
    const char *word = r->argv[r->at];
    const char **argument;

    if (i->command == NULL)
        return (i->command = command_find(word, f)) == NULL ? -1 : 0;
    argument = arena_append(&i->memory, &i->arguments, &i->argument_count, sizeof *argument);
    if (argument == NULL)
        return fault_set_memory(f);
    *argument = word;
    return 0;
}

/* "-" stands for stdin, "-5" and "-.5" are numbers. */
static bool
is_short_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && strchr("0123456789.-", word[1]) == NULL;
}

static int
check_words(const struct invocation *i, struct fault *f)
{
    const struct command *c = i->command;
    struct nearest n;

    if (c->words == NULL || i->argument_count == 0)
        return 0;
    nearest_init(&n, i->arguments[0]);
    for (const char *const *w = c->words; *w != NULL; w++) {
        if (strcmp(*w, i->arguments[0]) == 0)
            return 0;
        nearest_offer(&n, *w);
    }
    fault_set(f, FAULT_USAGE, "%s does not know '%s'", c->name, i->arguments[0]);
    return nearest_hint(&n, f);
}

static int
check_arguments(const struct invocation *i, struct fault *f)
{
    const struct command *c = i->command;

    if (check_words(i, f) != 0)
        return -1;
    if (i->argument_count < c->least)
        fault_set(f, FAULT_USAGE, "%s: an argument is missing", c->name);
    else if (i->argument_count > c->most)
        fault_set(
            f, FAULT_USAGE, "%s: one argument too many: '%s'", c->name, i->arguments[c->most]);
    else
        return 0;
    return fault_hint(
        f, "nightcube %s%s%s", c->name, c->arguments[0] == '\0' ? "" : " ", c->arguments);
}

static int
check_globals(const struct invocation *i, struct fault *f)
{
    const char *format = invocation_option(i, "log-format");

    if (format != NULL && strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
        return fault_set(f, FAULT_USAGE, "--log-format is text or json, not '%s'", format);
    if (invocation_has(i, "quiet") && invocation_has(i, "verbose"))
        return fault_set(f, FAULT_USAGE, "--quiet and --verbose exclude each other");
    return 0;
}

int
options_parse(struct invocation *i, int argc, char **argv, struct fault *f)
{
    struct reading r = {.invocation = i, .argv = argv, .argc = argc};
    bool ended = false;

    for (r.at = 1; r.at < argc; r.at++) {
        const char *word = argv[r.at];
        int rc;

        if (!ended && strcmp(word, "--") == 0) {
            ended = true;
            continue;
        }
        if (!ended && is_short_option(word)) {
            fault_set(f, FAULT_USAGE, "unknown option '%s'", word);
            return fault_hint(f, "options are written out, with two dashes; see nightcube help");
        }
        rc = !ended && strncmp(word, "--", 2) == 0 ? read_option(&r, f) : read_argument(&r, f);
        if (rc != 0)
            return -1;
    }
    if (check_globals(i, f) != 0)
        return -1;
    return i->command == NULL || invocation_has(i, "help") ? 0 : check_arguments(i, f);
}
