#include "etl/command/checkup.h"

#include "config/base/clock.h"
#include "config/base/moment.h"

const struct grid_column checkup_columns[] = {
    {"verdict", GRID_TEXT},
    {"check", GRID_TEXT},
    {"detail", GRID_TEXT},
    {"cure", GRID_TEXT},
    {NULL, GRID_TEXT},
};

void
checkup_begin(struct checkup *c, struct invocation *i, struct fault *f)
{
    *c = (struct checkup){.invocation = i, .fault = f};
    grid_init(
        &c->grid, checkup_columns, sizeof checkup_columns / sizeof *checkup_columns - 1, i->json);
}

static void
add_line(
    struct checkup *c, const char *verdict, const char *check, const char *detail, const char *cure)
{
    const struct value row[] = {
        value_text(verdict), value_text(check), value_text(detail), value_text(cure)};

    c->checks++;
    if (c->fault->kind == FAULT_NONE)
        grid_add(&c->grid, row, c->fault);
}

void
checkup_good(struct checkup *c, const char *check, const char *detail)
{
    add_line(c, "ok", check, detail, NULL);
}

void
checkup_warn(struct checkup *c, const char *check, const char *detail, const char *cure)
{
    c->warnings++;
    add_line(c, "warning", check, detail, cure);
}

void
checkup_fail(struct checkup *c, const char *check, enum fault_kind kind, const char *detail,
    const char *cure)
{
    if (c->failures++ == 0)
        c->first_failure = kind;
    add_line(c, "failed", check, detail, cure);
}

void
checkup_fault(struct checkup *c, const char *check, struct fault *why)
{
    checkup_fail(c, check, why->kind, why->text, why->hint[0] == '\0' ? NULL : why->hint);
    fault_clear(why);
}

int
checkup_finish(struct checkup *c, struct fault *f)
{
    int rc = c->fault->kind == FAULT_NONE ? grid_finish(&c->grid, f) : -1;

    grid_release(&c->grid);
    if (rc == 0 && c->failures > 0)
        rc = fault_set(f, c->first_failure, "%zu of %zu checks failed", c->failures, c->checks);
    return rc;
}

/* ---- settings and clock ---- */

void
checkup_settings(struct checkup *c)
{
    struct fault f = FAULT_INIT;

    if ((c->site = invocation_site(c->invocation, &f)) == NULL)
        checkup_fault(c, "settings", &f);
    else if (c->site->settings.is_default)
        checkup_good(c, "settings", "no file: the embedded default");
    else
        checkup_good(c, "settings", c->site->settings.path);
}

void
checkup_clock(struct checkup *c)
{
    /* This program is younger than that: an earlier clock was never set. */
    static const int64_t youth = INT64_C(1735689600000000); /* 2025-01-01 */
    char now[MOMENT_TEXT_BYTES];

    moment_format(clock_now(), now);
    if (clock_is_fixed())
        checkup_warn(c, "clock", now, "fixed by NIGHTCUBE_NOW; unset it outside of tests");
    else if (clock_now() < youth)
        checkup_fail(c, "clock", FAULT_SETTINGS, now, "set the system's clock");
    else
        checkup_good(c, "clock", now);
}
