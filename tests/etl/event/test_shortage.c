/* Event files while memory runs out: nobody is told that a file ended, or that a record is bad, for
 * want of memory. */
#include "tests/shortage.h"

#include "etl/event/define.h"
#include "tests/etl/event/sample.h"

static struct definition definition;

/* All three records of the file "log". */
static int
read_log(struct fault *f)
{
    const struct source_options options = {.activity = "Order"};
    struct event_source *s = event_source_open("log", &options, &definition, f);
    enum source_result got = s == NULL ? SOURCE_FAULT : SOURCE_RECORD;
    struct event_record record;
    int count = 0;

    while (got == SOURCE_RECORD) {
        got = event_source_next(s, &record, f);
        count += got == SOURCE_RECORD;
    }
    event_source_close(s);
    if (got == SOURCE_END)
        CU_ASSERT_EQUAL(count, 3);
    return got == SOURCE_END ? 0 : -1;
}

static void
read_everywhere(const char *text)
{
    sample_write("log", text);
    sample_define(&definition, SAMPLE_DEFINITION);
    shortage_everywhere(read_log, 5);
    definition_release(&definition);
}

static void
a_csv_is_read_whole_or_not(void)
{
    read_everywhere("ActivityID,Received,Quantity,Price,City\n"
                    "a,2026-11-20T08:00:00Z,1,0.5,\"Ulm, \"\"D\"\"\"\n"
                    "b,2026-11-20T09:00:00Z,,1e3,Bonn\nc,,2,,\n");
}

static void
json_lines_are_read_whole_or_not(void)
{
    read_everywhere("{\"op\":\"begin\",\"activity\":\"Order\",\"id\":\"a\"}\n"
                    "{\"op\":\"update\",\"activity\":\"Order\",\"id\":\"a\",\"data\":"
                    "{\"Received\":\"2026-11-20T08:00:00Z\",\"City\":\"Ulm\"}}\n"
                    "{\"op\":\"end\",\"activity\":\"Order\",\"id\":\"a\"}\n");
}

static int
define(struct fault *f)
{
    const struct define_options options = {0};
    struct definition d = DEFINITION_INIT;
    int rc = define_from_log("orders.log", &options, &d, f);

    if (rc == 0)
        CU_ASSERT(d.activity_count == 1 && d.cube_count == 1);
    definition_release(&d);
    return rc;
}

static void
a_definition_is_made_of_a_csv_or_not(void)
{
    sample_write("orders.log", "case:concept:name,concept:name,time:timestamp,amount\n"
                               "a,in,2026-11-20T08:00:00Z,1.5\na,out,2026-11-21T08:00:00Z,2\n"
                               "b,in,2026-11-20T09:00:00Z,3\n");
    shortage_everywhere(define, 50);
}

static void
a_definition_is_made_of_json_lines_or_not(void)
{
    sample_write("orders.log", "{\"op\":\"update\",\"activity\":\"AnOrder\",\"id\":\"a\",\"data\":{"
                               "\"Sent\":\"2026-11-20T08:00:00Z\",\"n\":1}}\n"
                               "{\"op\":\"update\",\"activity\":\"AnOrder\",\"id\":\"b\",\"data\":{"
                               "\"n\":2}}\n");
    shortage_everywhere(define, 50);
}

static void
a_definition_is_made_of_an_xes_or_not(void)
{
    sample_write("orders.log",
        "<log xmlns='http://www.xes-standard.org/'><trace><string key='concept:name' value='a'/>"
        "<event><string key='concept:name' value='in'/>"
        "<date key='time:timestamp' value='2026-11-20T08:00:00Z'/><int key='n' value='1'/></event>"
        "<event><string key='concept:name' value='out'/>"
        "<date key='time:timestamp' value='2026-11-21T08:00:00Z'/></event></trace></log>");
    shortage_everywhere(define, 50);
}

const struct test suite_etl_event_shortage[] = {
    {"a CSV is read whole or not", a_csv_is_read_whole_or_not},
    {"JSON Lines are read whole or not", json_lines_are_read_whole_or_not},
    {"a definition is made of a CSV or not", a_definition_is_made_of_a_csv_or_not},
    {"a definition is made of JSON Lines or not", a_definition_is_made_of_json_lines_or_not},
    {"a definition is made of an XES or not", a_definition_is_made_of_an_xes_or_not},
    {0},
};
