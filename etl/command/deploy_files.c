#include "etl/command/deploy_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "config/definition/definition.h"
#include "config/job/job.h"
#include "config/workbook/workbook.h"

struct gathering {
    struct invocation *invocation;
    struct dump_file *files;
    size_t count;
};

static int
add_file(struct gathering *g, const char *name, const char *path, const char *text, struct fault *f)
{
    struct arena *memory = &g->invocation->memory;
    struct dump_file *slot = arena_append(memory, &g->files, &g->count, sizeof *slot);

    if (slot == NULL)
        return fault_set_memory(f);
    *slot = (struct dump_file){.name = arena_strdup(memory, name), .path = path, .text = text};
    return slot->name == NULL ? fault_set_memory(f) : 0;
}

/* ---- definitions ---- */

static int
add_given(struct gathering *g, struct fault *f)
{
    const char *path = invocation_argument(g->invocation, 0);
    bool workbook = path != NULL && workbook_kind_of(path) == WORKBOOK_XLSX;

    return path == NULL
               ? 0
               : add_file(g, workbook ? "definition.xlsx" : "definition.xml", path, NULL, f);
}

static int
add_deployed(struct gathering *g, struct fault *f)
{
    struct definition d = DEFINITION_INIT;
    struct text xml = TEXT_INIT;
    char *copy = NULL;
    int rc = invocation_definition(g->invocation, &d, f);

    if (rc == 0 && d.activity_count > 0) {
        rc = definition_write(&d, &xml, f);
        if (rc == 0 && (copy = arena_strdup(&g->invocation->memory, text_get(&xml))) == NULL)
            rc = fault_set_memory(f);
        if (rc == 0)
            rc = add_file(g, "deployed.xml", NULL, copy, f);
    }
    text_release(&xml);
    definition_release(&d);
    return rc;
}

/* ---- jobs ---- */

static bool
ends_with(const char *name, const char *tail)
{
    size_t length = strlen(name), tail_length = strlen(tail);

    return length > tail_length && strcmp(name + length - tail_length, tail) == 0;
}

static int
is_job(const struct dirent *entry)
{
    return ends_with(entry->d_name, ".xml") || ends_with(entry->d_name, ".xmla");
}

/* Why a file does not go into the backup; NULL: it does. What is no job may hold anything. */
static const char *
find_obstacle(const char *path)
{
    struct findings list = FINDINGS_INIT(path);
    struct fault f = FAULT_INIT;
    struct job job = JOB_INIT;
    const char *why = NULL;
    int rc = job_read(&job, path, &list, &f);

    if (job.has_password)
        why = "holds a password: write {secret:NAME} instead";
    else if (rc != 0)
        why = "cannot be read as a job: see run --plan";
    job_release(&job);
    findings_release(&list);
    return why;
}

static int
add_job(struct gathering *g, const char *folder, const char *file, struct fault *f)
{
    struct arena *memory = &g->invocation->memory;
    const char *path = arena_printf(memory, "%s/%s", folder, file);
    const char *name = arena_printf(memory, "jobs/%s", file);
    const char *why;

    if (path == NULL || name == NULL)
        return fault_set_memory(f);
    if ((why = find_obstacle(path)) == NULL)
        return add_file(g, name, path, NULL, f);
    log_warning("job file '%s' is not backed up: it %s", path, why);
    return 0;
}

static int
add_jobs_of(struct gathering *g, const char *folder, bool *has_nightly, struct fault *f)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_job, alphasort), rc = 0;

    if (count < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0
                                                   : fault_set_errno(f, errno, "list '%s'", folder);
    for (int k = 0; k < count; k++) {
        *has_nightly = *has_nightly || strcmp(entries[k]->d_name, "nightly.xml") == 0;
        if (rc == 0)
            rc = add_job(g, folder, entries[k]->d_name, f);
        free(entries[k]);
    }
    free(entries);
    return rc;
}

static int
add_jobs(struct gathering *g, struct fault *f)
{
    struct invocation *i = g->invocation;
    const char *settings = i->site.settings.path;
    const char *slash = settings == NULL ? NULL : strrchr(settings, '/');
    const char *folder =
        slash == NULL ? "jobs"
                      : arena_printf(&i->memory, "%.*s/jobs", (int)(slash - settings), settings);
    bool has_nightly = false;

    if (folder == NULL)
        return fault_set_memory(f);
    if (add_jobs_of(g, folder, &has_nightly, f) != 0)
        return -1;
    return has_nightly ? 0 : add_file(g, "jobs/nightly.xml", NULL, job_nightly_xml, f);
}

int
deploy_files_gather(
    struct invocation *i, const struct dump_file **files, size_t *count, struct fault *f)
{
    struct gathering g = {.invocation = i};

    if (invocation_site(i, f) == NULL || add_given(&g, f) != 0 || add_deployed(&g, f) != 0 ||
        add_jobs(&g, f) != 0)
        return -1;
    *files = g.files;
    *count = g.count;
    return 0;
}
