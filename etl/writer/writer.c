#include "etl/writer/writer.h"

#include "etl/activity/names.h"
#include "etl/writer/language.h"

static const struct writer_language *const languages[] = {
    [ROUTINES_IN_TRIGGERS] = &writer_in_triggers,
    [ROUTINES_IN_PLPGSQL] = &writer_in_plpgsql,
    [ROUTINES_IN_PROCEDURES] = &writer_in_procedures,
};

/* The writer of one activity on one engine. */
struct writer {
    struct arena memory;
    struct activity_names names;
    struct template_scope scope;
    const struct writer_language *language;
    const struct writer_routine *routines;
    bool is_wide;
};

static int
writer_init(
    struct writer *w, const struct dialect *dialect, const struct activity *a, struct fault *f)
{
    *w = (struct writer){.memory = ARENA_INIT, .language = languages[dialect->routines]};
    w->is_wide = a->checkpoint_count > w->language->most_checkpoints;
    w->routines = w->is_wide ? w->language->wide_routines : w->language->routines;
    w->scope = (struct template_scope){.bare_types = w->language->bare_types,
        .dialect = dialect,
        .activity = a,
        .names = &w->names,
        .add_parameter = w->language->add_parameter,
        .add_checks = w->language->add_checks};
    return activity_names_init(&w->names, &w->memory, a->name, f);
}

static void
writer_release(struct writer *w)
{
    arena_release(&w->memory);
}

static int
run(struct writer *w, struct db *primary, const char *template, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    template_add(&sql, template, &w->scope);
    rc = text_check(&sql, f) == 0 ? db_run_ddl(primary, text_get(&sql), f) : -1;
    text_release(&sql);
    return rc;
}

/* The last one first: each may need those before it. */
static int
drop_all(struct writer *w, struct db *primary, struct fault *f)
{
    size_t count = 0;

    while (w->routines[count].create != NULL)
        count++;
    while (count-- > 0) {
        if (w->routines[count].drop != NULL && run(w, primary, w->routines[count].drop, f) != 0)
            return -1;
    }
    return 0;
}

static int
create_all(struct writer *w, struct db *primary, struct fault *f)
{
    for (const struct writer_routine *r = w->routines; r->create != NULL; r++) {
        if (run(w, primary, r->create, f) != 0)
            return -1;
    }
    return 0;
}

int
writer_create(struct db *primary, const struct activity *a, struct fault *f)
{
    struct writer w;
    int rc = writer_init(&w, db_dialect(primary), a, f);

    /* Where DDL commits, each takes the place of the one before. */
    if (rc == 0 && db_dialect(primary)->transactional_ddl)
        rc = drop_all(&w, primary, f);
    if (rc == 0)
        rc = create_all(&w, primary, f);
    writer_release(&w);
    return rc == 0 ? 0 : fault_wrap(f, "make what writes to activity '%s'", a->name);
}

int
writer_drop(struct db *primary, const struct activity *a, struct fault *f)
{
    struct writer w;
    int rc = writer_init(&w, db_dialect(primary), a, f);

    if (rc == 0)
        rc = drop_all(&w, primary, f);
    writer_release(&w);
    return rc == 0 ? 0 : fault_wrap(f, "drop what writes to activity '%s'", a->name);
}

/* Is the routine there that is made last and dropped first? */
int
writer_exists(struct db *primary, const struct activity *a, struct fault *f)
{
    struct text sql = TEXT_INIT;
    struct writer w;
    int rc = writer_init(&w, db_dialect(primary), a, f);

    if (rc == 0)
        rc = db_has_row(
            primary, sql_set(&sql, w.language->is_there, w.names.enable_continuation), f);
    text_release(&sql);
    writer_release(&w);
    return rc;
}

int
writer_describe(
    struct text *out, const struct dialect *dialect, const struct activity *a, struct fault *f)
{
    struct writer w;
    int rc = writer_init(&w, dialect, a, f);

    if (rc == 0) {
        text_add_format(out, "-- Writing events of activity %s on %s.\n", a->name, dialect->name);
        template_add(out, w.is_wide ? w.language->wide_calls : w.language->calls, &w.scope);
        for (const struct writer_routine *r = w.routines; r->create != NULL; r++) {
            text_add(out, "\n");
            template_add(out, r->create, &w.scope);
            text_add(out, ";\n");
        }
        rc = text_check(out, f);
    }
    writer_release(&w);
    return rc;
}
