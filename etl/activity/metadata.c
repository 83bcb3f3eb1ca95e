#include "etl/activity/metadata.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/number.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *activity_key[] = {"ActivityName"};
static const char *view_key[] = {"ViewName"};
static const char *activity_view_key[] = {"ViewName", "ActivityViewName"};
static const char *cube_key[] = {"CubeName"};
static const char *rta_key[] = {"CubeName", "RtaName"};
static const char *partition_key[] = {"InstancesTable"};
static const char *index_key[] = {"ActivityName", "IndexName"};
static const char *operation_key[] = {"OperationID"};
static const char *event_key[] = {"EventID"};
static const char *name_key[] = {"Name"};
static const char *version_key[] = {"Component"};
static const char *definition_key[] = {"Version"};
static const char *account_key[] = {"ViewName", "AccountName"};
static const char *import_key[] = {"SourceSha256", "Options"};

#define NAME(column)                                                                               \
    {                                                                                              \
        .name = (column), .type = VALUE_TEXT, .length = 128, .not_null = true                      \
    }
#define TEXT(column)                                                                               \
    {                                                                                              \
        .name = (column), .type = VALUE_TEXT                                                       \
    }
#define INT(column)                                                                                \
    {                                                                                              \
        .name = (column), .type = VALUE_INT                                                        \
    }
#define BIT(column)                                                                                \
    {                                                                                              \
        .name = (column), .type = VALUE_INT, .length = 1, .not_null = true                         \
    }
#define TIME(column)                                                                               \
    {                                                                                              \
        .name = (column), .type = VALUE_TIME                                                       \
    }

static struct table_column activities[] = {NAME("ActivityName"), TEXT("DefinitionXml"),
    {.name = "OnlineWindowTimeUnit",
        .type = VALUE_TEXT,
        .length = 10,
        .not_null = true,
        .default_text = "MONTH"},
    {.name = "OnlineWindowTimeLength", .type = VALUE_INT, .not_null = true, .default_text = "6"},
    {.name = "Archive", .type = VALUE_INT, .length = 1, .not_null = true, .default_text = "1"}};
static struct table_column views[] = {NAME("ViewName"), TEXT("DefinitionXml")};
static struct table_column activity_views[] = {
    NAME("ActivityViewName"), NAME("ViewName"), NAME("ActivityName")};
static struct table_column cubes[] = {NAME("CubeName"), NAME("ActivityViewName"), NAME("ViewName"),
    NAME("ActivityName"), TEXT("DefinitionXml"), BIT("CreateOlapCube")};
static struct table_column aggregations[] = {NAME("CubeName"), NAME("RtaName"),
    {.name = "ConnectionString", .type = VALUE_TEXT, .length = 640}};
static struct table_column partitions[] = {NAME("ActivityName"), NAME("InstancesTable"),
    NAME("RelationshipsTable"), TIME("CreationTime"), INT("MinRecordID"), INT("MaxRecordID"),
    {.name = "ArchivingInProgress",
        .type = VALUE_INT,
        .length = 1,
        .not_null = true,
        .default_text = "0"},
    TIME("ArchivedTime")};
static struct table_column custom_indexes[] = {
    NAME("ActivityName"), NAME("IndexName"), TEXT("ColumnsList")};
static struct table_column analysis_tasks[] = {NAME("CubeName"), INT("MinRecordID"),
    INT("MaxRecordID"), TIME("LastStartTime"), TIME("LastEndTime")};
static struct table_column operations[] = {
    {.name = "OperationID", .type = VALUE_INT, .not_null = true}, TIME("OperationTime"),
    TEXT("Account"), TEXT("Description")};
static struct table_column operation_events[] = {
    {.name = "EventID", .type = VALUE_INT, .not_null = true}, INT("OperationID"), TEXT("Event"),
    TEXT("ObjectType"), TEXT("ObjectName")};
static struct table_column configuration[] = {NAME("Name"), TEXT("Value")};
static struct table_column referenced_databases[] = {
    NAME("Name"), TEXT("ServerName"), TEXT("DatabaseName")};
static struct table_column database_version[] = {
    NAME("Component"), INT("Major"), INT("Minor"), TIME("InstalledTime")};
static struct table_column definition[] = {
    {.name = "Version", .type = VALUE_INT, .not_null = true}, TEXT("Xml")};
static struct table_column accounts[] = {
    NAME("ViewName"), NAME("AccountName"), TIME("GrantedTime")};
static struct table_column trail[] = {NAME("InstancesTable"), NAME("ActivityName"),
    TIME("MarkedTime"), TIME("VerifiedTime"), INT("InstanceRows"), TEXT("InstanceSum"),
    INT("RelationshipRows"), TEXT("RelationshipSum"), TIME("BackedUpTime"), TEXT("Container"),
    TEXT("ContainerSha256"), TIME("DroppedTime"), TIME("KeptTime"), TEXT("KeptWhy")};
static struct table_column imports[] = {NAME("SourceSha256"),
    {.name = "Options", .type = VALUE_TEXT, .length = 512, .not_null = true}, INT("Position"),
    TEXT("Activity"), /* the one it speaks of; * for several */
    INT("Events"), INT("Late"), INT("Rejected"), BIT("Finished"), TIME("FirstTime"),
    TIME("LastTime")};

static const struct table tables[] = {
    {.name = "bam_Metadata_Activities",
        .columns = activities,
        .column_count = COUNT(activities),
        .key = activity_key,
        .key_count = 1},
    {.name = "bam_Metadata_Views",
        .columns = views,
        .column_count = COUNT(views),
        .key = view_key,
        .key_count = 1},
    {.name = "bam_Metadata_ActivityViews",
        .columns = activity_views,
        .column_count = COUNT(activity_views),
        .key = activity_view_key,
        .key_count = 1},
    {.name = "bam_Metadata_Cubes",
        .columns = cubes,
        .column_count = COUNT(cubes),
        .key = cube_key,
        .key_count = 1},
    {.name = "bam_Metadata_RealTimeAggregations",
        .columns = aggregations,
        .column_count = COUNT(aggregations),
        .key = rta_key,
        .key_count = 2},
    {.name = "bam_Metadata_Partitions",
        .columns = partitions,
        .column_count = COUNT(partitions),
        .key = partition_key,
        .key_count = 1},
    {.name = "bam_Metadata_CustomIndexes",
        .columns = custom_indexes,
        .column_count = COUNT(custom_indexes),
        .key = index_key,
        .key_count = 2},
    {.name = "bam_Metadata_AnalysisTasks",
        .columns = analysis_tasks,
        .column_count = COUNT(analysis_tasks),
        .key = cube_key,
        .key_count = 1},
    {.name = "bam_Metadata_Operations",
        .columns = operations,
        .column_count = COUNT(operations),
        .key = operation_key,
        .key_count = 1,
        .identity = true},
    {.name = "bam_Metadata_OperationEvents",
        .columns = operation_events,
        .column_count = COUNT(operation_events),
        .key = event_key,
        .key_count = 1,
        .identity = true},
    {.name = "bam_Metadata_Configuration",
        .columns = configuration,
        .column_count = COUNT(configuration),
        .key = name_key,
        .key_count = 1},
    {.name = "bam_Metadata_Properties",
        .columns = configuration,
        .column_count = COUNT(configuration),
        .key = name_key,
        .key_count = 1},
    {.name = "bam_Metadata_ReferencedDatabases",
        .columns = referenced_databases,
        .column_count = COUNT(referenced_databases),
        .key = name_key,
        .key_count = 1},
    {.name = "bam_Metadata_DatabaseVersion",
        .columns = database_version,
        .column_count = COUNT(database_version),
        .key = version_key,
        .key_count = 1},
    /* The whole of what is deployed, as one document: one row. */
    {.name = "nightcube_Definition",
        .columns = definition,
        .column_count = COUNT(definition),
        .key = definition_key,
        .key_count = 1},
    /* Who was given the objects of a view. */
    {.name = "nightcube_Accounts",
        .columns = accounts,
        .column_count = COUNT(accounts),
        .key = account_key,
        .key_count = 2},
    /* How far each partition is on its way into the archive (etl/maintenance/trail.h). */
    {.name = "nightcube_Trail",
        .columns = trail,
        .column_count = COUNT(trail),
        .key = partition_key,
        .key_count = 1},
    /* How far each source was imported; written in the transaction of the rows it speaks of. */
    {.name = "nightcube_Imports",
        .columns = imports,
        .column_count = COUNT(imports),
        .key = import_key,
        .key_count = 2},
};

static int
create_missing(struct db *primary, struct fault *f)
{
    for (size_t i = 0; i < COUNT(tables); i++) {
        int exists = db_table_exists(primary, tables[i].name, f);

        if (exists < 0 || (exists == 0 && db_create_table(primary, &tables[i], f) != 0))
            return -1;
    }
    return 0;
}

static int
record_version(struct db *primary, struct fault *f)
{
    const struct value now = value_time(clock_now());

    return db_run_with(primary,
        "INSERT INTO \"bam_Metadata_DatabaseVersion\"(\"Component\", \"Major\", \"Minor\", "
        "\"InstalledTime\") SELECT 'nightcube', 1, 0, ? WHERE NOT EXISTS "
        "(SELECT 1 FROM \"bam_Metadata_DatabaseVersion\" WHERE \"Component\" = 'nightcube')",
        &now, 1, f);
}

int
metadata_setup(struct db *primary, struct fault *f)
{
    int rc;

    if (db_begin(primary, f) != 0)
        return -1;
    rc = create_missing(primary, f);
    if (rc == 0)
        rc = record_version(primary, f);
    return db_end(primary, rc, f) == 0 ? 0 : fault_wrap(f, "set up %s", db_name(primary));
}

int
metadata_check(struct db *primary, struct fault *f)
{
    int exists = db_table_exists(primary, "nightcube_Definition", f);

    if (exists != 0)
        return exists < 0 ? -1 : 0;
    fault_set(f, FAULT_UNAVAILABLE, "%s was never set up", db_name(primary));
    return fault_hint(f, "run: nightcube setup");
}

static const char archive_property[] =
    "SELECT 1 FROM \"bam_Metadata_Properties\" WHERE \"Name\" = 'nightcube.archive'";

int
metadata_knows_archive(struct db *primary, struct fault *f)
{
    return db_has_row(primary, archive_property, f);
}

int
metadata_note_archive(struct db *primary, struct fault *f)
{
    int known = metadata_knows_archive(primary, f);

    if (known != 0)
        return known < 0 ? -1 : 0;
    return db_run(primary,
        "INSERT INTO \"bam_Metadata_Properties\"(\"Name\", \"Value\") "
        "VALUES ('nightcube.archive', 'configured')",
        NULL, f);
}

/* "nightcube.records.<Activity>" */
static void
add_records_property(struct text *name, const char *activity)
{
    text_add_format(name, "nightcube.records.%s", activity);
}

int
metadata_get_last_record(struct db *primary, const char *activity, int64_t *last, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct text name = TEXT_INIT;
    struct value property, v = value_null();
    struct stmt *s = db_prepare(
        primary, "SELECT \"Value\" FROM \"bam_Metadata_Properties\" WHERE \"Name\" = ?", f);
    int rc = s == NULL ? -1 : 0;

    *last = 0;
    add_records_property(&name, activity);
    property = value_text(text_get(&name));
    if (rc == 0)
        rc = stmt_bind(s, 1, &property, f);
    if (rc == 0 && (rc = stmt_query(s, &type, 1, f)) == 0)
        rc = stmt_fetch(s, &v, f);
    if (rc == 1 &&
        (v.type != VALUE_TEXT || number_parse_int(v.as.text.bytes, v.as.text.length, last) != 0))
        rc = fault_set(f, FAULT_DATA, "property '%s' is no number", text_get(&name));
    stmt_free(s);
    text_release(&name);
    return rc < 0 ? -1 : 0;
}

int
metadata_keep_last_record(struct db *primary, const char *activity, int64_t last, struct fault *f)
{
    struct text name = TEXT_INIT;
    char number[NUMBER_TEXT_BYTES];
    struct value row[2];
    int rc;

    add_records_property(&name, activity);
    snprintf(number, sizeof number, "%lld", (long long)last);
    row[0] = value_text(text_get(&name));
    row[1] = value_text(number);
    rc = db_run_with(
        primary, "DELETE FROM \"bam_Metadata_Properties\" WHERE \"Name\" = ?", row, 1, f);
    if (rc == 0)
        rc = db_run_with(primary,
            "INSERT INTO \"bam_Metadata_Properties\"(\"Name\", \"Value\") VALUES (?, ?)", row, 2,
            f);
    text_release(&name);
    return rc;
}

static const char *
account_name(void)
{
    const struct passwd *entry = getpwuid(geteuid());

    return entry == NULL ? "?" : entry->pw_name;
}

int
metadata_begin_operation(
    struct db *primary, const char *description, int64_t *operation, struct fault *f)
{
    const struct value row[] = {
        value_time(clock_now()), value_text(account_name()), value_text(description)};

    if (db_run_with(primary,
            "INSERT INTO \"bam_Metadata_Operations\"(\"OperationTime\", \"Account\", "
            "\"Description\") "
            "VALUES (?, ?, ?)",
            row, COUNT(row), f) != 0)
        return -1;
    return db_get_int(
        primary, "SELECT max(\"OperationID\") FROM \"bam_Metadata_Operations\"", 0, operation, f);
}

int
metadata_add_event(struct db *primary, int64_t operation, const char *event,
    const char *object_type, const char *object_name, struct fault *f)
{
    const struct value row[] = {
        value_int(operation), value_text(event), value_text(object_type), value_text(object_name)};

    return db_run_with(primary,
        "INSERT INTO \"bam_Metadata_OperationEvents\"(\"OperationID\", \"Event\", \"ObjectType\", "
        "\"ObjectName\") VALUES (?, ?, ?, ?)",
        row, COUNT(row), f);
}
