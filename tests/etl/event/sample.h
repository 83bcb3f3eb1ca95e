/*
 * sample: a definition, a file with some text in it, and a source over both, for the tests of
 * etl/event.
 */
#ifndef TESTS_ETL_EVENT_SAMPLE_H
#define TESTS_ETL_EVENT_SAMPLE_H

#include <stdio.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/moment.h"
#include "config/definition/definition.h"
#include "etl/event/source.h"
#include "tests/harness.h"

/* Two activities; Order has a checkpoint of each type, Parcel nothing but a name. */
#define SAMPLE_DEFINITION                                                                          \
    "<BAMDefinition xmlns='http://schemas.microsoft.com/BizTalkServer/2004/10/BAM'>"               \
    "<Activity Name='Order' ID='o'>"                                                               \
    "<Checkpoint Name='Received' ID='o1' DataType='DATETIME'/>"                                    \
    "<Checkpoint Name='Shipped' ID='o2' DataType='DATETIME'/>"                                     \
    "<Checkpoint Name='Quantity' ID='o3' DataType='INT'/>"                                         \
    "<Checkpoint Name='Price' ID='o4' DataType='FLOAT'/>"                                          \
    "<Checkpoint Name='City' ID='o5' DataType='NVARCHAR' DataLength='10'/>"                        \
    "</Activity>"                                                                                  \
    "<Activity Name='Parcel' ID='p'>"                                                              \
    "<Checkpoint Name='Label' ID='p1' DataType='NVARCHAR' DataLength='50'/>"                       \
    "</Activity></BAMDefinition>"

enum { RECEIVED, SHIPPED, QUANTITY, PRICE, CITY };

struct sample {
    struct definition definition;
    struct event_source *source;
    struct event_record record;
    struct fault fault;
};

static inline void
sample_write(const char *name, const char *text)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all(name, text, strlen(text), 0600, &f), &f);
}

static inline void
sample_define(struct definition *d, const char *xml)
{
    struct findings list = FINDINGS_INIT("sample");
    struct fault f = FAULT_INIT;

    *d = (struct definition){.memory = ARENA_INIT};
    ASSERT_OK(definition_read_text(d, xml, strlen(xml), &list, &f), &f);
    findings_release(&list);
}

/* Opens a source over a file "log" that holds `text`; NULL in s->source when it was refused. */
static inline void
sample_open(struct sample *s, const char *text, const struct source_options *options)
{
    static const struct source_options order = {.activity = "Order"};

    *s = (struct sample){.source = NULL};
    sample_write("log", text);
    sample_define(&s->definition, SAMPLE_DEFINITION);
    s->source = event_source_open("log", options ? options : &order, &s->definition, &s->fault);
}

static inline void
sample_close(struct sample *s)
{
    event_source_close(s->source);
    definition_release(&s->definition);
}

/* The next record; it must be one. */
static inline const struct event *
sample_take(struct sample *s)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(s->source);
    if (event_source_next(s->source, &s->record, &s->fault) != SOURCE_RECORD)
        test_print_fault(__FILE__, __LINE__, &s->fault);
    CU_ASSERT_FATAL(s->record.event_count > 0);
    return s->record.events;
}

/* The next record must be refused with that message, and with these bytes kept. */
static inline void
sample_refuse(struct sample *s, const char *part, const char *raw)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(s->source);
    CU_ASSERT_EQUAL(event_source_next(s->source, &s->record, &s->fault), SOURCE_REJECT);
    if (!test_contains(s->fault.text, part))
        test_print_fault(__FILE__, __LINE__, &s->fault);
    CU_ASSERT(test_contains(s->fault.text, part));
    CU_ASSERT_EQUAL(s->fault.kind, FAULT_DATA);
    if (raw == NULL)
        return;
    CU_ASSERT_EQUAL_FATAL(s->record.raw_length, strlen(raw));
    CU_ASSERT_EQUAL(memcmp(s->record.raw, raw, strlen(raw)), 0);
}

static inline void
sample_end(struct sample *s)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(s->source);
    CU_ASSERT_EQUAL(event_source_next(s->source, &s->record, &s->fault), SOURCE_END);
}

static inline bool
sample_id_is(const struct event *e, const char *id)
{
    return e->id.type == VALUE_TEXT && e->id.as.text.length == strlen(id) &&
           memcmp(e->id.as.text.bytes, id, strlen(id)) == 0;
}

/* The event's datum for a checkpoint, NULL when it has none. */
static inline const struct event_datum *
sample_datum(const struct event *e, size_t checkpoint)
{
    for (size_t i = 0; i < e->data_count; i++) {
        if (e->data[i].checkpoint == checkpoint)
            return &e->data[i];
    }
    return NULL;
}

/* True when the event has that value for the checkpoint, written as value_add_text writes it. */
static inline bool
sample_has(const struct event *e, size_t checkpoint, const char *expected)
{
    const struct event_datum *datum = sample_datum(e, checkpoint);
    struct text t = TEXT_INIT;
    bool same;

    if (datum != NULL)
        value_add_text(&t, &datum->value);
    same = datum != NULL && strcmp(text_get(&t), expected) == 0;
    if (!same)
        fprintf(stderr, "\n    checkpoint %zu: '%s', expected '%s'\n", checkpoint,
            datum == NULL ? "(none)" : text_get(&t), expected);
    text_release(&t);
    return same;
}

#endif
