#include "etl/star/pushdown.h"

#include "cube/phrase.h"
#include "cube/pivot.h"
#include "tests/etl/star/oracle.h"

/* Random queries on random cubes: both storage modes against plain SQL on the same star schema. In
 * test-long 4,000 on each engine. */

enum { QUERY_LEVELS = 4, QUERY_SLICES = 4 };

struct asked {
    struct cube_level_ref levels[QUERY_LEVELS];
    size_t measures[ORACLE_MEASURES];
    struct cube_slice slices[QUERY_SLICES];
    struct cube_order order;
    struct cube_query query;
    struct arena memory;
};

/* ---- questions ---- */

static struct cube_level_ref
pick_level(struct world *w)
{
    size_t dimension = random_below(&w->random, w->model->dimension_count);

    return (struct cube_level_ref){
        dimension, random_below(&w->random, w->model->dimensions[dimension].level_count)};
}

static void
pick_levels(struct world *w, struct asked *a)
{
    size_t wanted = random_below(&w->random, QUERY_LEVELS + 1), count = 0;

    for (size_t tries = 0; count < wanted && tries < 20; tries++) {
        bool taken = false;

        a->levels[count] = pick_level(w);
        for (size_t i = 0; i < count; i++)
            taken = taken || cube_level_same(a->levels[i], a->levels[count]);
        count += taken ? 0 : 1;
    }
    a->query.row_count = random_one_in(&w->random, 2) ? count : random_below(&w->random, count + 1);
    a->query.column_count = count - a->query.row_count;
    a->query.rows = a->levels;
    a->query.columns = a->levels + a->query.row_count;
}

static size_t
pick_measure(struct world *w)
{
    size_t i = random_below(&w->random, w->model->measure_count + 1);

    return i == w->model->measure_count ? CUBE_ROW_COUNT : i;
}

static void
pick_measures(struct world *w, struct asked *a)
{
    a->query.measures = a->measures;
    a->query.measure_count = random_below(&w->random, 4);
    for (size_t i = 0; i < a->query.measure_count; i++)
        a->measures[i] = pick_measure(w);
}

/* A member of the level's dimension table, whether facts have it or not; sometimes none at all. */
static const char *
pick_member(struct world *w, struct asked *a, struct cube_level_ref level)
{
    const enum value_type type = cube_model_level(w->model, level)->type;
    struct text sql = TEXT_INIT, text = TEXT_INIT;
    const char *member = NULL;
    struct stmt *st;
    struct value v;
    size_t seen = 0;

    if (random_one_in(&w->random, 12))
        return random_one_in(&w->random, 2) ? NULL : "no such member";
    sql_set(&sql, "SELECT %n FROM %n ORDER BY %n", cube_model_level(w->model, level)->name,
        w->shape.dimensions[level.dimension].table, w->shape.dimensions[level.dimension].key);
    st = db_prepare(w->star, text_get(&sql), &w->f);
    ASSERT_OK(st == NULL ? -1 : stmt_query(st, &type, 1, &w->f), &w->f);
    while (stmt_fetch(st, &v, &w->f) == 1) {
        if (!random_one_in(&w->random, ++seen))
            continue;
        text_clear(&text);
        value_add_text(&text, &v);
        member = v.type == VALUE_NULL ? NULL : arena_strdup(&a->memory, text_get(&text));
    }
    stmt_free(st);
    text_release(&sql);
    text_release(&text);
    return member;
}

static void
pick_slices(struct world *w, struct asked *a)
{
    a->query.slices = a->slices;
    while (a->query.slice_count < QUERY_SLICES && random_one_in(&w->random, 3)) {
        struct cube_slice *s = &a->slices[a->query.slice_count];

        s->level =
            a->query.slice_count > 0 && random_one_in(&w->random, 2) ? s[-1].level : pick_level(w);
        s->text = pick_member(w, a, s->level);
        a->query.slice_count++;
    }
}

static void
pick_query(struct world *w, struct asked *a)
{
    *a = (struct asked){.memory = ARENA_INIT};
    pick_levels(w, a);
    pick_measures(w, a);
    pick_slices(w, a);
    a->query.part = (enum cube_part)random_below(&w->random, CUBE_PART_COUNT);
    a->query.totals = random_one_in(&w->random, 3);
    if (a->query.row_count > 0 && random_one_in(&w->random, 3)) {
        a->order = (struct cube_order){pick_measure(w), random_one_in(&w->random, 2),
            random_one_in(&w->random, 2) ? 0 : 1 + random_below(&w->random, 5)};
        a->query.order = &a->order;
    }
}

/* ---- answers ---- */

/* What is shown: the measures asked for, or all. */
static size_t
shown_measures(const struct world *w, const struct asked *a, size_t measures[ORACLE_MEASURES])
{
    size_t count = a->query.measure_count;

    for (size_t i = 0; i < count; i++)
        measures[i] = a->measures[i];
    for (size_t i = 0; count == 0 && i < w->model->measure_count; i++)
        measures[i] = i;
    return count == 0 ? w->model->measure_count : count;
}

static void
add_key(struct text *key, const struct cube_result *r, const struct cube_line *line)
{
    text_clear(key);
    for (size_t i = 0; i < r->row_count + r->column_count; i++) {
        if (!cube_line_is_total(r, line, i))
            oracle_add_member(key, &line->labels[i]);
    }
}

/* All lines of one depth of rows and of columns. */
static void
check_depth(struct world *w, const struct asked *a, const struct cube_result *r, size_t rows,
    size_t columns)
{
    struct cube_level_ref levels[QUERY_LEVELS];
    size_t measures[ORACLE_MEASURES], count = shown_measures(w, a, measures), found = 0;
    struct text key = TEXT_INIT;
    struct oracle o;

    memcpy(levels, a->query.rows, rows * sizeof *levels);
    memcpy(levels + rows, a->query.columns, columns * sizeof *levels);
    oracle_ask(&o, w, &a->query, levels, rows + columns, measures, count);
    CU_ASSERT_EQUAL_FATAL(r->measure_count, count);
    for (size_t i = 0; i < r->line_count; i++) {
        const struct oracle_row *row;

        if (r->lines[i].row_depth != rows || r->lines[i].column_depth != columns)
            continue;
        add_key(&key, r, &r->lines[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(row = oracle_find(&o, text_get(&key)));
        for (size_t k = 0; k < count; k++)
            CU_ASSERT_FATAL(
                oracle_agrees(w, measures[k], &row->cells[k], &r->lines[i].measures[k]));
        found++;
    }
    CU_ASSERT_FATAL(r->cut > 0 ? found <= o.count : found == o.count);
    arena_release(&o.memory);
    text_release(&key);
}

/* Rows in the order of the oracle's values: the same numbers at the same places. */
static bool order_ascending;

static int
compare_cells(const void *left, const void *right)
{
    const struct oracle_cell *a = &((const struct oracle_row *)left)->cells[0];
    const struct oracle_cell *b = &((const struct oracle_row *)right)->cells[0];
    int order;

    if (a->present == 0 || b->present == 0)
        return (a->present == 0) - (b->present == 0);
    order = value_compare(&a->value, &b->value);
    return order_ascending ? order : -order;
}

static size_t
count_rows(const struct cube_result *r, size_t *first, size_t most)
{
    size_t rows = 0;

    for (size_t i = 0; i < r->line_count; i++) {
        bool again = i > 0 && memcmp(r->lines[i].keys, r->lines[i - 1].keys,
                                  r->row_count * sizeof *r->lines[i].keys) == 0;

        if (!again && r->lines[i].row_depth == r->row_count) {
            if (rows < most)
                first[rows] = i;
            rows++;
        }
    }
    return rows;
}

/* How many rows stay; and, where they stand as they rank and the measure is shown and is no
 * average, which values. */
static void
check_order(struct world *w, const struct asked *a, const struct cube_result *r)
{
    const struct cube_order *order = a->query.order;
    size_t first[512], rows = count_rows(r, first, 512);
    struct oracle o;

    oracle_ask(&o, w, &a->query, a->query.rows, a->query.row_count, &order->measure, 1);
    CU_ASSERT_EQUAL_FATAL(rows, order->top > 0 && order->top < o.count ? order->top : o.count);
    CU_ASSERT_EQUAL_FATAL(r->cut, o.count - rows);
    order_ascending = order->ascending;
    if (o.count > 0)
        qsort(o.rows, o.count, sizeof *o.rows, compare_cells);
    for (size_t i = 0; i < rows && a->query.measure_count == 1 && a->query.column_count == 0 &&
                       !a->query.totals && a->measures[0] == order->measure &&
                       oracle_measure(w, order->measure)->function != CUBE_AVG;
         i++)
        CU_ASSERT_FATAL(
            oracle_agrees(w, order->measure, &o.rows[i].cells[0], &r->lines[first[i]].measures[0]));
    arena_release(&o.memory);
}

static void
check_answer(struct world *w, const struct asked *a, const struct cube_result *r)
{
    for (size_t rows = 0; rows <= r->row_count; rows++) {
        for (size_t columns = 0; columns <= r->column_count; columns++) {
            if (a->query.totals || (rows == r->row_count && columns == r->column_count))
                check_depth(w, a, r, rows, columns);
        }
    }
    if (a->query.order != NULL)
        check_order(w, a, r);
}

/* Sums of doubles may rank otherwise in another mode. */
static bool
is_exact(const struct world *w, size_t measure)
{
    const struct cube_measure *m = oracle_measure(w, measure);

    return (m->function != CUBE_SUM && m->function != CUBE_AVG) ||
           w->model->sources[m->source].type == VALUE_INT;
}

static void
check_same_lines(struct world *w, const struct asked *a, const struct cube_result *x,
    const struct cube_result *y)
{
    struct text left = TEXT_INIT, right = TEXT_INIT;

    CU_ASSERT_EQUAL_FATAL(x->line_count, y->line_count);
    CU_ASSERT_EQUAL_FATAL(x->cut, y->cut);
    for (size_t i = 0; i < x->line_count; i++) {
        if (a->query.order != NULL && !is_exact(w, a->query.order->measure))
            break;
        add_key(&left, x, &x->lines[i]);
        add_key(&right, y, &y->lines[i]);
        CU_ASSERT_STRING_EQUAL_FATAL(text_get(&left), text_get(&right));
        CU_ASSERT_EQUAL_FATAL(x->lines[i].row_depth, y->lines[i].row_depth);
        CU_ASSERT_EQUAL_FATAL(x->lines[i].column_depth, y->lines[i].column_depth);
    }
    text_release(&left);
    text_release(&right);
}

/* A refusal says the same in both modes, but for the nearest member, which may be one without
 * facts. */
static void
check_same_refusal(const struct fault *memory, const struct fault *direct)
{
    CU_ASSERT_EQUAL_FATAL(memory->kind, FAULT_DATA);
    CU_ASSERT_EQUAL_FATAL(direct->kind, FAULT_DATA);
    CU_ASSERT_STRING_EQUAL_FATAL(memory->text, direct->text);
}

static bool
ask_both(struct world *w, struct stored_cube *stored, const struct asked *a)
{
    struct cube_result memory, direct;
    struct fault refused = FAULT_INIT, also = FAULT_INIT;
    bool answered = cube_query_run(stored, &a->query, &memory, &refused) == 0;

    if (pushdown_query(w->star, w->cube, w->model, &a->query, &direct, &also) != 0) {
        if (answered)
            test_print_fault(__FILE__, __LINE__, &also);
        CU_ASSERT_FALSE_FATAL(answered);
        check_same_refusal(&refused, &also);
        return false;
    }
    if (!answered)
        test_print_fault(__FILE__, __LINE__, &refused);
    CU_ASSERT_FATAL(answered);
    check_same_lines(w, a, &memory, &direct);
    check_answer(w, a, &memory);
    check_answer(w, a, &direct);
    cube_result_release(&memory);
    cube_result_release(&direct);
    return true;
}

/* Each world has databases of its own: the more is deployed in one, the longer a deployment takes.
 */
static void
ask_world(uint64_t seed, size_t number, size_t queries)
{
    struct stored_cube *stored;
    struct fixture x;
    struct world w;
    size_t answered = 0;

    fixture_begin(&x);
    world_begin(&w, x.primary, x.star, seed, number);
    stored = cube_open("memory", w.cube, &w.f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(stored);
    for (size_t i = 0; i < queries; i++) {
        struct asked a;

        pick_query(&w, &a);
        answered += ask_both(&w, stored, &a);
        arena_release(&a.memory);
    }
    CU_ASSERT(answered > queries / 2);
    cube_close(stored);
    world_end(&w);
    fixture_end(&x);
}

enum { WORLD_QUERIES = 100 };

static void
random_queries_equal_sql(void)
{
    uint64_t worlds = long_rounds(2, 40);

    for (uint64_t i = 0; i < worlds && long_has_time(i); i++)
        ask_world(long_seed(), (size_t)i, WORLD_QUERIES);
}

/* ---- what random values do not reach ---- */

/* Answers of both modes, as CSV; they must be the same. */
static void
expect_both(struct fixture *x, const char *measures, const char *csv)
{
    const enum cube_storage modes[] = {CUBE_STORAGE_MEMORY, CUBE_STORAGE_DIRECT};
    const char *const directories[] = {"memory", "direct"};
    struct star s;

    ASSERT_OK(star_init(&s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    for (size_t i = 0; i < 2; i++) {
        const struct process_order order = {directories[i], PROCESS_FULL, modes[i], NULL};
        struct cube_query q = {.part = CUBE_PART_ALL};
        struct process_result processed;
        struct arena a = ARENA_INIT;
        struct text out = TEXT_INIT;
        struct cube_result r;
        struct stored_cube *c;
        size_t *list = NULL;

        ASSERT_OK(process_cube(x->star, &s, &order, &processed, &x->f), &x->f);
        CU_ASSERT_PTR_NOT_NULL_FATAL(c = cube_open(directories[i], "OrderCube", &x->f));
        CU_ASSERT_EQUAL(cube_storage_of(c), modes[i]);
        CU_ASSERT_EQUAL(cube_facts(c, CUBE_PART_COMPLETED), 4);
        ASSERT_OK(
            phrase_measures(cube_model_of(c), measures, &a, &list, &q.measure_count, &x->f), &x->f);
        q.measures = list;
        if (modes[i] == CUBE_STORAGE_MEMORY)
            ASSERT_OK(cube_query_run(c, &q, &r, &x->f), &x->f);
        else
            ASSERT_OK(pushdown_query(x->star, "OrderCube", cube_model_of(c), &q, &r, &x->f), &x->f);
        pivot_csv_line(&out, &r, &r.lines[0]);
        CU_ASSERT_STRING_EQUAL(text_get(&out), csv);
        text_release(&out);
        arena_release(&a);
        cube_result_release(&r);
        cube_close(c);
    }
    star_release(&s);
}

/* Four completed orders in the star schema. */
static void
begin_loaded(struct fixture *x)
{
    const struct load_databases databases = {NULL, NULL, NULL};
    struct load_databases open = databases;
    struct load_result loaded;
    struct star s;

    fixture_begin(x);
    open.primary = x->primary;
    open.star = x->star;
    fixture_complete(x, 1, 4);
    ASSERT_OK(star_init(&s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    ASSERT_OK(load_star(&open, &s, HISTORY_WINDOW, &loaded, &x->f), &x->f);
    star_release(&s);
}

static void
sums_do_not_overflow(void)
{
    struct fixture x;

    begin_loaded(&x);
    expect_both(&x, "Orders,Pieces,Value", "4,100,11\n");
    ASSERT_OK(fixture_run(&x, x.star,
                  "UPDATE bam_OrderCube_Facts SET Quantity = 9223372036854775807, Price = 1.7e308"),
        &x.f);
    expect_both(&x, "Orders,Pieces,Value", "4,3.6893488147419103e+19,inf\n");
    ASSERT_OK(fixture_run(&x, x.star,
                  "UPDATE bam_OrderCube_Facts SET Quantity = -9223372036854775807 - 1, Price = "
                  "-1.7e308 WHERE RecordID % 2 = 0"),
        &x.f);
    expect_both(&x, "Orders,Pieces,Value", "4,-2,0\n");
    fixture_end(&x);
}

static void
tiny_and_infinite_doubles_are_taken(void)
{
    static const char *const infinite[ENGINE_COUNT] = {
        "9e999", "CAST('Infinity' AS double precision)", "NULL"};
    struct text sql = TEXT_INIT;
    struct fixture x;

    begin_loaded(&x);
    ASSERT_OK(fixture_run(&x, x.star, "UPDATE bam_OrderCube_Facts SET Price = 1e-300"), &x.f);
    sql_set(&sql, "UPDATE bam_OrderCube_Facts SET Price = %s WHERE RecordID = 2",
        infinite[test_engine()]);
    ASSERT_OK(fixture_run(&x, x.star, text_get(&sql)), &x.f);
    expect_both(&x, "Orders,Value", "4,3e-300\n");
    text_release(&sql);
    fixture_end(&x);
}

static void
a_star_schema_that_is_gone_says_its_cure(void)
{
    const struct cube_query q = {.part = CUBE_PART_ALL};
    struct cube_result r;
    struct fixture x;
    struct star s;

    begin_loaded(&x);
    ASSERT_OK(star_init(&s, &x.definition, &x.definition.cubes[0], &x.f), &x.f);
    ASSERT_OK(fixture_run(&x, x.star, "DROP TABLE bam_OrderCube_ActiveFacts"), &x.f);
    CU_ASSERT_EQUAL(pushdown_query(x.star, "OrderCube", process_model(&s, &x.f), &q, &r, &x.f), -1);
    CU_ASSERT(test_contains(x.f.text, "ask the star schema of cube 'OrderCube'"));
    CU_ASSERT(test_contains(x.f.hint, "load and process it"));
    star_release(&s);
    fixture_end(&x);
}

const struct test suite_etl_star_pushdown[] = {
    {"random queries equal SQL, in both storage modes", random_queries_equal_sql},
    {"sums do not overflow", sums_do_not_overflow},
    {"tiny and infinite doubles are taken", tiny_and_infinite_doubles_are_taken},
    {"a star schema that is gone says its cure", a_star_schema_that_is_gone_says_its_cure},
    {NULL, on_each_engine},
};
