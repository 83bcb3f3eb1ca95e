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
    bool passphrase = how->passphrase != NULL;

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
    k->seal.passphrase = how->passphrase;
    *seal = &k->seal;
    return 0;
}

static int
add_identity_file(struct keyring *k, const char *path, struct fault *f)
{
    struct identity_list more = IDENTITY_LIST_INIT;
    int rc = identity_list_read(&more, path, f);

    if (rc == 0)
        rc = identity_list_join(&k->identities, &more, f);
    identity_list_release(&more);
    return rc;
}

static int
add_set_identities(struct keyring *k, const struct backup_setting *set, struct fault *f)
{
    for (size_t i = 0; i < set->identity_file_count; i++) {
        const char *path = set->identity_files[i];

        if (!file_exists(path) || add_identity_file(k, path, f) == 0)
            continue;
        if (f->kind == FAULT_INTERNAL)
            return fault_wrap(f, "identity file '%s'", path);
        log_warning("identity file '%s' is left out: %s", path, f->text);
        if (f->kind == FAULT_IO)
            k->unread = *f;
        fault_clear(f);
    }
    return 0;
}

int
keyring_unseal(struct keyring *k, const struct settings *settings, const struct opening *how,
    struct pack_keys *keys, struct fault *f)
{
    const struct identity_list *identities = how->identities;
    bool named = (identities != NULL && identities->count > 0) || how->passphrase != NULL;

    *keys = (struct pack_keys){.demanded = named};
    if (!named) {
        if (add_set_identities(k, &settings->backup, f) != 0)
            return -1;
        identities = &k->identities;
        if (identities->count == 0 && k->unread.kind == FAULT_IO)
            keys->missing = &k->unread;
    }
    k->unseal = (struct unseal_keys){.passphrase = how->passphrase};
    if (identities != NULL) {
        k->unseal.identities = identities->items;
        k->unseal.identity_count = identities->count;
    }
    if (k->unseal.identity_count > 0 || k->unseal.passphrase != NULL)
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
    *k = (struct keyring)KEYRING_INIT;
}
