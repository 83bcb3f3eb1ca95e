#include "etl/command/key_verbs.h"

#include "backup/age/unseal.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "etl/command/grid.h"
#include "etl/command/opening_options.h"
#include "etl/dump/inlet.h"
#include "etl/dump/listing.h"

/* ---- one backup ---- */

static int
try_keys(struct inlet *from, const struct unseal_keys *keys, struct fault *f)
{
    struct byte_source source;
    struct unseal *u = NULL;

    if (inlet_open(from, &source, f) != 0)
        return -1;
    u = unseal_open(source, keys, NULL, f);
    unseal_free(u);
    return u == NULL ? -1 : 0;
}

static int
try_identities(struct invocation *i, struct inlet *from, const char *file, struct fault *f)
{
    struct identity_list list = IDENTITY_LIST_INIT;
    int rc = invocation_read_identities(i, file, &list, f);

    if (rc == 0) {
        const struct unseal_keys keys = {.identities = list.items, .identity_count = list.count};

        rc = try_keys(from, &keys, f);
    }
    identity_list_release(&list);
    return rc;
}

/* The first of the identity files that opens it; NULL with the last one's fault, explained once:
 * that reads all of it. */
static const char *
find_identity(struct invocation *i, struct inlet *from, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    size_t count;
    const char *const *files = invocation_options(i, "identity-file", &count, f);

    if (site == NULL || files == NULL)
        return NULL;
    if (count == 0) {
        files = site->settings.backup.identity_files;
        count = site->settings.backup.identity_file_count;
    }
    if (count == 0) {
        fault_set(f, FAULT_PERMISSION, "there is no key to try");
        return NULL;
    }
    for (size_t k = 0; k < count; k++) {
        fault_clear(f);
        if (try_identities(i, from, files[k], f) == 0)
            return files[k];
        if (f->kind == FAULT_INTERNAL)
            return NULL; /* it was not tried */
    }
    inlet_explain(from, f);
    return NULL;
}

/* What opens it: the place of a passphrase or identity; NULL with a fault. */
static const char *
find_opening(struct invocation *i, struct inlet *from, struct fault *f)
{
    const char *place = invocation_option(i, "passphrase-file");
    struct unseal_keys keys = {.passphrase = NULL};

    if (place == NULL)
        return find_identity(i, from, f);
    if ((keys.passphrase = invocation_passphrase(i, "passphrase-file", false, f)) == NULL)
        return NULL;
    if (try_keys(from, &keys, f) == 0)
        return place;
    inlet_explain(from, f);
    return NULL;
}

const struct grid_column key_check_one_columns[] = {
    {"file", GRID_TEXT},
    {"opens", GRID_FLAG},
    {"with", GRID_TEXT},
    {NULL, GRID_TEXT},
};

static int
print_opened(const struct invocation *i, const char *path, const char *by, struct fault *f)
{
    const struct value row[] = {value_text(path), grid_flag(true), value_text(by)};

    return grid_print_one(key_check_one_columns, 3, i->json, row, f);
}

static int
check_one(struct invocation *i, const char *what, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    struct inlet from = INLET_INIT;
    const char *opening = NULL;

    if (site != NULL &&
        inlet_find(&from, site, invocation_option(i, "store"), what, NULL, f) == 0 &&
        inlet_check_sealed(&from, f) == 0)
        opening = find_opening(i, &from, f);
    inlet_release(&from);
    return opening == NULL ? fault_wrap(f, "check '%s'", what) : print_opened(i, what, opening, f);
}

/* ---- all of a store ---- */

const struct grid_column key_check_columns[] = {
    {"taken", GRID_TIME},
    {"database", GRID_TEXT},
    {"run", GRID_NUMBER},
    {"encrypted", GRID_FLAG},
    {"opens", GRID_FLAG},
    {"file", GRID_TEXT},
    {NULL, GRID_TEXT},
};

/* Reads the head of one: 1 when the keys open it, 0 when not. What else is wrong with it is a
 * fault. */
static int
opens(struct store *s, const char *file, const struct unseal_keys *keys, struct fault *f)
{
    struct store_reader *reader = store_read(s, file, f);
    struct unseal *u = NULL;

    if (reader != NULL)
        u = unseal_open(store_reader_source(reader), keys, NULL, f);
    unseal_free(u);
    store_reader_close(reader);
    if (u != NULL)
        return 1;
    return f->kind == FAULT_PERMISSION ? 0 : fault_wrap(f, "check '%s'", file);
}

/* What became of the rows: one that cannot be told does not keep the others from being told. */
struct verdict {
    size_t opened, untold;
    struct fault first; /* of those that cannot be told; the others are in the log */
};

static int
check_row(struct store *s, const struct listing_row *r, const struct pack_keys *keys,
    struct grid *g, struct verdict *v, struct fault *f)
{
    struct fault own = FAULT_INIT;
    int rc = 1;

    if (r->encrypted && keys->missing != NULL) {
        own = *keys->missing;
        rc = -1;
    } else if (r->encrypted) {
        rc = keys->unseal == NULL ? 0 : opens(s, r->file, keys->unseal, &own);
    }
    if (rc < 0 && v->untold++ == 0)
        v->first = own;
    else if (rc < 0)
        log_warning("%s", own.text);
    v->opened += rc == 1;

    const struct value row[] = {value_time(r->taken_utc), value_text(r->database),
        r->run == 0 ? value_null() : value_int(r->run), grid_flag(r->encrypted),
        rc < 0 ? value_null() : grid_flag(rc == 1), value_text(r->file)};

    return grid_add(g, row, f);
}

static int
settle(const struct verdict *v, size_t count, struct fault *f)
{
    if (v->untold > 0) {
        *f = v->first;
        return -1;
    }
    if (v->opened > 0)
        return 0;
    if (count == 0)
        return fault_set(f, FAULT_NO_INPUT, "there is no backup for a key to open");
    fault_set(f, FAULT_PERMISSION, "the key opens none of %zu backups", count);
    return fault_hint(f, "name other keys with --identity-file or --passphrase-file");
}

static int
check_rows(struct invocation *i, struct store *s, const struct listing *l,
    const struct pack_keys *keys, struct fault *f)
{
    struct verdict v = {.first = FAULT_INIT};
    struct grid g;
    int rc = 0;

    grid_init(
        &g, key_check_columns, sizeof key_check_columns / sizeof key_check_columns[0] - 1, i->json);
    for (size_t k = 0; rc == 0 && k < l->count; k++)
        rc = interrupt_check(f) != 0 ? -1 : check_row(s, &l->rows[k], keys, &g, &v, f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc == 0 ? settle(&v, l->count, f) : -1;
}

static int
check_store(struct invocation *i, struct fault *f)
{
    const char *location = invocation_option(i, "store");
    struct site *site = invocation_site(i, f);
    struct listing l = LISTING_INIT;
    struct keyring keyring = KEYRING_INIT;
    struct opening opening;
    struct pack_keys keys;
    struct store *own = NULL, *s;
    int rc = -1;

    if (site != NULL && opening_options_read(i, &opening, f) == 0 &&
        (s = inlet_store(site, location, &own, f)) != NULL &&
        listing_read(&l, site, location, false, f) == 0 &&
        keyring_unseal(&keyring, &site->settings, &opening, &keys, f) == 0)
        rc = check_rows(i, s, &l, &keys, f);
    listing_release(&l);
    keyring_release(&keyring);
    store_close(own);
    return rc;
}

int
key_check(struct invocation *i, struct fault *f)
{
    const char *path = invocation_argument(i, 1);

    if (i->argument_count > 2)
        return fault_set(f, FAULT_USAGE, "key check takes one backup, or none");
    return path == NULL ? check_store(i, f) : check_one(i, path, f);
}
