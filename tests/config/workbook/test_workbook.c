#include "config/workbook/workbook.h"

#include "config/base/file.h"
#include "tests/config/workbook/sample.h"

static void
expect(const char *sheet, const char *strings, const char *wanted)
{
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    sample_workbook("b.xlsx", SAMPLE_BOOK, sheet, strings);
    ASSERT_OK(workbook_read("b.xlsx", &xml, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&xml), wanted);
    text_release(&xml);
}

static void
refuses(const char *book, const char *sheet, const char *strings, const char *why)
{
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    sample_workbook("b.xlsx", book, sheet, strings);
    ASSERT_FAULT(workbook_read("b.xlsx", &xml, &f), &f, FAULT_DATA, why);
    text_release(&xml);
}

static void
a_definition_goes_on_in_the_next_cells(void)
{
    expect(SAMPLE_SHEET("<c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\" t=\"s\"><v>0</v></c>"
                        "<c r=\"C1\" t=\"inlineStr\"><is><t>!</t></is></c>"
                        "<c r=\"D1\" t=\"str\"><v> end</v></c>"),
        SAMPLE_STRINGS("<si><t xml:space=\"preserve\"> two </t></si><si><r><t>one</t></r>"
                       "<r><t>&lt;a&gt;</t></r><rPh><t>no</t></rPh></si>"),
        "one<a> two ! end");
}

static void
escapes_are_characters(void)
{
    expect(SAMPLE_SHEET("<c t=\"inlineStr\"><is><t>a_x000D__x000A_b_x005F_x000D_c_x00e4_ _xZZZZ_"
                        "</t></is></c>"),
        NULL, "a\r\nb_x000D_c\u00e4 _xZZZZ_");
}

static void
what_is_missing_is_named(void)
{
    const char *sheet = SAMPLE_SHEET("<c t=\"s\"><v>4</v></c>");

    refuses(NULL, sheet, NULL, "it has no part 'xl/workbook.xml'");
    refuses("<workbook " SAMPLE_MAIN "><sheets/></workbook>", sheet, NULL,
        "it has no sheet 'BamXmlHiddenSheet'");
    refuses(SAMPLE_BOOK, NULL, NULL, "it has no part 'xl/worksheets/sheet3.xml'");
    refuses(
        SAMPLE_BOOK, sheet, SAMPLE_STRINGS("<si><t>x</t></si>"), "shared string '4' is missing");
    refuses(SAMPLE_BOOK, sheet, NULL, "shared string '4' is missing");
    refuses(SAMPLE_BOOK, "<worksheet " SAMPLE_MAIN "/>", NULL, "cell A1 of the sheet");
    refuses(SAMPLE_BOOK, "<!DOCTYPE x []><worksheet/>", NULL, "part 'xl/worksheets/sheet3.xml'");
}

static void
a_binary_workbook_is_refused_with_the_cure(void)
{
    static const char head[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more";
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all("old.xls", head, sizeof head, 0600, &f), &f);
    CU_ASSERT_EQUAL(workbook_read("old.xls", &xml, &f), -1);
    CU_ASSERT(test_contains(f.text, "is a binary Excel workbook"));
    CU_ASSERT(test_contains(f.hint, "save it as .xlsx"));
    text_release(&xml);
}

static void
a_file_is_known_by_its_first_bytes(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all("d.xml", "<BAM", 4, 0600, &f), &f);
    CU_ASSERT_EQUAL(workbook_kind_of("d.xml"), WORKBOOK_NONE);
    CU_ASSERT_EQUAL(workbook_kind_of("nowhere"), WORKBOOK_NONE);
    sample_workbook("b.xlsx", SAMPLE_BOOK, NULL, NULL);
    CU_ASSERT_EQUAL(workbook_kind_of("b.xlsx"), WORKBOOK_XLSX);
}

static void
a_cut_off_workbook_is_damaged(void)
{
    struct text bytes = TEXT_INIT, xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    sample_workbook("b.xlsx", SAMPLE_BOOK, SAMPLE_SHEET("<c t=\"str\"><v>x</v></c>"), NULL);
    ASSERT_OK(file_read_all("b.xlsx", 1 << 20, &bytes, &f), &f);
    for (size_t length = 4; length < bytes.length; length += 37) {
        ASSERT_OK(file_write_all("cut.xlsx", text_get(&bytes), length, 0600, &f), &f);
        if (workbook_read("cut.xlsx", &xml, &f) == 0)
            CU_ASSERT_STRING_EQUAL(text_get(&xml), "x");
        text_release(&xml);
    }
    text_release(&bytes);
}

const struct test suite_config_workbook_workbook[] = {
    {"a definition goes on in the next cells", a_definition_goes_on_in_the_next_cells},
    {"escapes are characters", escapes_are_characters},
    {"what is missing is named", what_is_missing_is_named},
    {"a binary workbook is refused with the cure", a_binary_workbook_is_refused_with_the_cure},
    {"a file is known by its first bytes", a_file_is_known_by_its_first_bytes},
    {"a cut-off workbook is damaged or whole", a_cut_off_workbook_is_damaged},
    {0},
};
