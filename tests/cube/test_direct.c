#include "cube/direct.h"

#include <float.h>

#include "cube/phrase.h"
#include "cube/pivot.h"
#include "tests/cube/sample.h"

/* A database of a few groups, each by state and year; pieces of one group may come apart. */
struct group {
    const char *state;
    int64_t year;
    uint64_t facts, present;
    struct value low, high;
    int power;
};

struct fake {
    const struct group *groups;
    size_t count;
    size_t asked; /* for members in facts */
    struct direct_plan plan;
};

static int
find_groups(void *state, const struct direct_plan *plan, struct direct_groups *to, struct fault *f)
{
    struct fake *fake = state;

    fake->plan = *plan;
    for (size_t i = 0; i < fake->count; i++) {
        const struct group *g = &fake->groups[i];
        const struct value members[] = {value_text(g->state), value_int(g->year)};
        struct tally_finding findings[SAMPLE_SOURCES] = {{0}};
        struct tally_finding found = {
            g->present, value_int(1), value_int((int64_t)i), {g->low, g->high}, {0, g->power}};

        findings[QUANTITY] = found;
        findings[AMOUNT] = found;
        findings[AMOUNT].least = findings[AMOUNT].greatest = value_float(1);
        if (direct_groups_add(to, members, g->facts, findings, f) != 0)
            return -1;
    }
    return 0;
}

static int
find_members(void *state, const struct cube_model *m, struct cube_level_ref level,
    struct value_set *to, struct fault *f)
{
    const struct value member = value_text("CA");
    uint32_t id;

    (void)state;
    (void)m;
    (void)level;
    return value_set_add(to, &member, &id, f);
}

static int
has_member(void *state, const struct cube_model *m, struct cube_level_ref level,
    const struct value *member, struct fault *f)
{
    struct fake *fake = state;

    (void)m;
    (void)level;
    (void)f;
    fake->asked++;
    return member->type != VALUE_TEXT || member->as.text.bytes[0] != 'X';
}

static int
ask(struct fake *fake, const char *measures, const char *slices, struct text *csv, struct fault *f)
{
    const struct direct_facts facts = {fake, find_groups, find_members, has_member};
    const struct cube_level_ref rows[] = {{PLACE, 0}, {TIME, 0}};
    struct cube_query q = {.rows = rows, .row_count = 2, .part = CUBE_PART_ALL};
    struct cube_slice *found = NULL;
    struct arena a = ARENA_INIT;
    struct cube_result r;
    size_t *list = NULL;
    int rc = phrase_measures(&sample_model, measures, &a, &list, &q.measure_count, f);

    if (rc == 0 && slices != NULL)
        rc = phrase_slices(&sample_model, slices, &a, &found, &q.slice_count, f);
    q.measures = list;
    q.slices = found;
    if (rc == 0 && (rc = cube_query_facts(&sample_model, &q, &facts, &r, f)) == 0) {
        for (size_t i = 0; i < r.line_count; i++)
            pivot_csv_line(csv, &r, &r.lines[i]);
        cube_result_release(&r);
    }
    arena_release(&a);
    return rc;
}

static void
expect(const struct group *groups, size_t count, const char *measures, const char *csv)
{
    struct fake fake = {.groups = groups, .count = count};
    struct text text = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(ask(&fake, measures, NULL, &text, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&text), csv);
    text_release(&text);
}

#define NONE value_null()

static void
pieces_of_a_group_are_one_line(void)
{
    const struct group groups[] = {{"WA", 2026, 3, 2, value_int(10), NONE, 0},
        {"CA", 2026, 1, 0, NONE, NONE, 0}, {"WA", 2026, 2, 1, value_int(-4), NONE, 0},
        {"CA", 1969, 0, 0, NONE, NONE, 0}};

    expect(groups, 4, "Count,Units,QuantityMost", "CA,2026,1,,\nWA,2026,5,6,2\n");
}

static void
sums_of_halves_are_whole(void)
{
    const struct group groups[] = {
        {"CA", 1, 3, 3, value_int(3 * (int64_t)UINT32_MAX), value_int(3 * (int64_t)INT32_MAX), 32},
        {"WA", 1, 1, 1, value_int(-1), value_int(0), 32}};

    /* Three times the largest integer is more than one: the nearest double. */
    expect(groups, 2, "Units", "CA,1,2.7670116110564327e+19\nWA,1,-1\n");
}

static void
a_sum_beyond_all_doubles_is_infinite(void)
{
    const struct group groups[] = {
        {"CA", 1, 8, 8, value_float(1), value_float(DBL_MAX / 0x1p62 * 2), 62},
        {"WA", 1, 2, 2, value_float(0.5), value_float(0x1p900 / 0x1p62), 62}};

    expect(groups, 2, "AmountTotal", "CA,1,inf\nWA,1,8.452712498170644e+270\n");
}

static void
the_plan_reads_what_measures_need(void)
{
    struct fake fake = {.count = 0};
    struct text text = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(
        ask(&fake, "POCount", "Place.State=CA,Place.State=,Sent On.Year=2026", &text, &f), &f);
    CU_ASSERT_EQUAL(fake.plan.level_count, 2);
    CU_ASSERT_EQUAL(fake.plan.filter_count, 2);
    CU_ASSERT_EQUAL(text.length, 0);
    text_release(&text);
}

static void
unknown_members_are_refused(void)
{
    const struct group groups[] = {{"CA", 1, 1, 1, value_int(1), NONE, 0}};
    struct fake fake = {.groups = groups, .count = 1};
    struct text text = TEXT_INIT;
    struct fault f = FAULT_INIT;

    /* Facts were found: the single member is there, and nobody is asked. */
    ASSERT_OK(ask(&fake, "Count", "Place.State=CA", &text, &f), &f);
    CU_ASSERT_EQUAL(fake.asked, 0);
    fake.count = 0;
    CU_ASSERT_EQUAL(ask(&fake, "Count", "Place.State=XA", &text, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.text, "no member 'XA'"));
    CU_ASSERT(test_contains(f.hint, "'CA'"));
    fault_clear(&f);
    ASSERT_FAULT(ask(&fake, "Count", "Sent On.Year=abc", &text, &f), &f, FAULT_DATA, "'abc'");
    ASSERT_OK(ask(&fake, "Count", "Size=Large", &text, &f), &f);
    text_release(&text);
}

const struct test suite_cube_direct[] = {
    {"pieces of a group are one line", pieces_of_a_group_are_one_line},
    {"sums of halves are whole", sums_of_halves_are_whole},
    {"a sum beyond all doubles is infinite", a_sum_beyond_all_doubles_is_infinite},
    {"the plan reads what measures need", the_plan_reads_what_measures_need},
    {"unknown members are refused", unknown_members_are_refused},
    {0},
};
