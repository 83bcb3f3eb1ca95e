#include "etl/pipeline/unit_backup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backup/catalogue.h"
#include "config/base/clock.h"
#include "config/base/log.h"
#include "config/base/moment.h"
#include "config/settings/connection.h"
#include "config/settings/secret.h"
#include "etl/dump/dump.h"

/* ---- how often ---- */

/* The number of the calendar period (UTC) that a moment lies in. Counted from 0001-01-01, a Monday,
 * so that weeks begin on Mondays. */
static int64_t
period_of(enum frequency frequency, int64_t moment)
{
    static const int64_t hour_us = INT64_C(3600000000);
    int64_t hours = (moment - MOMENT_MIN) / hour_us;
    struct civil c;

    switch (frequency) {
    case FREQUENCY_HOURLY:
        return hours;
    case FREQUENCY_DAILY:
        return hours / 24;
    case FREQUENCY_WEEKLY:
        return hours / (24 * 7);
    default:
        moment_to_civil(moment, &c);
        return (int64_t)c.year * 12 + c.month;
    }
}

static bool
run_is_complete(const struct catalogue *c, int64_t run)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->entries[i].kind == CATALOGUE_RUN && c->entries[i].run == run)
            return c->entries[i].complete;
    }
    return false;
}

/* Did the run before this one leave a part of a set, by a failure or by dying? */
static bool
last_set_is_partial(const struct catalogue *c, int64_t this_run)
{
    int64_t last = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct catalogue_entry *e = &c->entries[i];

        if (e->kind == CATALOGUE_CONTAINER && e->run > last && e->run != this_run)
            last = e->run;
    }
    return last > 0 && !run_is_complete(c, last);
}

static bool
has_backup_of_period(const struct catalogue *c, const char *database, enum frequency frequency)
{
    int64_t now = period_of(frequency, clock_now());

    for (size_t i = 0; i < c->count; i++) {
        const struct catalogue_entry *e = &c->entries[i];

        if (e->kind == CATALOGUE_CONTAINER && e->partition == NULL &&
            strcmp(e->database, database) == 0 && period_of(frequency, e->taken_utc) == now &&
            run_is_complete(c, e->run) && !catalogue_is_removed(c, e->container))
            return true;
    }
    return false;
}

/* Is the backup of this period there already? 1, 0, -1. */
static int
is_not_due(struct run_context *c, const struct unit *u, const char *database, struct fault *f)
{
    const struct catalogue *catalogue;

    if (u->step->frequency == FREQUENCY_ALWAYS)
        return 0;
    if ((catalogue = site_catalogue(c->site, f)) == NULL)
        return -1;
    return !last_set_is_partial(catalogue, c->run) &&
           has_backup_of_period(catalogue, database, u->step->frequency);
}

/* ---- backing up ---- */

typedef int (*dump)(struct site *site, const char *name, const struct dump_order *order,
    struct dump_result *result, struct fault *f);

int
unit_password(
    const struct settings *settings, const char *password, struct secret *s, struct fault *f)
{
    struct secret_reference reference;
    char name[256];

    if (!connection_next_secret(password, &reference))
        return secret_fill_in(s, settings, password, f);
    snprintf(name, sizeof name, "%.*s", (int)reference.name_length, reference.name);
    return secret_find(s, settings, name, f);
}

/* What an XMLA command says of its file: such a backup stands alone, in no set of a run. */
static int
name_file(struct run_context *c, const struct step_file *file, struct dump_order *o,
    struct secret *password, struct fault *f)
{
    o->file = file->name;
    o->allow_overwrite = file->allow_overwrite;
    o->compression = file->compress ? DUMP_COMPRESS : DUMP_COMPRESS_NOT;
    if (file->password == NULL)
        return 0;
    if (unit_password(&c->site->settings, file->password, password, f) != 0)
        return fault_wrap(f, "Password of '%s'", file->name);
    o->sealing.passphrase = password->bytes;
    return 0;
}

static int
back_up(struct run_context *c, const struct unit *u, const char *name, dump how,
    struct unit_result *r, struct fault *f)
{
    struct dump_order order = {
        .run = c->run, .set = c->set, .job = c->job->name, .after = u->after};
    struct dump_result result = DUMP_RESULT_INIT;
    struct secret password = SECRET_INIT;
    int rc = u->step->file == NULL ? 0 : name_file(c, u->step->file, &order, &password, f);

    if (rc == 0)
        rc = how(c->site, name, &order, &result, f);
    secret_release(&password);
    if (rc == 0) {
        c->wrote_containers = true;
        r->rows += (int64_t)result.rows;
        r->bytes += (int64_t)result.bytes;
        r->message = r->message == NULL
                         ? arena_strdup(&c->memory, result.file)
                         : arena_printf(&c->memory, "%s, %s", r->message, result.file);
    }
    dump_result_release(&result);
    return rc;
}

static int
back_up_targets(
    struct run_context *c, const struct unit *u, dump how, struct unit_result *r, struct fault *f)
{
    size_t done = 0;

    for (size_t i = 0; i < u->target_count; i++) {
        int skip = is_not_due(c, u, u->targets[i], f);

        if (skip < 0)
            return -1;
        if (skip == 1) {
            log_info(
                "%s: '%s' has a complete backup of this period already", u->name, u->targets[i]);
            continue;
        }
        if (back_up(c, u, u->targets[i], how, r, f) != 0)
            return -1;
        done++;
    }
    if (done == 0) {
        r->skipped = true;
        r->message =
            u->target_count == 0 ? "nothing to back up" : "backed up in this period already";
    }
    return 0;
}

int
unit_backup_databases(
    struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    return back_up_targets(c, u, dump_database, r, f);
}

int
unit_backup_analyses(
    struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    return back_up_targets(c, u, dump_analysis, r, f);
}

int
unit_backup_archive(
    struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    if (!site_has_database(c->site, "Archive")) {
        r->skipped = true;
        r->message = "no archive is configured";
        return 0;
    }
    if (!u->step->backup_archive) {
        log_warning("%s: the archive is not backed up before partitions are dropped", u->name);
        r->skipped = r->warned = true;
        r->message = "switched off by BackupArchive=\"false\"";
        return 0;
    }
    return back_up(c, u, "Archive", dump_database, r, f);
}
