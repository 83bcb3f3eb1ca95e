#include "etl/activity/changes.h"

static const enum value_type types[CHANGE_COLUMNS] = {
    VALUE_INT, VALUE_TIME, VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_TEXT};

static const char query[] =
    "SELECT o.\"OperationID\", o.\"OperationTime\", o.\"Account\", o.\"Description\", "
    "e.\"Event\", e.\"ObjectType\", e.\"ObjectName\" FROM \"bam_Metadata_Operations\" AS o "
    "LEFT JOIN \"bam_Metadata_OperationEvents\" AS e ON e.\"OperationID\" = o.\"OperationID\" "
    "ORDER BY o.\"OperationID\", e.\"EventID\"";

int
changes_visit(struct db *primary,
    int (*take)(void *state, const struct value *row, struct fault *f), void *state,
    struct fault *f)
{
    struct value row[CHANGE_COLUMNS];
    struct stmt *s = db_prepare(primary, query, f);
    int rc = s == NULL ? -1 : stmt_query(s, types, CHANGE_COLUMNS, f);

    if (rc == 0) {
        while ((rc = stmt_fetch(s, row, f)) == 1) {
            if ((rc = take(state, row, f)) != 0)
                break;
        }
    }
    stmt_free(s);
    return rc == 0 ? 0 : fault_wrap(f, "read the changes");
}
