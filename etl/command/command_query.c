#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "config/base/log.h"
#include "cube/phrase.h"
#include "cube/pivot.h"
#include "cube/query.h"
#include "cube/store.h"
#include "etl/command/command.h"
#include "etl/command/output.h"
#include "etl/star/ask.h"

/* The cube by name, in whichever analysis database it is. */
static struct stored_cube *
open_cube(struct site *site, const char *name, struct fault *f)
{
    const struct settings *s = &site->settings;

    for (size_t i = 0; i < s->analysis_count; i++) {
        if (cube_exists(s->analyses[i].directory, name))
            return cube_open(s->analyses[i].directory, name, f);
    }
    /* Nowhere: the first database's own message names the nearest. */
    if (s->analysis_count > 0) {
        cube_close(cube_open(s->analyses[0].directory, name, f));
        fault_hint(f, "a cube that was deployed is there after: nightcube load, nightcube process");
        return NULL;
    }
    fault_set(f, FAULT_SETTINGS, "no analysis database is configured");
    return NULL;
}

static int
read_levels(struct invocation *i, const struct cube_model *m, const char *option,
    const struct cube_level_ref **levels, size_t *count, struct fault *f)
{
    const char *text = invocation_option(i, option);
    struct cube_level_ref *found = NULL;

    if (text != NULL && phrase_levels(m, text, &i->memory, &found, count, f) != 0)
        return fault_wrap(f, "--%s", option);
    *levels = found;
    return 0;
}

static int
read_slices(struct invocation *i, const struct cube_model *m, struct cube_query *q, struct fault *f)
{
    struct cube_slice *slices = NULL;
    size_t count;
    const char **texts = invocation_options(i, "where", &count, f);

    for (size_t k = 0; k < count; k++) {
        if (phrase_slices(m, texts[k], &i->memory, &slices, &q->slice_count, f) != 0)
            return fault_wrap(f, "--where");
    }
    q->slices = slices;
    return count > 0 || texts != NULL || f->kind == FAULT_NONE ? 0 : -1;
}

/* The first measure that is shown ranks the rows unless another one is named. */
static int
read_order(struct invocation *i, const struct cube_model *m, struct cube_query *q,
    struct cube_order *order, struct fault *f)
{
    const char *by = invocation_option(i, "order-by");
    int64_t top = 0;

    if (invocation_number(i, "top", 1, UINT32_MAX, &top, f) != 0)
        return -1;
    if (by == NULL && top == 0)
        return 0;
    if (q->row_count == 0)
        return fault_set(f, FAULT_USAGE, "--%s is about rows: name them with --rows",
            by == NULL ? "top" : "order-by");
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what was counted is there. */
    *order = (struct cube_order){.measure = q->measure_count > 0   ? q->measures[0]
                                            : m->measure_count > 0 ? 0
                                                                   : CUBE_ROW_COUNT,
        .top = (size_t)top};
    if (by != NULL && phrase_order(m, by, &i->memory, order, f) != 0)
        return fault_wrap(f, "--order-by");
    q->order = order;
    return 0;
}

static int
read_query(struct invocation *i, const struct cube_model *m, struct cube_query *q,
    struct cube_order *order, struct fault *f)
{
    const char *measures = invocation_option(i, "measures");
    const char *part = invocation_option(i, "part");
    size_t *found = NULL;

    q->totals = invocation_has(i, "totals");
    q->part = part == NULL ? CUBE_PART_ALL : cube_part_find(part);
    if (q->part == CUBE_PART_COUNT)
        return fault_set(f, FAULT_USAGE, "--part '%s' is none of active, completed, all", part);
    if (read_levels(i, m, "rows", &q->rows, &q->row_count, f) != 0 ||
        read_levels(i, m, "columns", &q->columns, &q->column_count, f) != 0 ||
        read_slices(i, m, q, f) != 0)
        return -1;
    if (measures != NULL &&
        phrase_measures(m, measures, &i->memory, &found, &q->measure_count, f) != 0)
        return fault_wrap(f, "--measures");
    q->measures = found;
    return read_order(i, m, q, order, f);
}

/* ---- printing ---- */

static int
print_csv(const struct cube_result *r, struct fault *f)
{
    struct text out = TEXT_INIT;
    int rc = 0;

    pivot_csv_head(&out, r);
    for (size_t i = 0; rc == 0 && i < r->line_count; i++) {
        pivot_csv_line(&out, r, &r->lines[i]);
        rc = output_take(&out, f);
    }
    if (rc == 0)
        rc = output_take(&out, f);
    text_release(&out);
    return rc;
}

static int
print_json(const struct cube_result *r, struct fault *f)
{
    struct text out = TEXT_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < r->line_count; i++) {
        pivot_json_line(&out, r, &r->lines[i]);
        text_add_char(&out, '\n');
        rc = output_take(&out, f);
    }
    text_release(&out);
    return rc;
}

static size_t
terminal_width(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

static int
print_table(const struct cube_result *r, struct fault *f)
{
    const struct pivot_style style = {.width = terminal_width(), .box = isatty(STDOUT_FILENO)};
    struct text out = TEXT_INIT;
    int rc = pivot_table(&out, r, &style, f);

    if (rc == 0)
        rc = output_take(&out, f);
    text_release(&out);
    return rc;
}

static const struct {
    const char *name;
    int (*print)(const struct cube_result *r, struct fault *f);
} formats[] = {{"table", print_table}, {"csv", print_csv}, {"json", print_json}};

static int
find_format(const struct invocation *i, size_t *format, struct fault *f)
{
    const char *name = invocation_option(i, "format");

    if (name == NULL)
        name = i->json ? "json" : "table";
    for (*format = 0; *format < sizeof formats / sizeof formats[0]; ++*format) {
        if (strcmp(formats[*format].name, name) == 0)
            return 0;
    }
    return fault_set(f, FAULT_USAGE, "--format '%s' is none of table, csv, json", name);
}

static int
run_query(struct invocation *i, struct fault *f)
{
    struct cube_query q = {.part = CUBE_PART_ALL};
    struct cube_order order;
    struct cube_result r = CUBE_RESULT_INIT;
    struct stored_cube *c = NULL;
    struct site *site;
    size_t format;
    int rc = COMMAND_FAILED;

    if (find_format(i, &format, f) != 0 || (site = invocation_site(i, f)) == NULL ||
        (c = open_cube(site, invocation_argument(i, 0), f)) == NULL)
        return COMMAND_FAILED;
    if (read_query(i, cube_model_of(c), &q, &order, f) == 0 &&
        ask_cube(site, c, invocation_argument(i, 0), &q, &r, f) == 0)
        rc = formats[format].print(&r, f);
    if (rc == 0 && r.cut > 0)
        log_info("%zu more rows", r.cut);
    if (rc == 0 && r.line_count == 0)
        log_info("nothing in the cube answers that; it holds what was loaded and processed last "
                 "(nightcube nightly)");
    cube_result_release(&r);
    cube_close(c);
    return rc;
}

static const struct command_option options[] = {
    {"rows", "DIM.LEVEL,..", "levels down the side; a dimension alone means its last level", false},
    {"columns", "DIM.LEVEL,..", "levels across", false},
    {"measures", "M,..", "which measures (default: all)", false},
    {"where", "DIM.LEVEL=VALUE,..", "only these members; an empty VALUE is the unknown one", true},
    {"part", "PART", "active, completed or all (default: all)", false},
    {"totals", NULL, "add subtotals and grand totals", false},
    {"order-by", "MEASURE [asc]", "rows in the order of a measure, the largest first", false},
    {"top", "N", "only the first N rows (by the first measure unless --order-by)", false},
    {"format", "FORMAT", "table, csv or json (default: table)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_query = {
    .name = "query",
    .arguments = "CUBE",
    .summary = "answers a question from a cube",
    .details =
        "Groups by exactly the levels that are named: --rows Time.Month adds the months of all "
        "years together, --rows Time.Year,Time.Month keeps them apart. What can be named: "
        "nightcube "
        "show levels, nightcube show measures. A combination without facts has no line, which is "
        "not the same as zero; a measure without values is - in the table, empty in CSV. Totals "
        "and subtotals count all rows, also those that --top leaves out. JSON has an object a "
        "line: a "
        "member for each Dimension.Level named, null for an unknown one, and a number for each "
        "measure, null where it has no values; (total) stands for the levels of one.\n\n"
        "nightcube query POCube --rows Location.State --columns Received.Year --measures POCount\n"
        "nightcube query POCube --rows Location.City --measures POCount,AmountTotal --top 5 "
        "--order-by AmountTotal --where Received.Year=2026",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_query,
};
