#include <string.h>

#include "config/base/log.h"
#include "config/base/nearest.h"
#include "config/base/number.h"
#include "etl/activity/account.h"
#include "etl/activity/deployment.h"
#include "etl/command/command.h"
#include "etl/maintenance/window.h"
#include "etl/pipeline/lock.h"
#include "etl/role/role.h"

/* 0 when the activity is deployed. */
static int
check_activity(struct invocation *i, const char *name, struct fault *f)
{
    struct definition d = DEFINITION_INIT;
    int rc = invocation_definition(i, &d, f);

    if (rc == 0 && invocation_activity(&d, name, f) == NULL)
        rc = -1;
    definition_release(&d);
    return rc;
}

/* ---- set window, set archive ---- */

/* "day" and "days" are the same. */
static enum window_unit
find_unit(const char *name)
{
    enum window_unit unit = window_unit_find(name);
    char single[16];
    size_t length = strlen(name);

    if (unit != WINDOW_UNIT_COUNT || length < 2 || length > sizeof single ||
        (name[length - 1] != 's' && name[length - 1] != 'S'))
        return unit;
    memcpy(single, name, length - 1);
    single[length - 1] = '\0';
    return window_unit_find(single);
}

static int
set_window(struct invocation *i, struct fault *f)
{
    const char *length = invocation_argument(i, 2);
    enum window_unit unit = find_unit(invocation_argument(i, 3));
    struct db *primary;
    int64_t number;

    if (number_parse_int(length, strlen(length), &number) != 0 || number < 0 ||
        number > WINDOW_MAX_LENGTH)
        return fault_set(f, FAULT_USAGE, "the length is a whole number from 0 to %d, not '%s'",
            WINDOW_MAX_LENGTH, length);
    if (unit == WINDOW_UNIT_COUNT)
        return fault_set(f, FAULT_USAGE, "the unit is minute, hour, day or month, not '%s'",
            invocation_argument(i, 3));
    if ((primary = invocation_primary(i, f)) == NULL ||
        check_activity(i, invocation_argument(i, 1), f) != 0)
        return COMMAND_FAILED;
    return window_set(primary, invocation_argument(i, 1), number, unit, f);
}

static int
set_archive(struct invocation *i, struct fault *f)
{
    const char *word = invocation_argument(i, 2);
    bool on = strcmp(word, "on") == 0;
    struct db *primary;

    if (!on && strcmp(word, "off") != 0)
        return fault_set(f, FAULT_USAGE, "say on or off, not '%s'", word);
    if ((primary = invocation_primary(i, f)) == NULL ||
        check_activity(i, invocation_argument(i, 1), f) != 0 ||
        window_set_archive(primary, invocation_argument(i, 1), on, f) != 0)
        return COMMAND_FAILED;
    if (!on)
        log_info("partitions of '%s' that leave the online window are purged from now on, not "
                 "archived",
            invocation_argument(i, 1));
    return COMMAND_DONE;
}

/* ---- set index ---- */

static int
find_checkpoint(const struct activity *a, const char *name, size_t *index, struct fault *f)
{
    struct nearest n;

    if ((*index = activity_find_checkpoint(a, name)) != NO_INDEX)
        return 0;
    nearest_init(&n, name);
    for (size_t k = 0; k < a->checkpoint_count; k++)
        nearest_offer(&n, a->checkpoints[k].name);
    fault_set(f, FAULT_DATA, "activity '%s' has no checkpoint '%s'", a->name, name);
    return nearest_hint(&n, f);
}

/* Reads "A,B,C"; checkpoint names hold no commas. */
static int
read_checkpoints(const struct activity *a, const char *list, struct arena *memory,
    struct index_list *result, struct fault *f)
{
    while (*list != '\0') {
        size_t length = strcspn(list, ",");
        const char *name = arena_strndup(memory, list, length);
        size_t *item = arena_append(memory, &result->items, &result->count, sizeof *item);

        if (name == NULL || item == NULL)
            return fault_set_memory(f);
        if (find_checkpoint(a, name, item, f) != 0)
            return -1;
        list += length + (list[length] == ',');
    }
    return 0;
}

/* An ID that no other index has: those before it may have been removed. */
static const char *
free_id(const struct activity *a, struct arena *memory)
{
    for (size_t number = a->index_count + 1;; number++) {
        const char *id = arena_printf(memory, "Index_%zu", number);
        bool taken = false;

        for (size_t k = 0; id != NULL && k < a->index_count; k++)
            taken = taken || strcmp(a->indexes[k].id, id) == 0;
        if (!taken)
            return id;
    }
}

/* A copy of the activity's declaration with one index more. */
static int
add_index(const struct activity *a, const char *name, const char *checkpoints, struct arena *memory,
    struct activity *result, struct fault *f)
{
    struct activity_index *indexes = arena_array(memory, a->index_count + 1, sizeof *indexes);
    struct activity_index added = {.name = name};

    if (activity_find_index(a, name) != NO_INDEX)
        return fault_set(f, FAULT_DATA, "activity '%s' has an index '%s' already", a->name, name);
    added.id = free_id(a, memory);
    if (indexes == NULL || added.id == NULL)
        return fault_set_memory(f);
    if (read_checkpoints(a, checkpoints, memory, &added.checkpoints, f) != 0)
        return -1;
    if (a->index_count > 0)
        memcpy(indexes, a->indexes, a->index_count * sizeof *indexes);
    indexes[a->index_count] = added;
    *result = *a;
    result->indexes = indexes;
    result->index_count = a->index_count + 1;
    return 0;
}

/* Written and read again, the changed activity passes every rule a deployed one passes. */
static int
update_activity(struct db *primary, struct activity *a, struct findings *list, struct fault *f)
{
    const struct definition changed = {.activities = a, .activity_count = 1};
    struct definition checked = DEFINITION_INIT;
    struct text xml = TEXT_INIT;
    int rc = definition_write(&changed, &xml, f);

    if (rc == 0)
        rc = definition_read_text(&checked, text_get(&xml), xml.length, list, f);
    if (rc == 0)
        rc = deployment_update(primary, &checked, list, f);
    definition_release(&checked);
    text_release(&xml);
    return rc;
}

static int
remove_index(struct db *primary, const struct activity *a, const char *name, struct findings *list,
    struct fault *f)
{
    struct nearest n;

    if (activity_find_index(a, name) != NO_INDEX)
        return deployment_remove_index(primary, a->name, name, list, f);
    nearest_init(&n, name);
    for (size_t k = 0; k < a->index_count; k++)
        nearest_offer(&n, a->indexes[k].name);
    fault_set(f, FAULT_DATA, "activity '%s' has no index '%s'", a->name, name);
    return nearest_hint(&n, f);
}

/* "remove" takes one away, unless it is a checkpoint for one that is not there yet. */
static bool
says_remove(const struct activity *a, const char *name, const char *word)
{
    return strcmp(word, "remove") == 0 && (activity_find_index(a, name) != NO_INDEX ||
                                              activity_find_checkpoint(a, word) == NO_INDEX);
}

static int
set_index(struct invocation *i, struct fault *f)
{
    const char *name = invocation_argument(i, 1), *index = invocation_argument(i, 2);
    const char *checkpoints = invocation_argument(i, 3);
    struct findings list = FINDINGS_INIT("set index");
    struct definition d = DEFINITION_INIT;
    struct db *primary = invocation_primary(i, f);
    const struct activity *a;
    struct activity changed;
    int rc = -1;

    if (primary == NULL || invocation_definition(i, &d, f) != 0 ||
        (a = invocation_activity(&d, name, f)) == NULL)
        goto done;
    if (says_remove(a, index, checkpoints))
        rc = remove_index(primary, a, index, &list, f);
    else if (add_index(a, index, checkpoints, &i->memory, &changed, f) == 0)
        rc = update_activity(primary, &changed, &list, f);
done:
    findings_log(&list);
    findings_release(&list);
    definition_release(&d);
    return rc;
}

/* ---- set role ---- */

static const struct analysis_setting *
find_analysis(struct invocation *i, const char *name, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    const struct analysis_setting *a =
        site == NULL ? NULL : settings_find_analysis(&site->settings, name);
    struct nearest n;

    if (site == NULL || a != NULL)
        return a;
    nearest_init(&n, name);
    for (size_t k = 0; k < site->settings.analysis_count; k++)
        nearest_offer(&n, site->settings.analyses[k].name);
    fault_set(f, FAULT_DATA, "there is no analysis database '%s'", name);
    nearest_hint(&n, f);
    return NULL;
}

static int
set_role(struct invocation *i, struct fault *f)
{
    const char *role = invocation_argument(i, 2), *word = invocation_argument(i, 3);
    bool adds = strcmp(word, "add") == 0;
    struct role_list list = ROLE_LIST_INIT;
    const struct analysis_setting *a;
    int rc = -1;

    if (!adds && strcmp(word, "remove") != 0)
        return fault_set(f, FAULT_USAGE, "say add or remove, not '%s'", word);
    if ((a = find_analysis(i, invocation_argument(i, 1), f)) != NULL &&
        role_read(&list, a->directory, f) == 0)
        rc = adds ? role_add(&list, role, invocation_argument(i, 4), f)
                  : role_remove(&list, role, invocation_argument(i, 4), f);
    if (rc == 0)
        rc = role_write(&list, a->directory, f);
    role_list_release(&list);
    return rc;
}

/* ---- set account ---- */

static const struct view *
find_view(const struct definition *d, const char *name, struct fault *f)
{
    const struct view *v = definition_find_view(d, name);
    struct nearest n;

    if (v != NULL)
        return v;
    nearest_init(&n, name);
    for (size_t k = 0; k < d->view_count; k++)
        nearest_offer(&n, d->views[k].name);
    fault_set(f, FAULT_DATA, "there is no view '%s'", name);
    nearest_hint(&n, f);
    return NULL;
}

static int
set_account(struct invocation *i, struct fault *f)
{
    const char *view = invocation_argument(i, 1), *word = invocation_argument(i, 3);
    bool gives = strcmp(word, "grant") == 0;
    struct definition d = DEFINITION_INIT;
    struct db *primary;
    const struct view *v;
    int rc = -1;

    if (!gives && strcmp(word, "revoke") != 0)
        return fault_set(f, FAULT_USAGE, "say grant or revoke, not '%s'", word);
    if ((primary = invocation_primary(i, f)) != NULL && account_check_engine(primary, f) == 0 &&
        invocation_definition(i, &d, f) == 0 && (v = find_view(&d, view, f)) != NULL)
        rc = gives ? account_grant(primary, v, invocation_argument(i, 2), f)
                   : account_revoke(primary, v, invocation_argument(i, 2), f);
    definition_release(&d);
    return rc;
}

/* ---- set ---- */

static const struct setting {
    const char *word;
    const char *synopsis;
    size_t arguments; /* the word among them */
    size_t optional;  /* how many of them may be left out */
    int (*set)(struct invocation *i, struct fault *f);
    bool alone; /* it changes tables or views, which a run may be making anew */
} settings[] = {
    {"window", "ACTIVITY LENGTH minute|hour|day|month", 4, 0, set_window, false},
    {"archive", "ACTIVITY on|off", 3, 0, set_archive, false},
    {"index", "ACTIVITY NAME CHECKPOINT[,..]|remove", 4, 0, set_index, true},
    {"role", "DATABASE ROLE add|remove [MEMBER]", 5, 1, set_role, false},
    {"account", "VIEW NAME grant|revoke", 4, 0, set_account, true},
};

static int
set_alone(struct invocation *i, const struct setting *s, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    struct lock lock = LOCK_INIT;
    int rc;

    if (site == NULL || invocation_primary(i, f) == NULL ||
        lock_take_site(&lock, site, "set", f) != 0)
        return -1;
    rc = s->set(i, f);
    lock_release(&lock);
    return rc;
}

static int
run_set(struct invocation *i, struct fault *f)
{
    const struct setting *s = settings;

    while (strcmp(s->word, i->arguments[0]) != 0)
        s++;
    if (i->argument_count > s->arguments || i->argument_count < s->arguments - s->optional) {
        fault_set(f, FAULT_USAGE, "set %s needs %zu arguments, not %zu", s->word,
            s->arguments - s->optional - 1, i->argument_count - 1);
        return fault_hint(f, "nightcube set %s %s", s->word, s->synopsis);
    }
    return s->alone ? set_alone(i, s, f) : s->set(i, f);
}

static const char *const words[] = {"window", "archive", "index", "role", "account", NULL};

const struct command command_set = {
    .name = "set",
    .arguments = "window|archive|index ACTIVITY ... | role DATABASE ... | account VIEW ...",
    .summary = "changes an activity's window, archiving or indexes, or who may see what",
    .details =
        "set window ACTIVITY LENGTH minute|hour|day|month: how long completed instances stay "
        "online.\n\n"
        "set archive ACTIVITY on|off: whether what leaves the window is archived, or purged.\n\n"
        "set index ACTIVITY NAME CHECKPOINT[,..]|remove: an index of its own over one to 16 "
        "checkpoints, or none any more; partitions keep those they have.\n\n"
        "set role DATABASE ROLE add|remove [MEMBER]: a role of an analysis database, or a member "
        "of one; roles are backed up and restored with it.\n\n"
        "set account VIEW NAME grant|revoke: whether an account of the server (PostgreSQL, "
        "MariaDB; NAME or, on MariaDB, NAME@HOST) may read the view's objects. The right stays "
        "when views are made anew.\n\n"
        "set index and set account wait for no run: while one is under way they exit with 75.",
    .words = words,
    .least = 2,
    .most = 5,
    .run = run_set,
};
