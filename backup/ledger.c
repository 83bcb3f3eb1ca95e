#include "backup/ledger.h"

#include <string.h>

#include "backup/container.h"
#include "backup/document.h"
#include "backup/entry.h"

#define MANIFEST_URI "urn:nightcube:manifest:1"

/* Moves the text written so far to the spool. */
static int
settle(struct ledger *l, struct fault *f)
{
    if (markup_finish(&l->xml, f) != 0 ||
        digest_add(l->digest, text_get(&l->text), l->text.length, f) != 0 ||
        spool_add(&l->manifest, text_get(&l->text), l->text.length, f) != 0)
        return -1;
    text_clear(&l->text);
    return 0;
}

static void
set_number(struct ledger *l, const char *attribute, uint64_t number)
{
    markup_set_format(&l->xml, attribute, "%llu", (unsigned long long)number);
}

int
ledger_begin(struct ledger *l, const char *container, struct fault *f)
{
    if ((l->digest = digest_new(f)) == NULL)
        return -1;
    markup_begin(&l->xml, &l->text);
    markup_open(&l->xml, "Manifest", MANIFEST_URI);
    set_number(l, "Format", CONTAINER_FORMAT);
    markup_set(&l->xml, "Container", container);
    return settle(l, f);
}

void
ledger_release(struct ledger *l)
{
    spool_release(&l->sums);
    spool_release(&l->manifest);
    text_release(&l->text);
    digest_free(l->digest);
    *l = (struct ledger)LEDGER_INIT;
}

/* "<sha256>  <name>\n", as sha256sum writes it. */
static int
add_sum(struct ledger *l, const char *name, const char *sha256, struct fault *f)
{
    if (spool_add(&l->sums, sha256, strlen(sha256), f) != 0 || spool_add(&l->sums, "  ", 2, f) != 0)
        return -1;
    return spool_add(&l->sums, name, strlen(name), f) != 0 ? -1 : spool_add(&l->sums, "\n", 1, f);
}

int
ledger_add_entry(struct ledger *l, const char *name, uint64_t bytes, const uint64_t *rows,
    const char *sha256, struct fault *f)
{
    markup_open(&l->xml, "Entry", NULL);
    markup_set(&l->xml, "Name", name);
    set_number(l, "Bytes", bytes);
    if (rows != NULL)
        set_number(l, "Rows", *rows);
    markup_set(&l->xml, "SHA256", sha256);
    markup_close(&l->xml, "Entry");
    l->entries++;
    l->bytes += bytes;
    if (strcmp(name, ENTRY_SUMS) != 0 && add_sum(l, name, sha256, f) != 0)
        return -1;
    return settle(l, f);
}

int
ledger_add_table(
    struct ledger *l, const struct table *table, const struct rowsum *sum, struct fault *f)
{
    markup_open(&l->xml, "Table", NULL);
    markup_set(&l->xml, "Name", table->name);
    set_number(l, "Rows", sum->rows);
    document_set_sum(&l->xml, "Sum", sum->whole);
    for (size_t i = 0; i < sum->column_count; i++) {
        markup_open(&l->xml, "Column", NULL);
        markup_set(&l->xml, "Name", table->columns[i].name);
        document_set_sum(&l->xml, "Sum", sum->columns[i]);
        markup_close(&l->xml, "Column");
    }
    markup_close(&l->xml, "Table");
    l->tables++;
    l->rows += sum->rows;
    return settle(l, f);
}

int
ledger_finish(struct ledger *l, struct fault *f)
{
    char sha256[DIGEST_HEX_BYTES];

    markup_open(&l->xml, "Totals", NULL);
    set_number(l, "Entries", l->entries);
    set_number(l, "Bytes", l->bytes);
    set_number(l, "Tables", l->tables);
    set_number(l, "Rows", l->rows);
    markup_close(&l->xml, "Totals");
    if (settle(l, f) != 0 || digest_finish(l->digest, sha256, f) != 0)
        return -1;
    markup_open(&l->xml, "End", NULL);
    markup_set(&l->xml, "SHA256", sha256);
    markup_close(&l->xml, "End");
    markup_close(&l->xml, "Manifest");
    return settle(l, f);
}
