#include "etl/command/command.h"

#include <string.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "config/base/nearest.h"
#include "config/base/progress.h"
#include "etl/command/help.h"
#include "etl/command/options.h"
#include "etl/command/output.h"

#define COMMAND_ROW(name) &command_##name,
const struct command *const commands[] = {COMMAND_LIST(COMMAND_ROW) NULL};
#undef COMMAND_ROW

const struct command *
command_find(const char *name, struct fault *f)
{
    struct nearest n;

    nearest_init(&n, name);
    for (const struct command *const *c = commands; *c != NULL; c++) {
        if (strcmp((*c)->name, name) == 0)
            return *c;
        nearest_offer(&n, (*c)->name);
    }
    fault_set(f, FAULT_USAGE, "unknown command '%s'", name);
    nearest_hint(&n, f);
    return NULL;
}

static void
init_log(const struct invocation *i)
{
    const char *format = invocation_option(i, "log-format");
    struct log_options options = {
        .level = LOG_LEVEL_INFO, .json = format != NULL && strcmp(format, "json") == 0};

    if (invocation_has(i, "quiet"))
        options.level = LOG_LEVEL_WARNING;
    if (invocation_has(i, "verbose"))
        options.level = LOG_LEVEL_DEBUG;
    log_init(&options);
    progress_init(
        !options.json && !invocation_has(i, "quiet") && !invocation_has(i, "no-progress"));
}

static int
init_clock(struct fault *f)
{
    char now[MOMENT_TEXT_BYTES];

    if (clock_init(f) != 0)
        return -1;
    if (clock_is_fixed())
        log_info("the clock is fixed at %s by NIGHTCUBE_NOW", moment_format(clock_now(), now));
    return 0;
}

static int
run(struct invocation *i, struct fault *f)
{
    if (invocation_has(i, "help"))
        return help_print(i->command, f);
    if (i->command == NULL) {
        fault_set(f, FAULT_USAGE, "no command is given");
        return fault_hint(f, "nightcube help lists the commands");
    }
    return init_clock(f) != 0 ? -1 : i->command->run(i, f);
}

/* Is it the last thing that the fault names? Those before it only say what it was wanted for. */
static bool
is_what_failed(const struct fault *f, const char *wanted)
{
    size_t length = strlen(wanted);

    for (const char *at = f->text; (at = strchr(at, '\'')) != NULL; at++) {
        if (strncmp(at + 1, wanted, length) == 0 && at[1 + length] == '\'' &&
            strchr(at + 2 + length, '\'') == NULL)
            return true;
    }
    return false;
}

/* A file that is not there: the one beside it that was meant, or where it was looked for. */
static void
hint_at_file(const struct invocation *i, struct fault *f)
{
    for (size_t k = 0; f->kind == FAULT_NO_INPUT && k < i->argument_count; k++) {
        const char *wanted = i->arguments[k];
        char name[NEAREST_FILE_BYTES];

        if (!is_what_failed(f, wanted) || file_exists(wanted))
            continue;
        if (nearest_file(wanted, name))
            fault_hint(f, "did you mean '%s'?", name);
        else if (f->hint[0] == '\0' && wanted[0] != '/' && getcwd(name, sizeof name) != NULL)
            fault_hint(f, "it was looked for in '%.400s'", name);
    }
}

/* However the command line was wrong: its help says what would be right. */
static void
hint_at_help(const struct invocation *i, struct fault *f)
{
    if (f->kind == FAULT_USAGE && f->hint[0] == '\0' && i->command != NULL)
        fault_hint(f, "nightcube help %s", i->command->name);
}

int
command_main(int argc, char **argv)
{
    struct invocation i = INVOCATION_INIT;
    struct fault f = FAULT_INIT, output = FAULT_INIT;
    int rc = options_parse(&i, argc, argv, &f);

    init_log(&i);
    if (rc == 0)
        rc = run(&i, &f);
    hint_at_file(&i, &f);
    hint_at_help(&i, &f);
    invocation_release(&i);
    if (rc == COMMAND_FAILED)
        log_fault(&f);
    /* A result that did not arrive is no success, whatever was done before. */
    if (output_finish(&output) != 0) {
        log_fault(&output);
        if (rc != COMMAND_FAILED)
            f = output;
        rc = COMMAND_FAILED;
    }
    if (rc == COMMAND_FAILED)
        return fault_exit_code(f.kind);
    return fault_exit_code(rc == COMMAND_WARNINGS ? FAULT_WARNING : FAULT_NONE);
}
