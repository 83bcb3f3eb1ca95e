/*
 * Recipients, identities and what lies about.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "backup/age/key.h"
#include "config/base/file.h"
#include "etl/command/checkup.h"

static void
check_recipients(struct checkup *c)
{
    const struct backup_setting *b = &c->site->settings.backup;
    char detail[64];

    snprintf(detail, sizeof detail, "%zu", b->recipient_count);
    if (!b->encrypt)
        checkup_warn(c, "recipients", "backups are not encrypted, as the settings say",
            "take Encryption=\"none\" out of the settings");
    else if (b->recipient_count == 0)
        checkup_fail(c, "recipients", FAULT_SETTINGS, "none: no backup can be sealed",
            "run: nightcube setup");
    else if (b->recipient_count == 1)
        checkup_warn(c, "recipients", "a single one: when its key is lost every backup is",
            "nightcube key generate, then add the recovery key's <Recipient> to the settings");
    else
        checkup_good(c, "recipients", detail);
}

static bool
opens_a_backup(const struct backup_setting *b, const struct identity_list *list)
{
    char recipient[RECIPIENT_TEXT_BYTES];

    for (size_t i = 0; i < list->count; i++) {
        recipient_format(&list->items[i].recipient, recipient);
        for (size_t k = 0; k < b->recipient_count; k++) {
            if (strcmp(recipient, b->recipients[k]) == 0)
                return true;
        }
    }
    return false;
}

static void
check_identity(struct checkup *c, const char *path)
{
    const struct backup_setting *b = &c->site->settings.backup;
    struct identity_list list = IDENTITY_LIST_INIT;
    struct fault f = FAULT_INIT;
    struct stat st;

    if (stat(path, &st) != 0)
        checkup_warn(
            c, "identity", "none on this host: restores and drills need --identity-file", NULL);
    else if ((st.st_mode & 077) != 0)
        checkup_fail(c, "identity", FAULT_PERMISSION, path, "others may read it: chmod 600");
    else if (identity_list_read(&list, path, &f) != 0)
        checkup_fault(c, "identity", &f);
    else if (b->recipient_count > 0 && !opens_a_backup(b, &list))
        checkup_warn(
            c, "identity", path, "it opens no backup: its recipient is not in the settings");
    else
        checkup_good(c, "identity", path);
    identity_list_release(&list);
}

/* The recovery key is worth most where the host is not. */
static void
check_recovery(struct checkup *c, const char *identity_file)
{
    const char *slash = strrchr(identity_file, '/');
    struct text path = TEXT_INIT;

    if (slash != NULL)
        text_add_bytes(&path, identity_file, (size_t)(slash + 1 - identity_file));
    text_add(&path, "recovery.txt");
    if (file_exists(text_get(&path)))
        checkup_warn(c, "recovery key", text_get(&path),
            "it still lies on this host: print it, put it away, delete the file");
    text_release(&path);
}

void
checkup_keys(struct checkup *c)
{
    const struct backup_setting *b = &c->site->settings.backup;

    check_recipients(c);
    for (size_t i = 0; b->encrypt && i < b->identity_file_count; i++)
        check_identity(c, b->identity_files[i]);
    if (b->encrypt && b->identity_file_count > 0)
        check_recovery(c, b->identity_files[0]);
}
