#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/file.h"
#include "cube/phrase.h"
#include "cube/pivot.h"
#include "cube/segment.h"
#include "cube/value_set.h"
#include "tests/cube/sample.h"

/* The sample as a stored cube, with one more fact (WA) in the active part. */
static struct stored_cube *
sample_cube(void)
{
    struct cube_builder *b = sample_builder();
    struct cube_builder *active = sample_builder();

    sample_fill(b);
    sample_add(active, 3, 7, 10, 0.5, 7);
    sample_store(b, active);
    cube_builder_free(active);
    cube_builder_free(b);
    return sample_open();
}

/* A query from texts; NULL leaves a part out. */
struct asked {
    const char *rows, *columns, *measures, *slices;
    enum cube_part part;
    bool totals;
};

static int
ask(struct stored_cube *c, const struct asked *asked, struct cube_result *r, struct fault *f)
{
    const struct cube_model *m = cube_model_of(c);
    struct arena a = ARENA_INIT;
    struct cube_level_ref *rows = NULL, *columns = NULL;
    struct cube_slice *slices = NULL;
    size_t *measures = NULL;
    struct cube_query q = {.part = asked->part, .totals = asked->totals};
    int rc = -1;

    if ((asked->rows == NULL || phrase_levels(m, asked->rows, &a, &rows, &q.row_count, f) == 0) &&
        (asked->columns == NULL ||
            phrase_levels(m, asked->columns, &a, &columns, &q.column_count, f) == 0) &&
        (asked->measures == NULL ||
            phrase_measures(m, asked->measures, &a, &measures, &q.measure_count, f) == 0) &&
        (asked->slices == NULL ||
            phrase_slices(m, asked->slices, &a, &slices, &q.slice_count, f) == 0)) {
        q.rows = rows;
        q.columns = columns;
        q.measures = measures;
        q.slices = slices;
        rc = cube_query_run(c, &q, r, f);
    }
    arena_release(&a);
    return rc;
}

static void
expect(const struct asked *asked, const char *csv)
{
    struct stored_cube *c = sample_cube();
    struct cube_result r = CUBE_RESULT_INIT;
    struct text out = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(ask(c, asked, &r, &f), &f);
    cube_close(c);
    pivot_csv_head(&out, &r);
    for (size_t i = 0; i < r.line_count; i++)
        pivot_csv_line(&out, &r, &r.lines[i]);
    if (strcmp(text_get(&out), csv) != 0)
        fprintf(stderr, "\n%s", text_get(&out));
    CU_ASSERT_STRING_EQUAL(text_get(&out), csv);
    text_release(&out);
    cube_result_release(&r);
}

static void
groups_by_the_level_named(void)
{
    const struct asked asked = {.rows = "Place.State", .measures = "Count,Units,AmountTotal"};

    expect(&asked, "Place.State,Count,Units,AmountTotal\n"
                   "CA,3,6,30.25\n"
                   "WA,3,16,107.5\n"
                   ",1,6,1e+300\n");
}

static void
a_month_alone_merges_all_years(void)
{
    const struct asked asked = {.rows = "Sent On.Month", .measures = "POCount"};

    expect(&asked, "Sent On.Month,POCount\n2,3\n12,4\n");
}

static void
columns_come_after_rows(void)
{
    const struct asked asked = {
        .rows = "Size", .columns = "Sent On.Year", .measures = "POCount,AmountMean"};

    expect(&asked, "Size.Range,Sent On.Year,POCount,AmountMean\n"
                   "Small,2025,2,8.75\n"
                   "Small,2026,1,-0.25\n"
                   "Large,2026,2,5e+299\n"
                   "Out of range,2026,2,50.25\n");
}

static void
no_level_gives_the_grand_total(void)
{
    const struct asked asked = {.measures = "Count,First,Last,QuantityMost"};

    expect(&asked, "Count,First,Last,QuantityMost\n"
                   "7,1970-01-01T00:00:01Z,1970-01-01T00:00:07Z,7\n");
}

static void
parts_are_queried_apart(void)
{
    struct asked asked = {.rows = "Place.State", .measures = "Count", .part = CUBE_PART_ACTIVE};

    expect(&asked, "Place.State,Count\nWA,1\n");
    asked.part = CUBE_PART_COMPLETED;
    expect(&asked, "Place.State,Count\nCA,3\nWA,2\n,1\n");
}

static void
slices_of_one_level_add_up(void)
{
    const struct asked asked = {.rows = "Place.State",
        .measures = "Count",
        .slices = "Place.City=Seattle,Place.City=\"San Jose, CA\",Sent On.Year=2026"};

    expect(&asked, "Place.State,Count\nWA,2\n");
}

static void
the_null_member_is_sliced(void)
{
    const struct asked asked = {
        .rows = "Place.State,Place.City", .measures = "Count", .slices = "Place.City="};

    expect(&asked, "Place.State,Place.City,Count\nWA,,1\n,,1\n");
}

static void
a_known_label_without_facts_finds_nothing(void)
{
    struct cube_builder *b = sample_builder();
    struct stored_cube *c;
    struct cube_result r = CUBE_RESULT_INIT;
    struct fault f = FAULT_INIT;
    const struct asked asked = {.measures = "Count", .slices = "Size=Large", .totals = true};

    sample_add(b, 1, 6, 12, 1, 1);
    sample_store(b, NULL);
    c = sample_open();
    ASSERT_OK(ask(c, &asked, &r, &f), &f);
    CU_ASSERT_EQUAL(r.line_count, 0);
    cube_result_release(&r);
    cube_close(c);
    cube_builder_free(b);
}

static void
unknown_members_bring_the_nearest(void)
{
    struct stored_cube *c = sample_cube();
    struct cube_result r;
    struct fault f = FAULT_INIT;
    struct asked asked = {.slices = "Place.City=Seatle"};

    CU_ASSERT_EQUAL(ask(c, &asked, &r, &f), -1);
    CU_ASSERT(test_contains(f.hint, "'Seattle'"));
    ASSERT_FAULT(-1, &f, FAULT_DATA, "Place.City' has no member 'Seatle'");
    asked.slices = "Sent On.Year=2027";
    ASSERT_FAULT(ask(c, &asked, &r, &f), &f, FAULT_DATA, "2027");
    asked.slices = "Sent On.Year=soon";
    ASSERT_FAULT(ask(c, &asked, &r, &f), &f, FAULT_DATA, "soon");
    asked.slices = "Size=";
    ASSERT_FAULT(ask(c, &asked, &r, &f), &f, FAULT_DATA, "NULL");
    cube_close(c);
}

static void
a_level_is_named_once(void)
{
    struct stored_cube *c = sample_cube();
    struct cube_result r;
    struct fault f = FAULT_INIT;
    const struct asked asked = {.rows = "Place.City", .columns = "Place"};

    ASSERT_FAULT(ask(c, &asked, &r, &f), &f, FAULT_USAGE, "Place.City");
    cube_close(c);
}

static void
totals_cover_every_prefix(void)
{
    const struct asked asked = {.rows = "Sent On.Year,Place.State",
        .columns = "Size",
        .measures = "Units",
        .slices = "Place.State=CA,Place.State=WA,Sent On.Year=2025,Sent On.Year=2026",
        .part = CUBE_PART_COMPLETED,
        .totals = true};

    expect(&asked, "Sent On.Year,Place.State,Size.Range,Units\n"
                   "2025,CA,Small,1\n"
                   "2025,CA,(total),1\n"
                   "2025,WA,Small,5\n"
                   "2025,WA,(total),5\n"
                   "2025,(total),Small,6\n"
                   "2025,(total),(total),6\n"
                   "2026,CA,Small,3\n"
                   "2026,CA,Large,2\n"
                   "2026,CA,(total),5\n"
                   "2026,WA,Out of range,4\n"
                   "2026,WA,(total),4\n"
                   "2026,(total),Small,3\n"
                   "2026,(total),Large,2\n"
                   "2026,(total),Out of range,4\n"
                   "2026,(total),(total),9\n"
                   "(total),(total),Small,9\n"
                   "(total),(total),Large,2\n"
                   "(total),(total),Out of range,4\n"
                   "(total),(total),(total),15\n");
}

static void
an_empty_cube_has_no_line(void)
{
    struct cube_builder *b = sample_builder();
    struct stored_cube *c;
    struct cube_result r;
    struct fault f = FAULT_INIT;
    const struct asked asked = {.rows = "Place", .totals = true};

    sample_store(b, NULL);
    c = sample_open();
    ASSERT_OK(ask(c, &asked, &r, &f), &f);
    CU_ASSERT_EQUAL(r.line_count, 0);
    CU_ASSERT_EQUAL(r.measure_count, SAMPLE_MEASURES);
    cube_result_release(&r);
    cube_close(c);
    cube_builder_free(b);
}

static void
nothing_but_null_is_null(void)
{
    struct cube_builder *b = sample_builder();
    struct stored_cube *c;
    struct cube_result r;
    struct fault f = FAULT_INIT;
    const struct asked asked = {.measures = "Count,AmountTotal,AmountMean,AmountLeast,Last"};
    struct value row[SAMPLE_ROW] = {{.type = VALUE_NULL}};

    ASSERT_OK(cube_builder_add(b, row, &f), &f);
    sample_store(b, NULL);
    c = sample_open();
    ASSERT_OK(ask(c, &asked, &r, &f), &f);
    CU_ASSERT_EQUAL_FATAL(r.line_count, 1);
    CU_ASSERT(sample_is_int(&r.lines[0].measures[0], 1));
    for (size_t i = 1; i < 5; i++)
        CU_ASSERT_EQUAL(r.lines[0].measures[i].type, VALUE_NULL);
    cube_result_release(&r);
    cube_close(c);
    cube_builder_free(b);
}

static void
integer_sums_grow_into_doubles(void)
{
    struct cube_builder *b = sample_builder();
    struct stored_cube *c;
    struct cube_result r;
    struct fault f = FAULT_INIT;
    const struct asked asked = {.measures = "Units"};
    struct value row[SAMPLE_ROW] = {{.type = VALUE_NULL}};

    row[SAMPLE_DIMENSIONS + QUANTITY] = value_int(INT64_MAX);
    ASSERT_OK(cube_builder_add(b, row, &f), &f);
    ASSERT_OK(cube_builder_add(b, row, &f), &f);
    sample_store(b, NULL);
    c = sample_open();
    ASSERT_OK(ask(c, &asked, &r, &f), &f);
    CU_ASSERT(sample_is_float(&r.lines[0].measures[0], 0x1p64));
    cube_result_release(&r);
    cube_close(c);
    cube_builder_free(b);
}

static void
damage_is_never_an_answer(void)
{
    struct stored_cube *c = sample_cube();
    struct cube_result r;
    struct fault f = FAULT_INIT;
    const struct asked asked = {.rows = "Place"};
    FILE *file;

    cube_close(c);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file = fopen("db/Orders/1.seg", "r+"));
    fseek(file, 100, SEEK_SET);
    fputc(0x5A, file);
    fclose(file);
    c = sample_open();
    ASSERT_FAULT(ask(c, &asked, &r, &f), &f, FAULT_DATA, "1.seg");
    ASSERT_FAULT(ask(c, &asked, &r, &f), &f, FAULT_DATA, "1.seg");
    cube_close(c);
}

/*
 * Random facts and queries against a recomputation from the facts alone. Amounts are whole numbers
 * of 2^-60, so that 128-bit integers hold every sum.
 */
enum { FACTS = 400, QUERIES = 120, LEVELS = 5, SEGMENTS = 4 };

static const struct cube_level_ref level_refs[LEVELS] = {
    {PLACE, 0}, {PLACE, 1}, {TIME, 0}, {TIME, 1}, {SIZE, 0}};

struct fact {
    struct value levels[LEVELS];
    struct value values[SAMPLE_SOURCES];
    __int128 amount; /* in units of 2^-60 */
    bool active;
};

static double
random_amount(uint64_t *state, __int128 *fixed)
{
    int shift = (int)(sample_random(state) % 60);
    int64_t mantissa = (int64_t)(sample_random(state) >> 11) - (INT64_C(1) << 52);

    *fixed = mantissa * ((__int128)1 << shift);
    return ldexp((double)mantissa, shift - 60);
}

static void
random_fact(uint64_t *state, struct fact *fact, struct value row[SAMPLE_ROW])
{
    static const size_t first[] = {1, 6, 10}, count[] = {5, 4, 3};

    for (size_t d = 0, at = 0; d < SAMPLE_DIMENSIONS; d++) {
        size_t pick = sample_random(state) % (count[d] + 1);
        const struct sample_member *m =
            pick < count[d] ? &sample_members[first[d] - 1 + pick] : NULL;

        row[d] = m == NULL ? value_null() : value_int((int64_t)(first[d] + pick));
        for (size_t i = 0; i < sample_dimensions[d].level_count; i++)
            fact->levels[at++] = m == NULL ? value_null() : m->levels[i];
    }
    fact->values[AMOUNT] = value_float(random_amount(state, &fact->amount));
    fact->values[QUANTITY] = value_int((int64_t)sample_random(state) >> 40);
    fact->values[SENT] = value_time((int64_t)sample_random(state) >> 12);
    fact->values[NOTE] = value_text("note");
    for (size_t i = 0; i < SAMPLE_SOURCES; i++) {
        if (sample_random(state) % 4 == 0)
            fact->values[i] = value_null();
        row[SAMPLE_DIMENSIONS + i] = fact->values[i];
    }
    fact->active = sample_random(state) % 4 == 0;
}

/* What the facts of one group come to, computed the plain way. */
struct plain {
    int64_t rows, amounts, units;
    __int128 total;
    int64_t unit_total;
    struct value least, most, first, last;
};

static void
plain_add(struct plain *p, const struct fact *fact)
{
    const struct value *amount = &fact->values[AMOUNT], *units = &fact->values[QUANTITY];
    const struct value *sent = &fact->values[SENT];

    p->rows++;
    if (amount->type != VALUE_NULL) {
        p->amounts++;
        p->total += fact->amount;
        if (p->least.type == VALUE_NULL || amount->as.real < p->least.as.real)
            p->least = *amount;
    }
    if (units->type != VALUE_NULL) {
        p->units++;
        p->unit_total += units->as.integer;
        if (p->most.type == VALUE_NULL || units->as.integer > p->most.as.integer)
            p->most = *units;
    }
    if (sent->type != VALUE_NULL) {
        if (p->first.type == VALUE_NULL || sent->as.time_us < p->first.as.time_us)
            p->first = *sent;
        if (p->last.type == VALUE_NULL || sent->as.time_us > p->last.as.time_us)
            p->last = *sent;
    }
}

static bool
same_value(const struct value *a, const struct value *b)
{
    return value_compare(a, b) == 0;
}

static void
compare_measures(const struct plain *p, const struct value *got)
{
    struct value total = p->amounts == 0 ? value_null() : value_float(ldexp((double)p->total, -60));
    struct value units = p->units == 0 ? value_null() : value_int(p->unit_total);
    struct value rows = value_int(p->rows);

    if (total.type == VALUE_FLOAT && total.as.real == 0)
        total.as.real = 0; /* the sum of nothing but zeros has no sign */
    CU_ASSERT(same_value(&got[POS], &rows));
    CU_ASSERT(same_value(&got[TOTAL], &total));
    CU_ASSERT(same_value(&got[UNITS], &units));
    CU_ASSERT(same_value(&got[LEAST], &p->least));
    CU_ASSERT(same_value(&got[MOST], &p->most));
    CU_ASSERT(same_value(&got[FIRST], &p->first));
    CU_ASSERT(same_value(&got[LAST], &p->last));
    CU_ASSERT_EQUAL(got[MEAN].type == VALUE_NULL, p->amounts == 0);
    if (p->amounts > 0) {
        double mean = ldexp((double)p->total, -60) / (double)p->amounts;

        CU_ASSERT(fabs(got[MEAN].as.real - mean) <= fabs(mean) * 4e-16);
    }
}

/* A random query: some levels, some members of one or two levels. */
struct random_query {
    size_t axes[LEVELS];
    size_t row_count, column_count;
    bool sliced[LEVELS];
    struct value allowed[LEVELS][2];
    enum cube_part part;
};

static void
random_query(uint64_t *state, const struct fact *facts, struct random_query *q)
{
    size_t levels[LEVELS] = {0, 1, 2, 3, 4};

    memset(q, 0, sizeof *q);
    for (size_t i = LEVELS - 1; i > 0; i--) {
        size_t k = sample_random(state) % (i + 1);
        size_t swapped = levels[i];

        levels[i] = levels[k];
        levels[k] = swapped;
    }
    memcpy(q->axes, levels, sizeof levels);
    q->row_count = sample_random(state) % 4;
    q->column_count = sample_random(state) % 3;
    q->part = (enum cube_part)(sample_random(state) % CUBE_PART_COUNT);
    for (size_t i = 0; i < sample_random(state) % 3; i++) {
        size_t level = sample_random(state) % LEVELS;

        q->sliced[level] = true;
        for (size_t k = 0; k < 2; k++)
            q->allowed[level][k] = facts[sample_random(state) % FACTS].levels[level];
    }
}

static bool
selects(const struct random_query *q, const struct fact *fact)
{
    if (q->part != CUBE_PART_ALL && fact->active != (q->part == CUBE_PART_ACTIVE))
        return false;
    for (size_t i = 0; i < LEVELS; i++) {
        if (q->sliced[i] && !same_value(&fact->levels[i], &q->allowed[i][0]) &&
            !same_value(&fact->levels[i], &q->allowed[i][1]))
            return false;
    }
    return true;
}

/* Recomputes one line and marks the facts that went into it. */
static void
compare_line(const struct random_query *q, const struct cube_result *r,
    const struct cube_line *line, const struct fact *facts, bool *used)
{
    struct plain p = {.rows = 0};

    for (size_t i = 0; i < FACTS; i++) {
        bool inside = selects(q, &facts[i]);

        for (size_t k = 0; inside && k < r->row_count + r->column_count; k++)
            inside = cube_line_is_total(r, line, k) ||
                     same_value(&facts[i].levels[q->axes[k]], &line->labels[k]);
        if (!inside)
            continue;
        plain_add(&p, &facts[i]);
        if (!cube_line_has_totals(r, line)) {
            CU_ASSERT_FALSE(used[i]);
            used[i] = true;
        }
    }
    CU_ASSERT(p.rows > 0);
    compare_measures(&p, line->measures);
}

static void
run_random_query(
    struct stored_cube *c, const struct random_query *q, struct text *slices, struct cube_result *r)
{
    struct cube_level_ref refs[LEVELS];
    struct cube_slice list[2 * LEVELS];
    size_t starts[2 * LEVELS];
    struct cube_query query = {.part = q->part,
        .totals = true,
        .row_count = q->row_count,
        .column_count = q->column_count,
        .rows = refs,
        .columns = refs + q->row_count,
        .slices = list};
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < LEVELS; i++) {
        refs[i] = level_refs[q->axes[i]];
        for (size_t k = 0; q->sliced[i] && k < 2; k++) {
            list[query.slice_count] = (struct cube_slice){level_refs[i], ""};
            if (q->allowed[i][k].type == VALUE_NULL)
                list[query.slice_count].text = NULL;
            starts[query.slice_count++] = slices->length;
            value_add_text(slices, &q->allowed[i][k]);
            text_add_char(slices, '\0');
        }
    }
    for (size_t i = 0; i < query.slice_count; i++) {
        if (list[i].text != NULL)
            list[i].text = slices->bytes + starts[i];
    }
    ASSERT_OK(cube_query_run(c, &query, r, &f), &f);
}

/* Each line sorts after the one before it. */
static void
check_order(const struct random_query *q, const struct cube_result *r)
{
    for (size_t i = 1; i < r->line_count; i++) {
        const struct cube_line *a = &r->lines[i - 1], *b = &r->lines[i];
        int order = 0;

        for (size_t k = 0; order == 0 && k < r->row_count + r->column_count; k++) {
            bool total_a = cube_line_is_total(r, a, k), total_b = cube_line_is_total(r, b, k);

            if (total_a || total_b)
                order = total_a - total_b;
            else
                order = cube_level_compare(cube_model_level(&sample_model, level_refs[q->axes[k]]),
                    &a->labels[k], &b->labels[k]);
        }
        CU_ASSERT(order < 0);
    }
}

/* Completed facts in several additions, active ones at the end. */
static void
store_facts(struct value rows[FACTS][SAMPLE_ROW], const struct fact *facts, size_t segments,
    const char *name)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();

    ASSERT_OK(cube_create("db", name, &sample_model, CUBE_STORAGE_MEMORY, &f), &f);
    for (size_t s = 0; s < segments; s++) {
        struct cube_process *p =
            cube_process_begin("db", name, CUBE_PROCESS_ADD, &sample_model, &f);

        CU_ASSERT_PTR_NOT_NULL_FATAL(p);
        cube_builder_clear_facts(b);
        for (size_t i = 0; i < FACTS; i++) {
            if (!facts[i].active && i % segments == s)
                ASSERT_OK(cube_builder_add(b, rows[i], &f), &f);
        }
        ASSERT_OK(cube_process_write(p, CUBE_PART_COMPLETED, b, &f), &f);
        cube_builder_clear_facts(b);
        for (size_t i = 0; i < FACTS; i++) {
            if (facts[i].active)
                ASSERT_OK(cube_builder_add(b, rows[i], &f), &f);
        }
        ASSERT_OK(cube_process_write(p, CUBE_PART_ACTIVE, b, &f), &f);
        ASSERT_OK(cube_process_commit(p, 0, &f), &f);
        cube_process_end(p);
    }
    cube_builder_free(b);
}

static struct value rows[FACTS][SAMPLE_ROW];
static struct fact facts[FACTS];

static void
make_facts(uint64_t seed)
{
    uint64_t state = seed;

    for (size_t i = 0; i < FACTS; i++)
        random_fact(&state, &facts[i], rows[i]);
}

static void
random_queries_agree_with_the_facts(void)
{
    uint64_t state = 11;
    struct fault f = FAULT_INIT;
    struct stored_cube *c;

    make_facts(10);
    store_facts(rows, facts, SEGMENTS, "Orders");
    CU_ASSERT_PTR_NOT_NULL_FATAL(c = cube_open("db", "Orders", &f));
    for (int i = 0; i < QUERIES; i++) {
        struct random_query q;
        struct cube_result r;
        struct text slices = TEXT_INIT;
        bool used[FACTS] = {false};

        random_query(&state, facts, &q);
        run_random_query(c, &q, &slices, &r);
        for (size_t k = 0; k < r.line_count; k++)
            compare_line(&q, &r, &r.lines[k], facts, used);
        for (size_t k = 0; k < FACTS; k++)
            CU_ASSERT_EQUAL(used[k], selects(&q, &facts[k]));
        check_order(&q, &r);
        text_release(&slices);
        cube_result_release(&r);
    }
    cube_close(c);
}

/* Doubles of all sizes: the texts of both answers are the same. */
static void
additions_equal_full_processing_bit_for_bit(void)
{
    uint64_t state = 21;
    struct fault f = FAULT_INIT;
    struct stored_cube *full, *added;

    make_facts(20);
    for (size_t i = 0; i < FACTS; i++) {
        int exponent = (int)(sample_random(&state) % 1900) - 1000;

        rows[i][SAMPLE_DIMENSIONS + AMOUNT] =
            value_float(ldexp((double)(int64_t)sample_random(&state), exponent - 63));
    }
    store_facts(rows, facts, 1, "Full");
    store_facts(rows, facts, 7, "Added");
    CU_ASSERT_PTR_NOT_NULL_FATAL(full = cube_open("db", "Full", &f));
    CU_ASSERT_PTR_NOT_NULL_FATAL(added = cube_open("db", "Added", &f));
    /* Four of the seven nights were joined; the active part is the last one. */
    CU_ASSERT_EQUAL(cube_segment_count(added, CUBE_PART_ALL), 5);
    for (int i = 0; i < 30; i++) {
        struct random_query q;
        struct cube_result a, b;
        struct text slices = TEXT_INIT, other = TEXT_INIT;

        random_query(&state, facts, &q);
        run_random_query(full, &q, &slices, &a);
        run_random_query(added, &q, &other, &b);
        CU_ASSERT_EQUAL_FATAL(a.line_count, b.line_count);
        for (size_t k = 0; k < a.line_count; k++) {
            for (size_t m = 0; m < a.measure_count; m++)
                CU_ASSERT(same_value(&a.lines[k].measures[m], &b.lines[k].measures[m]));
        }
        text_release(&other);
        text_release(&slices);
        cube_result_release(&b);
        cube_result_release(&a);
    }
    cube_close(added);
    cube_close(full);
}

const struct test suite_cube_query[] = {
    {"groups by the level named", groups_by_the_level_named},
    {"a month alone merges all years", a_month_alone_merges_all_years},
    {"columns come after rows", columns_come_after_rows},
    {"no level gives the grand total", no_level_gives_the_grand_total},
    {"parts are queried apart", parts_are_queried_apart},
    {"slices of one level add up", slices_of_one_level_add_up},
    {"the NULL member can be sliced", the_null_member_is_sliced},
    {"a known label without facts finds nothing", a_known_label_without_facts_finds_nothing},
    {"unknown members bring the nearest", unknown_members_bring_the_nearest},
    {"a level is named once", a_level_is_named_once},
    {"totals cover every prefix", totals_cover_every_prefix},
    {"an empty cube has no line", an_empty_cube_has_no_line},
    {"nothing but NULL is NULL", nothing_but_null_is_null},
    {"integer sums grow into doubles", integer_sums_grow_into_doubles},
    {"damage is never an answer", damage_is_never_an_answer},
    {"random queries agree with the facts", random_queries_agree_with_the_facts},
    {"additions equal full processing bit for bit", additions_equal_full_processing_bit_for_bit},
    {0},
};
