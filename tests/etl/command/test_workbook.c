/* Workbooks where the old tool took them. */
#include "config/base/markup.h"
#include "tests/config/workbook/sample.h"
#include "tests/etl/command/run.h"
#include "tests/etl/fixture.h"

/* The fixture's definition in shared strings, cut every hundred characters. */
static void
write_workbook(void)
{
    struct text sheet = TEXT_INIT, strings = TEXT_INIT;
    char piece[101];
    size_t length = strlen(fixture_definition);

    text_add(&sheet, "<worksheet " SAMPLE_MAIN "><sheetData><row r=\"1\">");
    text_add(&strings, "<sst " SAMPLE_MAIN ">");
    for (size_t at = 0; at < length; at += 100) {
        snprintf(piece, sizeof piece, "%s", fixture_definition + at);
        text_add_format(&sheet, "<c t=\"s\"><v>%zu</v></c>", at / 100);
        text_add(&strings, "<si><t xml:space=\"preserve\">");
        markup_add_escaped(&strings, piece);
        text_add(&strings, "</t></si>");
    }
    text_add(&sheet, "</row></sheetData></worksheet>");
    text_add(&strings, "</sst>");
    sample_workbook("orders.xlsx", SAMPLE_BOOK, text_get(&sheet), text_get(&strings));
    text_release(&sheet);
    text_release(&strings);
}

static void
a_workbook_is_deployed_and_removed(void)
{
    write_workbook();
    run_expect("setup", 0);
    run_says("deploy orders.xlsx", 0, "OrderCube", NULL);
    run_says("show cubes --json", 0, "\"cube\":\"OrderCube\"", NULL);
    run_says("update orders.xlsx --no-backup", 0, "Order", NULL);
    run_expect("remove orders.xlsx --no-backup", 0);
}

static void
a_workbook_shows_its_definition(void)
{
    write_workbook();
    run_says("show definition --from orders.xlsx", 0, fixture_definition, NULL);
    run_says("show definition --from nowhere.xlsx", 66, NULL, "nowhere.xlsx");
}

static void
a_binary_workbook_is_refused(void)
{
    run_expect("setup", 0);
    run_write_file("old.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more");
    run_says("deploy old.xls --no-backup", 65, NULL, "hint: save it as .xlsx");
}

const struct test suite_etl_command_workbook[] = {
    {"a workbook is deployed and removed", a_workbook_is_deployed_and_removed},
    {"a workbook shows its definition", a_workbook_shows_its_definition},
    {"a binary workbook is refused", a_binary_workbook_is_refused},
    {0},
};
