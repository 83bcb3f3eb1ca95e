#include <string.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/command/key_file.h"
#include "etl/command/key_verbs.h"

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

static const struct grid_column generated[] = {
    {"key", GRID_TEXT},
    {"recipient", GRID_TEXT},
    {"file", GRID_TEXT},
    {"note", GRID_TEXT},
};

/* For the sheet. A key of its own is made also where the settings cannot be read. */
static const char *
store_of(struct invocation *i)
{
    struct fault f = FAULT_INIT;
    struct site *site = invocation_site(i, &f);

    if (site != NULL)
        return site->settings.backup.store;
    log_warning("the recovery key does not say where the backups lie: %s", f.text);
    return NULL;
}

/* Both or none: nothing is sealed for an identity that nobody was told of. */
static int
make_both(const char *identity_file, const char *recovery_file, const char *store, char *identity,
    char *recovery, struct fault *f)
{
    if (key_file_make(identity_file, KEY_IDENTITY, store, identity, f) != 0)
        return -1;
    if (key_file_make(recovery_file, KEY_RECOVERY, store, recovery, f) == 0)
        return 0;
    if (file_remove(identity_file, NULL) != 0)
        log_warning("'%s' is left behind: nothing is sealed for it", identity_file);
    return -1;
}

static int
generate(struct invocation *i, struct fault *f)
{
    char identity[RECIPIENT_TEXT_BYTES], recovery[RECIPIENT_TEXT_BYTES];
    const char *identity_file, *recovery_file, *store;
    struct grid g;
    int rc;

    if (choose_paths(i, &identity_file, &recovery_file, f) != 0)
        return COMMAND_FAILED;
    store = store_of(i);
    if (make_both(identity_file, recovery_file, store, identity, recovery, f) != 0)
        return COMMAND_FAILED;
    const struct value first[] = {value_text("identity"), value_text(identity),
        value_text(identity_file), value_text("secret; opens what is sealed for its recipient")};
    const struct value second[] = {value_text("recovery"), value_text(recovery),
        value_text(recovery_file), value_text("a sheet: print it, put it away, delete the file")};

    grid_init(&g, generated, sizeof generated / sizeof generated[0], i->json);
    rc = grid_add(&g, first, f);
    if (rc == 0)
        rc = grid_add(&g, second, f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

/* ---- key ---- */

static int
run_key(struct invocation *i, struct fault *f)
{
    if (strcmp(i->arguments[0], "rewrap") == 0)
        return key_rewrap(i, f);
    if (strcmp(i->arguments[0], "check") == 0)
        return key_check(i, f);
    if (i->argument_count > 1) {
        fault_set(f, FAULT_USAGE, "key generate takes no argument");
        return fault_hint(f, "nightcube key generate [--output FILE]");
    }
    return generate(i, f);
}

static const char *const words[] = {"generate", "check", "rewrap", NULL};

static const struct command_option options[] = {
    {"output", "FILE", "generate: where the identity goes (default: where the settings look)",
        false},
    {"identity-file", "FILE",
        "check, rewrap: the key; - to be asked (default: those of the settings)", true},
    {"passphrase-file", "FILE", "check, rewrap: the passphrase there; - to be asked", false},
    {"store", "STORE", "check, rewrap: where the backups lie (default: the settings' store)",
        false},
    {"recipient", "age1...", "rewrap: who may open it (default: those of the settings)", true},
    {"new-passphrase-file", "FILE", "rewrap: the passphrase there opens it then; - to be asked",
        false},
    {"all", NULL, "rewrap: all encrypted backups of the store", false},
    {NULL, NULL, NULL, false},
};

const struct command command_key = {
    .name = "key",
    .arguments = "generate | check [FILE] | rewrap FILE|ID...",
    .summary = "makes a key, says which backups a key opens, changes who may open them",
    .details =
        "generate writes an identity (mode 0600) and beside it a recovery key as a sheet to "
        "print and put away (the store's address, the key in groups for typing, what to do), and "
        "prints both recipients; they go into the settings as "
        "<Recipient>, or behind backup --recipient.\n\n"
        "check says whether the identity (or the passphrase) opens a sealed file; 77 when not. "
        "Only the head of the file is read: verify reads all of it. Without a file it says of "
        "every backup of the store whether the key opens it; 77 when it opens none.\n\n"
        "rewrap gives backups other recipients: those of the settings, or those named. What is "
        "sealed stays as it is, byte for byte; who has the old file and its key can still read "
        "that one. The catalogue gets the new SHA-256.",
    .words = words,
    .least = 1,
    .most = COMMAND_ANY_ARGUMENTS,
    .options = options,
    .fields = (const struct command_fields[]){COMMAND_FIELDS("generate", generated),
        {"check FILE", key_check_one_columns, 0}, {"check", key_check_columns, 0},
        {"rewrap", key_rewrap_columns, 0}, {NULL, NULL, 0}},
    .run = run_key,
};
