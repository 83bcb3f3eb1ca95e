/* Event logs: targets of fuzz.h. */
#include <stdlib.h>
#include <string.h>

#include "etl/event/define.h"
#include "etl/event/source.h"
#include "tests/fuzz/fuzz.h"

static const char order[] =
    "<BAMDefinition xmlns='http://schemas.microsoft.com/BizTalkServer/2004/10/BAM'>"
    "<Activity Name='Order' ID='o'>"
    "<Checkpoint Name='Received' ID='o1' DataType='DATETIME'/>"
    "<Checkpoint Name='Shipped' ID='o2' DataType='DATETIME'/>"
    "<Checkpoint Name='Quantity' ID='o3' DataType='INT'/>"
    "<Checkpoint Name='Price' ID='o4' DataType='FLOAT'/>"
    "<Checkpoint Name='City' ID='o5' DataType='NVARCHAR' DataLength='10'/>"
    "</Activity></BAMDefinition>";

static const struct definition *
order_definition(void)
{
    static struct definition d = DEFINITION_INIT;
    struct findings list = FINDINGS_INIT("order");
    struct fault f = FAULT_INIT;

    if (d.activity_count == 0 && definition_read_text(&d, order, sizeof order - 1, &list, &f) != 0)
        abort();
    return &d;
}

/* All records; true when each was taken. */
static bool
read_records(const char *path, enum source_format format)
{
    const struct source_options options = {.format = format};
    struct fault f = FAULT_INIT;
    struct event_source *s = event_source_open(path, &options, order_definition(), &f);
    enum source_result result = SOURCE_FAULT;
    struct event_record r;
    bool taken = s != NULL;

    while (s != NULL && (result = event_source_next(s, &r, &f)) > SOURCE_END) {
        taken = taken && result == SOURCE_RECORD;
        fault_clear(&f);
    }
    event_source_close(s);
    return taken && result == SOURCE_END;
}

/* What define makes of a log is a definition that deploy would take. */
static void
define(const char *path, enum source_format format)
{
    const struct define_options options = {.name = "Log", .source.format = format};
    struct findings list = FINDINGS_INIT("defined");
    struct definition d = DEFINITION_INIT, again = DEFINITION_INIT;
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    if (define_from_log(path, &options, &d, &f) == 0 &&
        (definition_write(&d, &xml, &f) != 0 ||
            definition_read_text(&again, xml.bytes, xml.length, &list, &f) != 0))
        abort();
    definition_release(&again);
    definition_release(&d);
    text_release(&xml);
    findings_release(&list);
}

bool
fuzz_xes(const uint8_t *bytes, size_t size)
{
    const char *path = fuzz_file(bytes, size);

    define(path, FORMAT_XES);
    return read_records(path, FORMAT_XES);
}

bool
fuzz_csv(const uint8_t *bytes, size_t size)
{
    const char *path = fuzz_file(bytes, size);
    bool wide = read_records(path, FORMAT_CSV);
    bool is_long = read_records(path, FORMAT_LONG_CSV);

    define(path, FORMAT_CSV);
    define(path, FORMAT_LONG_CSV);
    return wide || is_long;
}

bool
fuzz_jsonl(const uint8_t *bytes, size_t size)
{
    const char *path = fuzz_file(bytes, size);

    define(path, FORMAT_JSONL);
    return read_records(path, FORMAT_JSONL);
}
