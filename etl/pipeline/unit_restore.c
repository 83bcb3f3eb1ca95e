#include "etl/pipeline/unit_restore.h"

#include <inttypes.h>

#include "config/base/log.h"
#include "etl/pipeline/restoring.h"
#include "etl/pipeline/unit_backup.h"
#include "etl/role/role_hook.h"

/* ".abf" may be left out, as in Backup; a name without a path is the store's. */
static int
fill_order(struct run_context *c, const struct step_file *file, struct restore_order *o,
    enum security *security, struct secret *password, struct fault *f)
{
    const struct analysis_setting *known =
        file->database == NULL ? NULL : settings_find_analysis(&c->site->settings, file->database);

    *o = (struct restore_order){.source = file->name,
        .allow_overwrite = file->allow_overwrite,
        .hook = role_hook(security)};
    if (known != NULL)
        o->to_connection = known->directory;
    else
        o->as = file->database;
    if (file->password == NULL)
        return 0;
    if (unit_password(&c->site->settings, file->password, password, f) != 0)
        return fault_wrap(f, "Password of '%s'", file->name);
    o->opening.passphrase = password->bytes;
    return 0;
}

static int
take_result(struct run_context *c, const struct restore_result *result, struct unit_result *r,
    struct fault *f)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct restored *one = &result->items[i];

        r->rows += (int64_t)one->rows;
        r->message = arena_printf(
            &c->memory, "%s to %s, %" PRIu64 " files", one->database, one->place, one->files);
        if (r->message == NULL)
            return fault_set_memory(f);
    }
    for (size_t i = 0; i < result->todo_count; i++)
        log_info("to do: %s", result->todo[i]);
    return 0;
}

int
unit_restore(struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    struct restore_result result = RESTORE_RESULT_INIT;
    struct secret password = SECRET_INIT;
    enum security security = u->step->file->security;
    struct restore_order order;
    int rc = fill_order(c, u->step->file, &order, &security, &password, f);

    if (rc == 0)
        rc = restoring_container(c->site, &order, &result, f);
    if (rc == 0)
        rc = take_result(c, &result, r, f);
    secret_release(&password);
    restore_result_release(&result);
    return rc == 0 ? 0 : fault_wrap(f, "restore '%s'", u->step->file->name);
}
