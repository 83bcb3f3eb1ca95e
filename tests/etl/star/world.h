/*
 * world: random cubes over random instances, made from a seed: all kinds of dimensions and
 * measures, NULLs, dates before 1970, cubes without facts, dimensions of one member, facts whose
 * keys are NULL or unknown. They go the whole way: events, primary import, star schema, cube.
 * Header only.
 */
#ifndef TESTS_ETL_STAR_WORLD_H
#define TESTS_ETL_STAR_WORLD_H

#include <inttypes.h>

#include "etl/star/load.h"
#include "etl/star/process.h"
#include "tests/etl/fixture.h"

struct random {
    uint64_t state;
};

/* splitmix64 (Steele, Lea, Flood 2014). */
static inline uint64_t
random_bits(struct random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* 0 to count - 1. */
static inline size_t
random_below(struct random *r, size_t count)
{
    return (size_t)(random_bits(r) % count);
}

static inline bool
random_one_in(struct random *r, size_t n)
{
    return random_below(r, n) == 0;
}

struct world {
    struct db *primary, *star;
    struct random random;
    uint64_t still; /* bits of the checkpoints that never vary: dimensions of one member */
    struct definition
        definition; /* with the fixture's; the cube of this world has the name below */
    char cube[24], activity[24];
    struct star shape;
    const struct cube_model *model;
    struct fault f;
};

/* Checkpoints of every world, by type; an alias has the checkpoint's name with an A before it. */
static const char *const world_texts[] = {"T1", "T2", "T3"};
static const char *const world_integers[] = {"I1", "I2"};
static const char *const world_floats[] = {"F1", "F2"};
static const char *const world_times[] = {"D1", "D2", "D3", "D4"};

#define WORLD_COUNT(array) (sizeof(array) / sizeof(array)[0])
#define WORLD_PICK(random, array) ((array)[random_below(random, WORLD_COUNT(array))])

/* ---- the definition ---- */

static inline void
world_add_checkpoints(struct text *xml, const char *const *names, size_t count, const char *type)
{
    for (size_t i = 0; i < count; i++)
        text_add_format(
            xml, "<Checkpoint Name=\"%s\" ID=\"C%s\" DataType=%s/>", names[i], names[i], type);
}

static inline void
world_add_aliases(struct text *xml, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_add_format(xml,
            "<Alias Name=\"A%s\" ID=\"A%s\"><CheckpointRef>C%s</CheckpointRef></Alias>", names[i],
            names[i], names[i]);
}

static inline void
world_add_view(struct text *xml)
{
    world_add_aliases(xml, world_texts, WORLD_COUNT(world_texts));
    world_add_aliases(xml, world_integers, WORLD_COUNT(world_integers));
    world_add_aliases(xml, world_floats, WORLD_COUNT(world_floats));
    world_add_aliases(xml, world_times, WORLD_COUNT(world_times));
    text_add(xml, "<Alias Name=\"Either\" ID=\"AE\"><CheckpointRef>CD3</CheckpointRef>"
                  "<CheckpointRef>CD1</CheckpointRef></Alias>"
                  "<Duration Name=\"U1\" ID=\"AU1\" TimeResolution=\"Day\"><FromAliasRef>AD1"
                  "</FromAliasRef><ToAliasRef>AD2</ToAliasRef></Duration>"
                  "<Duration Name=\"U2\" ID=\"AU2\" TimeResolution=\"Hour\"><FromAliasRef>AE"
                  "</FromAliasRef><ToAliasRef>AD4</ToAliasRef></Duration>");
}

static inline void
world_add_measures(struct random *r, struct text *xml)
{
    static const char *const numbers[] = {"AI1", "AI2", "AF1", "AF2", "AU1", "AU2"};
    static const char *const ordered[] = {"AI1", "AF1", "AF2", "AU1", "AD1", "AE"};
    static const char *const any[] = {"AT1", "AI1", "AF2", "AD4", "AU2"};
    size_t count = 1 + random_below(r, 6);

    for (size_t i = 0; i < count; i++) {
        static const char *const functions[] = {"Count", "Sum", "Avg", "Min", "Max"};
        size_t function = random_below(r, 5);

        text_add_format(xml,
            "<Measure Name=\"M%zu\" ID=\"M%zu\" AliasRef=\"%s\" AggregationFunction=\"%s\"/>", i, i,
            function == 0  ? WORLD_PICK(r, any)
            : function < 3 ? WORLD_PICK(r, numbers)
                           : WORLD_PICK(r, ordered),
            functions[function]);
    }
}

static inline void
world_add_data_dimension(struct random *r, struct text *xml, size_t number)
{
    static const char *const aliases[] = {"AT1", "AT2", "AI1", "AT3", "AF1", "AD2", "AU1"};
    size_t first = random_below(r, WORLD_COUNT(aliases)), count = 1 + random_below(r, 3);

    text_add_format(xml, "<DataDimension Name=\"N%zu\" ID=\"N%zu\">", number, number);
    for (size_t i = 0; i < count; i++)
        text_add_format(
            xml, "<LevelAliasRef>%s</LevelAliasRef>", aliases[(first + i) % WORLD_COUNT(aliases)]);
    text_add(xml, "</DataDimension>");
}

static inline void
world_add_time_dimension(struct random *r, struct text *xml, size_t number)
{
    static const char *const levels[] = {
        "Year", "Quarter", "Month", "Week", "Day", "Hour", "Minute"};
    bool any = false;

    text_add_format(xml, "<TimeDimension Name=\"N%zu\" ID=\"N%zu\" TimeStampAliasRef=\"%s\">",
        number, number, random_one_in(r, 2) ? "AD1" : "AE");
    for (size_t i = 0; i < WORLD_COUNT(levels); i++) {
        if (random_one_in(r, 2) || (!any && i + 1 == WORLD_COUNT(levels))) {
            text_add_format(xml, "<TimeLevel>%s</TimeLevel>", levels[i]);
            any = true;
        }
    }
    text_add(xml, "</TimeDimension>");
}

static inline void
world_add_range_dimension(struct random *r, struct text *xml, size_t number)
{
    static const char *const aliases[] = {"AI1", "AI2", "AF1", "AU1"};
    size_t count = 2 + random_below(r, 3);
    int from = (int)random_below(r, 5) - 4;

    text_add_format(xml, "<NumericRangeDimension Name=\"N%zu\" ID=\"N%zu\" NumericAliasRef=\"%s\">",
        number, number, WORLD_PICK(r, aliases));
    for (size_t i = 0; i < count; i++) {
        int to = from + 1 + (int)random_below(r, 4);

        text_add_format(
            xml, "<Range Name=\"%s %zu\" ID=\"R%zu_%zu\"", i == 0 ? "z" : "a", i, number, i);
        if (i > 0 || random_one_in(r, 2))
            text_add_format(xml, " From=\"%d\"", from);
        if (i + 1 < count || random_one_in(r, 2))
            text_add_format(xml, " To=\"%d.5\"", to);
        text_add(xml, "/>");
        from = to + 1 + (int)random_below(r, 2);
    }
    text_add(xml, "</NumericRangeDimension>");
}

/* A tree of stages, up to four deep, over the time aliases. */
static inline void
world_add_stage(struct random *r, struct text *xml, size_t number, size_t *stage, size_t depth)
{
    size_t self = (*stage)++;

    text_add_format(xml, "<ProgressStage Name=\"s%zu\" ID=\"S%zu_%zu\" TimeStampAliasRef=\"A%s\">",
        9 - self, number, self, WORLD_PICK(r, world_times));
    while (depth < 4 && *stage < 8 && !random_one_in(r, 2))
        world_add_stage(r, xml, number, stage, depth + 1);
    text_add(xml, "</ProgressStage>");
}

static inline void
world_add_progress_dimension(struct random *r, struct text *xml, size_t number)
{
    size_t stage = 0;

    text_add_format(xml, "<ProgressDimension Name=\"N%zu\" ID=\"N%zu\">", number, number);
    world_add_stage(r, xml, number, &stage, 1);
    text_add(xml, "</ProgressDimension>");
}

/* The published schema has the kinds in this order. */
static inline void
world_add_dimensions(struct random *r, struct text *xml)
{
    static void (*const adders[])(struct random *, struct text *, size_t) = {
        world_add_data_dimension, world_add_time_dimension, world_add_range_dimension,
        world_add_progress_dimension};
    size_t number = 0;

    for (size_t kind = 0; kind < WORLD_COUNT(adders); kind++) {
        for (size_t count = random_below(r, 3); count > 0; count--)
            adders[kind](r, xml, number++);
    }
    if (number == 0)
        world_add_time_dimension(r, xml, 0);
}

static inline void
world_write_definition(struct world *w, struct text *xml)
{
    text_add_format(xml,
        "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">"
        "<Activity Name=\"%s\" ID=\"ACT\">",
        w->activity);
    world_add_checkpoints(
        xml, world_texts, WORLD_COUNT(world_texts), "\"NVARCHAR\" DataLength=\"2000\"");
    world_add_checkpoints(xml, world_integers, WORLD_COUNT(world_integers), "\"INT\"");
    world_add_checkpoints(xml, world_floats, WORLD_COUNT(world_floats), "\"FLOAT\"");
    world_add_checkpoints(xml, world_times, WORLD_COUNT(world_times), "\"DATETIME\"");
    text_add_format(xml,
        "</Activity><View Name=\"V%s\" ID=\"V\"><ActivityView Name=\"AV\" ID=\"AV\" "
        "ActivityRef=\"ACT\">",
        w->activity);
    world_add_view(xml);
    text_add_format(
        xml, "</ActivityView></View><Cube Name=\"%s\" ID=\"Q\" ActivityViewRef=\"AV\">", w->cube);
    world_add_measures(&w->random, xml);
    world_add_dimensions(&w->random, xml);
    text_add(xml, "</Cube></BAMDefinition>");
}

static inline void
world_deploy(struct world *w)
{
    struct findings list = FINDINGS_INIT("world");
    struct definition d = DEFINITION_INIT;
    struct text xml = TEXT_INIT;

    world_write_definition(w, &xml);
    ASSERT_OK(definition_read_text(&d, text_get(&xml), xml.length, &list, &w->f), &w->f);
    ASSERT_OK(deployment_deploy(w->primary, &d, &list, &w->f), &w->f);
    ASSERT_OK(deployment_read(w->primary, &w->definition, &w->f), &w->f);
    definition_release(&d);
    findings_release(&list);
    text_release(&xml);
}

/* ---- instances ---- */

static inline void
world_add_text(struct random *r, struct text *json)
{
    static const char *const pool[] = {"", "a", "A", "b ", " b", "\u00e4\u00c4", "it's",
        "say \\\"x\\\"", "x,y", "50%", "back\\\\slash", "(unknown)", "NULL", "\u6f22\u5b57"};
    size_t pick = random_below(r, WORLD_COUNT(pool) + 2);

    text_add_char(json, '"');
    if (pick < WORLD_COUNT(pool)) {
        text_add(json, pool[pick]);
    } else {
        /* Long ones that differ at their end alone. */
        for (int i = 0; i < 1500; i++)
            text_add_char(json, 'l');
        text_add_format(json, "%zu", pick);
    }
    text_add_char(json, '"');
}

static inline void
world_add_integer(struct random *r, struct text *json)
{
    int64_t small = (int64_t)random_below(r, 9) - 4;

    if (random_one_in(r, 8))
        small *= 123456789012345;
    text_add_format(json, "%" PRId64, small);
}

static inline void
world_add_float(struct random *r, struct text *json)
{
    static const double pool[] = {0.1, -0.25, 0, 1e15, 3, 1e-3, -2.5, 1e200, 5e-324, 2.2e-308};

    if (random_one_in(r, 2))
        text_add_format(json, "%.17g", WORLD_PICK(r, pool));
    else
        text_add_format(json, "%.17g", ((double)random_below(r, 2000001) - 1000000) / 1000);
}

static inline void
world_add_time(struct random *r, struct text *json)
{
    static const char *const pool[] = {"1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z",
        "1900-02-28T12:00:00Z", "2000-02-29T00:00:00.000001Z", "1600-12-31T23:00:00Z",
        "2023-01-01T00:00:00Z", "2022-12-31T23:59:59Z"};
    char buffer[MOMENT_TEXT_BYTES];
    int64_t day = 86400000000;

    if (random_one_in(r, 3))
        text_add_format(json, "\"%s\"", WORLD_PICK(r, pool));
    else
        text_add_format(json, "\"%s\"",
            moment_format(((int64_t)random_below(r, 3000) - 1500) * day +
                              (int64_t)random_below(r, 1440) * 60000000,
                buffer));
}

/* A checkpoint that stands still has the same value, or none, in all instances of the world. */
static inline void
world_add_values(struct world *w, struct text *json, const char *const *names, size_t count,
    void (*add)(struct random *, struct text *))
{
    for (size_t i = 0; i < count; i++) {
        bool still = (w->still >> ((size_t)names[0][0] + i) % 32 & 1) != 0;
        struct random same = {w->still + i};
        struct random *r = still ? &same : &w->random;

        if (random_one_in(r, 4))
            continue;
        text_add_format(
            json, "%s\"%s\":", json->bytes[json->length - 1] == '{' ? "" : ",", names[i]);
        add(r, json);
    }
}

static inline void
world_add_instance(struct world *w, struct text *json, size_t id)
{
    text_add_format(json, "{\"op\":\"begin\",\"id\":\"i%zu\",\"data\":{", id);
    world_add_values(w, json, world_texts, WORLD_COUNT(world_texts), world_add_text);
    world_add_values(w, json, world_integers, WORLD_COUNT(world_integers), world_add_integer);
    world_add_values(w, json, world_floats, WORLD_COUNT(world_floats), world_add_float);
    world_add_values(w, json, world_times, WORLD_COUNT(world_times), world_add_time);
    text_add(json, "}}\n");
    if (!random_one_in(&w->random, 3))
        text_add_format(json, "{\"op\":\"end\",\"id\":\"i%zu\"}\n", id);
}

static inline void
world_import(struct world *w)
{
    static const size_t sizes[] = {0, 1, 2, 5, 20, 60, 150, 300};
    const struct import_options options = {.source = {.activity = w->activity}};
    size_t count = WORLD_PICK(&w->random, sizes);
    struct import_result result;
    struct text json = TEXT_INIT;

    for (size_t i = 0; i < count; i++)
        world_add_instance(w, &json, i);
    fixture_write("world.jsonl", text_get(&json));
    if (count > 0)
        ASSERT_OK(
            import_run(w->primary, &w->definition, "world.jsonl", &options, &result, &w->f), &w->f);
    text_release(&json);
}

/* ---- the star schema ---- */

/* Facts as a clumsy hand may leave them: keys that are NULL, or that no member has. */
static inline void
world_spoil(struct world *w)
{
    struct text sql = TEXT_INIT;

    for (size_t i = 0; i < w->shape.dimension_count; i++) {
        const char *key = w->shape.dimensions[i].key;

        if (!random_one_in(&w->random, 4))
            continue;
        sql_set(&sql, "UPDATE %n SET %n = %s WHERE \"RecordID\" %% 7 = 3", w->shape.names.facts,
            key, random_one_in(&w->random, 2) ? "NULL" : "999999");
        ASSERT_OK(db_run(w->star, text_get(&sql), NULL, &w->f), &w->f);
    }
    text_release(&sql);
}

static inline void
world_process(struct world *w, const char *directory, enum cube_storage storage)
{
    const struct process_order order = {directory, PROCESS_DEFAULT, storage, NULL};
    struct process_result result;

    ASSERT_OK(process_cube(w->star, &w->shape, &order, &result, &w->f), &w->f);
}

/* Makes world number `number` in the databases: cube files in "memory" and "direct". */
static inline void
world_begin(struct world *w, struct db *primary, struct db *star, uint64_t seed, size_t number)
{
    const struct load_databases databases = {primary, star, NULL};
    struct load_result loaded;
    size_t cube = 0;

    *w = (struct world){.primary = primary,
        .star = star,
        .random = {seed + number * 7919},
        .definition = DEFINITION_INIT,
        .f = FAULT_INIT};
    w->still = random_bits(&w->random) & random_bits(&w->random) & random_bits(&w->random);
    snprintf(w->activity, sizeof w->activity, "W%zu", number);
    snprintf(w->cube, sizeof w->cube, "Q%zu", number);
    world_deploy(w);
    world_import(w);
    while (strcmp(w->definition.cubes[cube].name, w->cube) != 0)
        cube++;
    ASSERT_OK(star_init(&w->shape, &w->definition, &w->definition.cubes[cube], &w->f), &w->f);
    ASSERT_OK(load_star(&databases, &w->shape, HISTORY_WINDOW, &loaded, &w->f), &w->f);
    world_spoil(w);
    world_process(w, "memory", CUBE_STORAGE_MEMORY);
    world_process(w, "direct", CUBE_STORAGE_DIRECT);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w->model = process_model(&w->shape, &w->f));
}

static inline void
world_end(struct world *w)
{
    star_release(&w->shape);
    definition_release(&w->definition);
}

#endif
