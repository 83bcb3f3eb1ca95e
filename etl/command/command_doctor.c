#include "config/base/log.h"
#include "etl/command/checkup.h"
#include "etl/command/command.h"

static void (*const checks[])(struct checkup *c) = {
    checkup_databases,
    checkup_schema,
    checkup_places,
    checkup_keys,
};

static int
run_doctor(struct invocation *i, struct fault *f)
{
    struct checkup c;

    checkup_begin(&c, i, f);
    checkup_settings(&c);
    checkup_clock(&c);
    for (size_t k = 0; c.site != NULL && k < sizeof checks / sizeof checks[0]; k++)
        checks[k](&c);
    if (c.warnings > 0)
        log_info("%zu warning%s: nothing fails today because of them", c.warnings,
            c.warnings == 1 ? "" : "s");
    return checkup_finish(&c, f);
}

const struct command command_doctor = {
    .fields = (const struct command_fields[]){{NULL, checkup_columns, 0}, {0}},
    .name = "doctor",
    .arguments = "",
    .summary = "looks at drivers, servers, rights, tables, clocks, free space and keys",
    .details =
        "Each line is a verdict (ok, warning, failed), what was found and what to do about it. "
        "The exit code is 0, also with warnings, or that of the first check that failed. Nothing "
        "is changed; rights are found out with a table nightcube_Doctor, which is gone afterwards.",
    .run = run_doctor,
};
