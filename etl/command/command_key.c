#include <string.h>

#include "backup/age/unseal.h"
#include "config/base/file.h"
#include "config/settings/secret.h"
#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/command/key_file.h"

/* ---- key generate ---- */

/* "key.txt" -> "key.recovery.txt" */
static const char *
recovery_path(struct arena *memory, const char *identity_file)
{
    size_t length = strlen(identity_file);

    if (length > 4 && strcmp(identity_file + length - 4, ".txt") == 0)
        length -= 4;
    return arena_printf(memory, "%.*s.recovery.txt", (int)length, identity_file);
}

static int
choose_paths(
    struct invocation *i, const char **identity_file, const char **recovery_file, struct fault *f)
{
    const char *output = invocation_option(i, "output");
    struct site *site = output == NULL ? invocation_site(i, f) : NULL;

    if (output == NULL && site == NULL)
        return -1;
    *identity_file = output == NULL ? site->settings.backup.identity_files[0] : output;
    *recovery_file = recovery_path(&i->memory, *identity_file);
    if (*recovery_file == NULL)
        return fault_set_memory(f);
    if (!file_exists(*identity_file) && !file_exists(*recovery_file))
        return 0;
    fault_set(f, FAULT_EXISTS, "'%s' exists",
        file_exists(*identity_file) ? *identity_file : *recovery_file);
    return fault_hint(f, "a key is never overwritten; name another file with --output");
}

static int
generate(struct invocation *i, struct fault *f)
{
    static const struct grid_column columns[] = {
        {"key", GRID_TEXT}, {"recipient", GRID_TEXT}, {"file", GRID_TEXT}, {"note", GRID_TEXT}};
    char identity[RECIPIENT_TEXT_BYTES], recovery[RECIPIENT_TEXT_BYTES];
    const char *identity_file, *recovery_file;
    struct grid g;
    int rc;

    if (choose_paths(i, &identity_file, &recovery_file, f) != 0 ||
        key_file_make(identity_file, KEY_IDENTITY, identity, f) != 0 ||
        key_file_make(recovery_file, KEY_RECOVERY, recovery, f) != 0)
        return COMMAND_FAILED;
    const struct value first[] = {value_text("identity"), value_text(identity),
        value_text(identity_file), value_text("secret; opens what is sealed for its recipient")};
    const struct value second[] = {value_text("recovery"), value_text(recovery),
        value_text(recovery_file), value_text("a sheet: print it, put it away, delete the file")};

    grid_init(&g, columns, sizeof columns / sizeof columns[0], i->json);
    rc = grid_add(&g, first, f);
    if (rc == 0)
        rc = grid_add(&g, second, f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

/* ---- key check ---- */

static int
try_keys(const char *path, const struct unseal_keys *keys, struct fault *f)
{
    struct file_reader file;
    struct unseal *u;

    if (file_reader_open(&file, path, f) != 0)
        return -1;
    u = unseal_open(file_reader_source(&file), keys, NULL, f);
    unseal_free(u);
    file_reader_close(&file);
    return u == NULL ? -1 : 0;
}

static int
try_identity_file(const char *path, const char *identity_file, struct fault *f)
{
    struct identity_list list = IDENTITY_LIST_INIT;
    int rc = identity_list_read(&list, identity_file, f);

    if (rc == 0) {
        const struct unseal_keys keys = {.identities = list.items, .identity_count = list.count};

        rc = try_keys(path, &keys, f);
    }
    identity_list_release(&list);
    return rc;
}

static int
try_passphrase(const char *path, const char *passphrase_file, struct fault *f)
{
    struct secret passphrase = SECRET_INIT;
    int rc = secret_read_file(&passphrase, passphrase_file, f);

    if (rc == 0) {
        const struct unseal_keys keys = {.passphrase = passphrase.bytes};

        rc = try_keys(path, &keys, f);
    }
    secret_release(&passphrase);
    return rc;
}

/* The first of the identity files that opens it; NULL with the last one's fault. */
static const char *
find_opening(const char *path, const char *const *files, size_t count, struct fault *f)
{
    if (count == 0)
        fault_set(f, FAULT_PERMISSION, "there is no key to try");
    for (size_t k = 0; k < count; k++) {
        if (try_identity_file(path, files[k], f) == 0)
            return files[k];
    }
    return NULL;
}

static int
print_opened(const struct invocation *i, const char *path, const char *by, struct fault *f)
{
    static const struct grid_column columns[] = {
        {"file", GRID_TEXT}, {"opens", GRID_FLAG}, {"with", GRID_TEXT}};
    const struct value row[] = {value_text(path), grid_flag(true), value_text(by)};

    return grid_print_one(columns, 3, i->json, row, f);
}

static int
check(struct invocation *i, struct fault *f)
{
    const char *path = invocation_argument(i, 1);
    const char *passphrase_file = invocation_option(i, "passphrase-file");
    const char *const *files;
    const char *opening;
    struct site *site;
    size_t count;

    if (path == NULL) {
        fault_set(f, FAULT_USAGE, "key check needs a file");
        return fault_hint(f, "nightcube key check FILE [--identity-file FILE]");
    }
    if (passphrase_file != NULL)
        return try_passphrase(path, passphrase_file, f) != 0
                   ? fault_wrap(f, "check '%s'", path)
                   : print_opened(i, path, passphrase_file, f);
    if ((files = invocation_options(i, "identity-file", &count, f)) == NULL)
        return COMMAND_FAILED;
    if (count == 0) {
        if ((site = invocation_site(i, f)) == NULL)
            return COMMAND_FAILED;
        files = site->settings.backup.identity_files;
        count = site->settings.backup.identity_file_count;
    }
    if ((opening = find_opening(path, files, count, f)) == NULL)
        return fault_wrap(f, "check '%s'", path);
    return print_opened(i, path, opening, f);
}

/* ---- key ---- */

static int
run_key(struct invocation *i, struct fault *f)
{
    bool is_check = strcmp(i->arguments[0], "check") == 0;

    if (!is_check && i->argument_count > 1) {
        fault_set(f, FAULT_USAGE, "key generate takes no argument");
        return fault_hint(f, "nightcube key generate [--output FILE]");
    }
    return is_check ? check(i, f) : generate(i, f);
}

static const char *const words[] = {"generate", "check", NULL};

static const struct command_option options[] = {
    {"output", "FILE", "generate: where the identity goes (default: where the settings look)",
        false},
    {"identity-file", "FILE", "check: try this one (default: those of the settings)", true},
    {"passphrase-file", "FILE", "check: try the passphrase in this file", false},
    {NULL, NULL, NULL, false},
};

const struct command command_key = {
    .name = "key",
    .arguments = "generate | check FILE",
    .summary = "makes a key with its recovery key, or checks whether a key opens a backup",
    .details =
        "generate writes an identity (mode 0600) and beside it a recovery key as a sheet to "
        "print and put away, and prints both recipients; they go into the settings as "
        "<Recipient>, or behind backup --recipient.\n\n"
        "check says whether the identity (or the passphrase) opens a sealed file; 77 when not. "
        "Only the head of the file is read: verify reads all of it.",
    .words = words,
    .least = 1,
    .most = 2,
    .options = options,
    .run = run_key,
};
