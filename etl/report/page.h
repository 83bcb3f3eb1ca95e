/*
 * page: HTML that stands alone: no script, nothing loaded from anywhere. Every text that comes from
 * outside is escaped here and nowhere else.
 */
#ifndef ETL_REPORT_PAGE_H
#define ETL_REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/text.h"

/* How something went; colours, words and signs follow from it. */
enum tone { TONE_GOOD, TONE_WARNING, TONE_BAD, TONE_QUIET, TONE_COUNT };

/* "good", "warning", "bad", "quiet": class names. */
extern const char *const tone_names[TONE_COUNT];

/* Up to and with <main>; `title` is a text. */
void page_begin(struct text *html, const char *title);
void page_end(struct text *html, const char *footer);

/* A text, escaped for content and attributes. Control characters and bytes that are not UTF-8
 * become U+FFFD. NULL adds nothing. */
void page_text(struct text *html, const char *text);

/* A long name, which may be broken behind each '_'. */
void page_name(struct text *html, const char *name);

/* Releases a text that went into the page: what memory it lacked, the page lacks too. */
void page_release(struct text *html, struct text *part);

/* A sentence whose RFC 3339 moments are shown as page_time shows them. */
void page_sentence(struct text *html, const char *sentence);

/* <section> with a heading; `id` is ours. page_section_end closes it. */
void page_section(struct text *html, const char *id, const char *heading);
void page_section_end(struct text *html);

/* <p class="note">: what there is to say instead of a table. */
void page_note(struct text *html, const char *text);

/* A table: its caption, its column headings up to a NULL ("#Rows" is a column of numbers). */
void page_table(struct text *html, const char *caption, const char *const *headings);
void page_table_end(struct text *html);

/* Cells of a row; `heading` is repeated in each for narrow screens. The first of a row is its
 * header. page_cell_begin leaves the content, which is HTML of ours, to the caller. */
void page_row(struct text *html);
void page_row_end(struct text *html);
void page_cell_begin(struct text *html, const char *heading);
void page_cell_end(struct text *html);
void page_cell(struct text *html, const char *heading, const char *text);
void page_cell_number(struct text *html, const char *heading, int64_t number);
void page_cell_bytes(struct text *html, const char *heading, int64_t bytes);
void page_cell_time(struct text *html, const char *heading, int64_t moment);

/* A tile of a <dl class="tiles">: a name and, up to page_tile_end, what stands below it. */
void page_tile(struct text *html, const char *name);
void page_tile_end(struct text *html);

/* A word in its tone's colour. */
void page_badge(struct text *html, enum tone tone, const char *word);

/* "12 345 678", "3.4 MiB", "1 min 12 s", <time> "2026-11-20 02:00". A moment of 0 is "never". */
void page_number(struct text *html, int64_t number);
void page_bytes(struct text *html, int64_t bytes);
void page_seconds(struct text *html, double seconds);
void page_time(struct text *html, int64_t moment);

#endif
