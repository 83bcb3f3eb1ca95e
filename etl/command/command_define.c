#include "etl/command/output.h"
#include "etl/command/source_options.h"
#include "etl/event/define.h"

static int
print_definition(const struct definition *d, struct fault *f)
{
    struct text xml = TEXT_INIT;
    int rc = definition_write(d, &xml, f);

    if (rc == 0)
        rc = output_take(&xml, f);
    text_release(&xml);
    return rc;
}

static int
run_define(struct invocation *i, struct fault *f)
{
    struct define_options options = {.name = invocation_option(i, "name")};
    struct definition d = DEFINITION_INIT;
    int rc;

    if (source_options_read(i, &options.source, f) != 0)
        return COMMAND_FAILED;
    rc = define_from_log(invocation_argument(i, 0), &options, &d, f);
    if (rc == 0)
        rc = print_definition(&d, f);
    definition_release(&d);
    return rc;
}

static const struct command_option options[] = {
    {"name", "NAME", "of the new activity (default: from the file's name)", false},
    SOURCE_OPTION_ROWS,
    {NULL, NULL, NULL, false},
};

const struct command command_define = {
    .name = "define",
    .arguments = "SOURCE",
    .summary = "infers a BAM definition from an event log and prints it",
    .details =
        "Reads the whole log (JSON Lines, CSV or XES, plain or compressed) and prints a definition "
        "with one activity, a view and a cube over it. Foreign names are cleaned to BAM's rules; "
        "the original ones are kept in the definition, so that import reads the same log without "
        "any options.\n\n"
        "Look it over before you deploy it: nightcube define orders.csv > orders.xml",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_define,
};
