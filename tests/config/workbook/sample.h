/*
 * sample: workbooks as Excel writes them, as far as a definition needs it.
 */
#ifndef TESTS_CONFIG_WORKBOOK_SAMPLE_H
#define TESTS_CONFIG_WORKBOOK_SAMPLE_H

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "tests/harness.h"

#define SAMPLE_MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define SAMPLE_BOOK                                                                                \
    "<workbook " SAMPLE_MAIN                                                                       \
    " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"    \
    "<sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"BamXmlHiddenSheet\" "       \
    "sheetId=\"3\" state=\"veryHidden\" r:id=\"rId7\"/></sheets></workbook>"
#define SAMPLE_RELATIONS                                                                           \
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"       \
    "<Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/>"                                 \
    "<Relationship Id=\"rId7\" Target=\"worksheets/sheet3.xml\"/></Relationships>"
#define SAMPLE_SHEET(cells)                                                                        \
    "<worksheet " SAMPLE_MAIN "><sheetData><row r=\"1\">" cells "</row></sheetData></worksheet>"
#define SAMPLE_STRINGS(items) "<sst " SAMPLE_MAIN ">" items "</sst>"

static inline void
sample_add_part(struct archive *a, const char *name, const char *content)
{
    struct archive_entry *entry = archive_entry_new();

    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)strlen(content));
    CU_ASSERT_EQUAL_FATAL(archive_write_header(a, entry), ARCHIVE_OK);
    CU_ASSERT_EQUAL_FATAL(
        archive_write_data(a, content, strlen(content)), (la_ssize_t)strlen(content));
    archive_entry_free(entry);
}

/* A workbook; a part that is NULL is left out. */
static inline void
sample_workbook(const char *path, const char *book, const char *sheet, const char *strings)
{
    struct archive *a = archive_write_new();

    CU_ASSERT_EQUAL_FATAL(archive_write_set_format_zip(a), ARCHIVE_OK);
    CU_ASSERT_EQUAL_FATAL(archive_write_open_filename(a, path), ARCHIVE_OK);
    if (book != NULL)
        sample_add_part(a, "xl/workbook.xml", book);
    sample_add_part(a, "xl/_rels/workbook.xml.rels", SAMPLE_RELATIONS);
    if (sheet != NULL)
        sample_add_part(a, "xl/worksheets/sheet3.xml", sheet);
    if (strings != NULL)
        sample_add_part(a, "xl/sharedStrings.xml", strings);
    archive_write_close(a);
    archive_write_free(a);
}

#endif
