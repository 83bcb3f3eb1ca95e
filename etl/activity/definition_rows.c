#include "etl/activity/definition_rows.h"

static int
write_document(struct db *primary, const struct definition *d, struct fault *f)
{
    struct text xml = TEXT_INIT;
    struct value v;
    int rc = -1;

    if (db_run(primary, "DELETE FROM \"nightcube_Definition\"", NULL, f) != 0)
        goto done;
    /* Nothing left is no document: one without an activity could not be read again. */
    if (d->activity_count == 0) {
        rc = 0;
        goto done;
    }
    if (definition_write(d, &xml, f) != 0)
        goto done;
    v = value_text_n(text_get(&xml), xml.length);
    rc = db_run_with(primary,
        "INSERT INTO \"nightcube_Definition\"(\"Version\", \"Xml\") VALUES (1, ?)", &v, 1, f);
done:
    text_release(&xml);
    return rc;
}

/* The XML of a part: `part` is a definition that borrows some of another one's arrays. */
static int
run_with_xml(struct db *primary, const char *sql, struct value *row, size_t count,
    const struct definition *part, struct fault *f)
{
    struct text xml = TEXT_INIT;
    int rc = definition_write(part, &xml, f);

    if (rc == 0) {
        row[count - 1] = value_text_n(text_get(&xml), xml.length);
        rc = db_run_with(primary, sql, row, count, f);
    }
    text_release(&xml);
    return rc;
}

/* Activities keep their window and archive flag: rows are added, updated and removed, never made
 * anew. */
static int
write_activities(struct db *primary, const struct definition *d, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    text_add(&sql, "DELETE FROM \"bam_Metadata_Activities\" WHERE \"ActivityName\" NOT IN (''");
    for (size_t i = 0; i < d->activity_count; i++)
        sql_add(&sql, ", %t", d->activities[i].name);
    text_add(&sql, ")");
    rc = text_check(&sql, f) == 0 ? db_run(primary, text_get(&sql), NULL, f) : -1;
    for (size_t i = 0; rc == 0 && i < d->activity_count; i++) {
        const struct definition part = {.activities = &d->activities[i], .activity_count = 1};
        struct value row[] = {value_text(d->activities[i].name), value_text(d->activities[i].name)};

        rc = db_run_with(primary,
            "INSERT INTO \"bam_Metadata_Activities\"(\"ActivityName\") SELECT ? WHERE NOT EXISTS "
            "(SELECT 1 FROM \"bam_Metadata_Activities\" WHERE \"ActivityName\" = ?)",
            row, 2, f);
        if (rc == 0)
            rc = run_with_xml(primary,
                sql_set(&sql,
                    "UPDATE \"bam_Metadata_Activities\" SET \"DefinitionXml\" = ? WHERE "
                    "\"ActivityName\" = %t",
                    d->activities[i].name),
                row, 1, &part, f);
    }
    text_release(&sql);
    return rc;
}

static int
write_view(struct db *primary, const struct definition *d, const struct view *view, struct fault *f)
{
    const struct definition part = {.activities = d->activities,
        .activity_count = d->activity_count,
        .views = (struct view *)view,
        .view_count = 1};
    struct value row[] = {value_text(view->name), value_null()};

    if (run_with_xml(primary,
            "INSERT INTO \"bam_Metadata_Views\"(\"ViewName\", \"DefinitionXml\") VALUES (?, ?)",
            row, 2, &part, f) != 0)
        return -1;
    for (size_t i = 0; i < view->activity_view_count; i++) {
        const struct activity_view *av = &view->activity_views[i];
        const struct value names[] = {value_text(av->name), value_text(view->name),
            value_text(d->activities[av->activity].name)};

        if (db_run_with(primary,
                "INSERT INTO \"bam_Metadata_ActivityViews\"(\"ActivityViewName\", \"ViewName\", "
                "\"ActivityName\") VALUES (?, ?, ?)",
                names, 3, f) != 0)
            return -1;
    }
    return 0;
}

static int
write_cube(struct db *primary, const struct definition *d, const struct cube *c, struct fault *f)
{
    const struct definition part = {.activities = d->activities,
        .activity_count = d->activity_count,
        .views = d->views,
        .view_count = d->view_count,
        .cubes = (struct cube *)c,
        .cube_count = 1};
    struct value row[] = {value_text(c->name), value_text(cube_activity_view(d, c)->name),
        value_text(d->views[c->view].name), value_text(cube_activity(d, c)->name),
        value_int(c->create_olap_cube), value_null()};

    if (run_with_xml(primary,
            "INSERT INTO \"bam_Metadata_Cubes\"(\"CubeName\", \"ActivityViewName\", \"ViewName\", "
            "\"ActivityName\", \"CreateOlapCube\", \"DefinitionXml\") VALUES (?, ?, ?, ?, ?, ?)",
            row, 6, &part, f) != 0)
        return -1;
    for (size_t i = 0; i < c->aggregation_count; i++) {
        const struct value names[] = {value_text(c->name), value_text(c->aggregations[i].name)};

        if (db_run_with(primary,
                "INSERT INTO \"bam_Metadata_RealTimeAggregations\"(\"CubeName\", \"RtaName\") "
                "VALUES (?, ?)",
                names, 2, f) != 0)
            return -1;
    }
    return 0;
}

static int
write_indexes(struct db *primary, const struct activity *a, struct fault *f)
{
    for (size_t i = 0; i < a->index_count; i++) {
        const struct index_list *list = &a->indexes[i].checkpoints;
        struct text columns = TEXT_INIT;
        struct value row[3] = {value_text(a->name), value_text(a->indexes[i].name)};
        int rc = -1;

        for (size_t k = 0; k < list->count; k++)
            text_add_format(
                &columns, "%s%s", k == 0 ? "" : ",", a->checkpoints[list->items[k]].name);
        row[2] = value_text(text_get(&columns));
        if (text_check(&columns, f) == 0)
            rc = db_run_with(primary,
                "INSERT INTO \"bam_Metadata_CustomIndexes\"(\"ActivityName\", \"IndexName\", "
                "\"ColumnsList\") VALUES (?, ?, ?)",
                row, 3, f);
        text_release(&columns);
        if (rc != 0)
            return -1;
    }
    return 0;
}

int
definition_rows_write(struct db *primary, const struct definition *d, struct fault *f)
{
    static const char *const clear[] = {
        "DELETE FROM \"bam_Metadata_Views\"",
        "DELETE FROM \"bam_Metadata_ActivityViews\"",
        "DELETE FROM \"bam_Metadata_Cubes\"",
        "DELETE FROM \"bam_Metadata_RealTimeAggregations\"",
        "DELETE FROM \"bam_Metadata_CustomIndexes\"",
    };
    int rc = write_document(primary, d, f);

    if (rc == 0)
        rc = write_activities(primary, d, f);
    for (size_t i = 0; rc == 0 && i < sizeof clear / sizeof clear[0]; i++)
        rc = db_run(primary, clear[i], NULL, f);
    for (size_t i = 0; rc == 0 && i < d->view_count; i++)
        rc = write_view(primary, d, &d->views[i], f);
    for (size_t i = 0; rc == 0 && i < d->cube_count; i++)
        rc = write_cube(primary, d, &d->cubes[i], f);
    for (size_t i = 0; rc == 0 && i < d->activity_count; i++)
        rc = write_indexes(primary, &d->activities[i], f);
    return rc == 0 ? 0 : fault_wrap(f, "write the metadata");
}
