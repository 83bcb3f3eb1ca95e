#include "etl/dump/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/log.h"

static int
add_recipients(struct keyring *k, const char *const *texts, size_t count, struct fault *f)
{
    if ((k->recipients = calloc(count, sizeof *k->recipients)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++) {
        if (recipient_parse(&k->recipients[i], texts[i], f) != 0)
            return fault_wrap(f, "recipient %zu", i + 1);
    }
    k->seal.recipients = k->recipients;
    k->seal.recipient_count = count;
    return 0;
}

static int
read_passphrase(struct keyring *k, const char *path, const char *given, struct fault *f)
{
    if (path != NULL && given != NULL)
        return fault_set(f, FAULT_USAGE, "a passphrase and a passphrase file exclude each other");
    if (path != NULL && secret_read_file(&k->read, path, f) != 0)
        return -1;
    k->passphrase = path == NULL ? given : k->read.bytes;
    return 0;
}

static int
refuse_unsaid(struct fault *f)
{
    fault_set(f, FAULT_SETTINGS, "nobody said who may open this backup");
    return fault_hint(f, "nightcube setup makes a key; or name a recipient, a passphrase file, or "
                         "say --no-encryption");
}

/* What the settings say. */
static int
seal_as_set(struct keyring *k, const struct backup_setting *set, const struct seal_keys **seal,
    struct fault *f)
{
    if (!set->encrypt)
        return 0;
    if (set->recipient_count == 0)
        return refuse_unsaid(f);
    if (add_recipients(k, set->recipients, set->recipient_count, f) != 0)
        return fault_wrap(f, "settings");
    *seal = &k->seal;
    return 0;
}

int
keyring_seal(struct keyring *k, const struct settings *settings, const struct sealing *how,
    const struct seal_keys **seal, struct fault *f)
{
    bool passphrase = how->passphrase_file != NULL || how->passphrase != NULL;

    *seal = NULL;
    if (how->no_encryption + passphrase + (how->recipient_count > 0) > 1)
        return fault_set(
            f, FAULT_USAGE, "recipients, a passphrase and no encryption exclude each other");
    if (how->no_encryption)
        return 0;
    if (!passphrase && how->recipient_count == 0)
        return seal_as_set(k, &settings->backup, seal, f);
    if (how->recipient_count > 0 &&
        add_recipients(k, how->recipients, how->recipient_count, f) != 0)
        return -1;
    if (read_passphrase(k, how->passphrase_file, how->passphrase, f) != 0)
        return -1;
    k->seal.passphrase = k->passphrase;
    *seal = &k->seal;
    return 0;
}

/* Adds the identities of one more file. */
static int
add_identities(struct keyring *k, const char *path, struct fault *f)
{
    struct identity_list more = IDENTITY_LIST_INIT;
    struct identity *joined = NULL;
    size_t before = k->identities.count;
    int rc = -1;

    if (identity_list_read(&more, path, f) != 0)
        goto done;
    if ((joined = calloc(before + more.count, sizeof *joined)) == NULL) {
        fault_set_memory(f);
        goto done;
    }
    if (before > 0)
        memcpy(joined, k->identities.items, before * sizeof *joined);
    memcpy(joined + before, more.items, more.count * sizeof *joined);
    identity_list_release(&k->identities);
    k->identities = (struct identity_list){joined, before + more.count};
    rc = 0;
done:
    identity_list_release(&more);
    return rc;
}

static void
add_set_identities(struct keyring *k, const struct backup_setting *set)
{
    for (size_t i = 0; i < set->identity_file_count; i++) {
        struct fault f = FAULT_INIT;

        if (file_exists(set->identity_files[i]) &&
            add_identities(k, set->identity_files[i], &f) != 0)
            log_warning("identity file '%s' is left out: %s", set->identity_files[i], f.text);
    }
}

int
keyring_unseal(struct keyring *k, const struct settings *settings, const struct opening *how,
    struct pack_keys *keys, struct fault *f)
{
    bool named =
        how->identity_file_count > 0 || how->passphrase_file != NULL || how->passphrase != NULL;

    for (size_t i = 0; i < how->identity_file_count; i++) {
        if (add_identities(k, how->identity_files[i], f) != 0)
            return -1;
    }
    if (read_passphrase(k, how->passphrase_file, how->passphrase, f) != 0)
        return -1;
    if (!named)
        add_set_identities(k, &settings->backup);
    k->unseal = (struct unseal_keys){.identities = k->identities.items,
        .identity_count = k->identities.count,
        .passphrase = k->passphrase};
    *keys = (struct pack_keys){.demanded = named};
    if (k->identities.count > 0 || k->passphrase != NULL)
        keys->unseal = &k->unseal;
    return 0;
}

int
keyring_fingerprint(const struct seal_keys *seal, char sha256[DIGEST_HEX_BYTES], struct fault *f)
{
    struct text all = TEXT_INIT;
    char recipient[RECIPIENT_TEXT_BYTES];
    int rc = 0;

    sha256[0] = '\0';
    for (size_t i = 0; seal != NULL && i < seal->recipient_count; i++) {
        recipient_format(&seal->recipients[i], recipient);
        text_add_format(&all, "%s\n", recipient);
    }
    if (all.length > 0 && (rc = text_check(&all, f)) == 0)
        rc = digest_bytes(text_get(&all), all.length, sha256, f);
    text_release(&all);
    return rc;
}

void
keyring_release(struct keyring *k)
{
    free(k->recipients);
    identity_list_release(&k->identities);
    secret_release(&k->read);
    *k = (struct keyring)KEYRING_INIT;
}
