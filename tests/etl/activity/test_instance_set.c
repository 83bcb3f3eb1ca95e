#include "etl/activity/instance_set.h"

#include <stdio.h>
#include <string.h>

#include "tests/harness.h"

/* An activity with two text checkpoints and a time one. */
static struct checkpoint checkpoints[] = {
    {.name = "City", .type = VALUE_TEXT, .length = 20},
    {.name = "Quantity", .type = VALUE_INT},
    {.name = "Shipped", .type = VALUE_TIME},
};
static const struct activity activity = {
    .name = "Order", .checkpoints = checkpoints, .checkpoint_count = 3};

enum { CITY, QUANTITY, SHIPPED };

static struct instance_set set;
static struct fault f;

static void
begin_test(void)
{
    fault_clear(&f);
    ASSERT_OK(instance_set_init(&set, &activity, &f), &f);
}

/* Applies one event without data. */
static enum apply_result
apply(enum event_op op, const char *id, const char *token)
{
    struct event e = {.op = op, .id = value_text(id), .token = value_text(token)};
    const struct event_record record = {.position = 1, .events = &e, .event_count = 1};

    return instance_set_apply(&set, &record, &f);
}

static enum apply_result
apply_datum(enum event_op op, const char *id, size_t checkpoint, struct value v, bool keep_first)
{
    struct event_datum datum = {.checkpoint = checkpoint, .value = v, .keep_first = keep_first};
    struct event e = {.op = op, .id = value_text(id), .data = &datum, .data_count = 1};
    const struct event_record record = {.position = 1, .events = &e, .event_count = 1};

    return instance_set_apply(&set, &record, &f);
}

static struct instance *
instance(const char *id)
{
    const struct value v = value_text(id);

    return instance_set_add(&set, &v);
}

static bool
is_completed(const char *id)
{
    return instance(id)->fate == FATE_COMPLETED;
}

static void
update_first_is_invisible(void)
{
    begin_test();
    apply_datum(EVENT_UPDATE, "a", QUANTITY, value_int(5), false);
    CU_ASSERT(instance("a")->present);
    CU_ASSERT(!instance("a")->visible);
    apply(EVENT_BEGIN, "a", NULL);
    CU_ASSERT(instance("a")->visible);
    CU_ASSERT_EQUAL(instance("a")->values[QUANTITY].as.integer, 5);
    instance_set_release(&set);
}

static void
end_of_an_invisible_one_waits(void)
{
    begin_test();
    apply(EVENT_END, "a", NULL);
    CU_ASSERT(!is_completed("a"));
    apply(EVENT_BEGIN, "a", NULL);
    CU_ASSERT(is_completed("a"));
    instance_set_release(&set);
}

static void
null_never_erases(void)
{
    begin_test();
    apply_datum(EVENT_BEGIN, "a", CITY, value_text("Seattle"), false);
    apply_datum(EVENT_UPDATE, "a", CITY, value_null(), false);
    CU_ASSERT_EQUAL(instance("a")->values[CITY].type, VALUE_TEXT);
    apply_datum(EVENT_UPDATE, "a", CITY, value_text("Redmond"), false);
    CU_ASSERT_EQUAL(memcmp(instance("a")->values[CITY].as.text.bytes, "Redmond", 7), 0);
    instance_set_release(&set);
}

static void
first_milestone_stays(void)
{
    begin_test();
    apply_datum(EVENT_BEGIN, "a", SHIPPED, value_time(100), true);
    apply_datum(EVENT_UPDATE, "a", SHIPPED, value_time(200), true);
    CU_ASSERT_EQUAL(instance("a")->values[SHIPPED].as.time_us, 100);
    instance_set_release(&set);
}

static void
token_events_belong_to_the_root(void)
{
    begin_test();
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_CONTINUE, "a", "t");
    apply_datum(EVENT_UPDATE, "t", QUANTITY, value_int(7), false);
    CU_ASSERT_EQUAL(instance("a")->values[QUANTITY].as.integer, 7);
    CU_ASSERT(!instance("t")->present);
    instance_set_release(&set);
}

static void
root_waits_for_its_tokens(void)
{
    begin_test();
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_CONTINUE, "a", "t");
    apply(EVENT_CONTINUE, "a", "u");
    apply(EVENT_END, "a", NULL);
    apply(EVENT_END, "t", NULL);
    CU_ASSERT(!is_completed("a"));
    apply(EVENT_END, "u", NULL);
    CU_ASSERT(is_completed("a"));
    instance_set_release(&set);
}

static void
token_with_events_is_merged(void)
{
    begin_test();
    apply_datum(EVENT_UPDATE, "t", QUANTITY, value_int(7), false);
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_CONTINUE, "a", "t");
    CU_ASSERT_EQUAL(instance("a")->values[QUANTITY].as.integer, 7);
    CU_ASSERT_EQUAL(instance("t")->fate, FATE_MERGED);
    CU_ASSERT_EQUAL(instance("a")->open_tokens, 1);
    instance_set_release(&set);
}

static void
token_that_ended_before_merges_in_closed(void)
{
    begin_test();
    apply_datum(EVENT_END, "t", QUANTITY, value_int(7), false);
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_END, "a", NULL);
    CU_ASSERT(is_completed("a"));
    instance_set_release(&set);

    begin_test();
    apply_datum(EVENT_END, "t", QUANTITY, value_int(7), false);
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_CONTINUE, "a", "t");
    CU_ASSERT_EQUAL(instance("a")->open_tokens, 0);
    apply(EVENT_END, "a", NULL);
    CU_ASSERT(is_completed("a"));
    CU_ASSERT_EQUAL(instance("a")->values[QUANTITY].as.integer, 7);
    instance_set_release(&set);
}

/* The announcement itself completes the root when everything else has happened. */
static void
announcement_may_come_last(void)
{
    begin_test();
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_CONTINUE, "a", "t");
    apply(EVENT_END, "a", NULL);
    apply_datum(EVENT_END, "u", QUANTITY, value_int(1), false);
    apply(EVENT_END, "t", NULL);
    CU_ASSERT(is_completed("a"));
    instance_set_release(&set);
}

static void
nested_tokens_go_to_the_root(void)
{
    begin_test();
    apply(EVENT_CONTINUE, "t", "u");
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_CONTINUE, "a", "t");
    CU_ASSERT_PTR_EQUAL(instance("u")->parent, instance("a"));
    CU_ASSERT_EQUAL(instance("a")->open_tokens, 2);
    apply_datum(EVENT_UPDATE, "u", CITY, value_text("Oslo"), false);
    CU_ASSERT_EQUAL(instance("a")->values[CITY].type, VALUE_TEXT);
    apply(EVENT_END, "a", NULL);
    apply(EVENT_END, "u", NULL);
    apply(EVENT_END, "t", NULL);
    CU_ASSERT(is_completed("a"));
    instance_set_release(&set);
}

static void
tokens_of_tokens_announced_later_too(void)
{
    begin_test();
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_CONTINUE, "a", "t");
    apply(EVENT_CONTINUE, "t", "u");
    CU_ASSERT_PTR_EQUAL(instance("u")->parent, instance("a"));
    CU_ASSERT_EQUAL(instance("a")->open_tokens, 2);
    instance_set_release(&set);
}

static void
same_announcement_again_is_nothing(void)
{
    begin_test();
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_CONTINUE, "a", "t");
    CU_ASSERT_EQUAL(apply(EVENT_CONTINUE, "a", "t"), APPLY_DONE);
    CU_ASSERT_EQUAL(instance("a")->open_tokens, 1);
    instance_set_release(&set);
}

static void
token_of_another_is_rejected(void)
{
    begin_test();
    apply(EVENT_CONTINUE, "a", "t");
    CU_ASSERT_EQUAL(apply(EVENT_CONTINUE, "b", "t"), APPLY_REJECTED);
    CU_ASSERT(test_contains(f.text, "belongs to another instance"));
    CU_ASSERT_PTR_EQUAL(instance("t")->parent, instance("a"));
    instance_set_release(&set);
}

static void
token_of_itself_is_rejected(void)
{
    begin_test();
    CU_ASSERT_EQUAL(apply(EVENT_CONTINUE, "a", "a"), APPLY_REJECTED);
    apply(EVENT_CONTINUE, "a", "t");
    CU_ASSERT_EQUAL(apply(EVENT_CONTINUE, "t", "a"), APPLY_REJECTED);
    instance_set_release(&set);
}

static void
second_completion_is_rejected_whole(void)
{
    struct event events[2] = {
        {.op = EVENT_BEGIN, .id = value_text("a")}, {.op = EVENT_END, .id = value_text("a")}};
    const struct event_record record = {.position = 1, .events = events, .event_count = 2};

    begin_test();
    instance("a")->completed_online = true;
    CU_ASSERT_EQUAL(instance_set_apply(&set, &record, &f), APPLY_REJECTED);
    CU_ASSERT(test_contains(f.text, "second time"));
    CU_ASSERT(!instance("a")->present);
    CU_ASSERT(!instance("a")->visible);
    instance_set_release(&set);
}

static void
late_event_opens_an_invisible_row(void)
{
    begin_test();
    instance("a")->completed_online = true;
    CU_ASSERT_EQUAL(apply_datum(EVENT_UPDATE, "a", QUANTITY, value_int(1), false), APPLY_DONE);
    CU_ASSERT(instance("a")->present);
    CU_ASSERT(!instance("a")->visible);
    CU_ASSERT_EQUAL(set.late_events, 1);
    instance_set_release(&set);
}

static void
touching_a_completed_one_asks_to_settle(void)
{
    begin_test();
    apply(EVENT_BEGIN, "a", NULL);
    apply(EVENT_END, "a", NULL);
    CU_ASSERT_EQUAL(apply(EVENT_UPDATE, "a", NULL), APPLY_SETTLE);
    instance_set_release(&set);
}

static void
texts_are_copied(void)
{
    char city[] = "Seattle";

    begin_test();
    apply_datum(EVENT_BEGIN, "a", CITY, value_text(city), false);
    memset(city, 'x', sizeof city - 1);
    CU_ASSERT_EQUAL(memcmp(instance("a")->values[CITY].as.text.bytes, "Seattle", 7), 0);
    instance_set_release(&set);
}

static void
holds_many_instances(void)
{
    char id[32];

    begin_test();
    for (int i = 0; i < 5000; i++) {
        snprintf(id, sizeof id, "order-%d", i);
        apply_datum(EVENT_BEGIN, id, QUANTITY, value_int(i), false);
    }
    CU_ASSERT_EQUAL(set.count, 5000);
    CU_ASSERT_EQUAL(instance("order-4711")->values[QUANTITY].as.integer, 4711);
    instance_set_release(&set);
}

const struct test suite_etl_activity_instance_set[] = {
    {"an update before the begin makes an invisible row", update_first_is_invisible},
    {"an end of an invisible instance waits for the begin", end_of_an_invisible_one_waits},
    {"NULL never erases", null_never_erases},
    {"the first milestone of a log stays", first_milestone_stays},
    {"events under a token belong to the root", token_events_belong_to_the_root},
    {"the root waits for all its tokens", root_waits_for_its_tokens},
    {"a token that had events is merged", token_with_events_is_merged},
    {"a token that ended before merges in closed", token_that_ended_before_merges_in_closed},
    {"the last token's end completes the root", announcement_may_come_last},
    {"nested tokens go to the root", nested_tokens_go_to_the_root},
    {"tokens of tokens go to the root", tokens_of_tokens_announced_later_too},
    {"the same announcement again is nothing new", same_announcement_again_is_nothing},
    {"a token of another instance is rejected", token_of_another_is_rejected},
    {"a token of itself is rejected", token_of_itself_is_rejected},
    {"a second completion is rejected as a whole", second_completion_is_rejected_whole},
    {"a late event opens an invisible row", late_event_opens_an_invisible_row},
    {"touching a completed instance asks to settle", touching_a_completed_one_asks_to_settle},
    {"texts are copied", texts_are_copied},
    {"a set holds many instances", holds_many_instances},
    {0},
};
