#include "etl/command/key_file.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/moment.h"

enum { FILE_MODE = 0600, DIRECTORY_MODE = 0700, FILE_BYTES = 2048 };

/* What stands above the key: %s is the moment, %s the recipient. */
static const char *const sheets[KEY_ROLE_COUNT] = {
    [KEY_IDENTITY] =
        "# nightcube identity, made %s\n"
        "# public key: %s\n"
        "# Whoever has this file can read the backups. It stays on this host, for\n"
        "# restores and drills; keep it out of backups that leave the house in clear.\n",
    [KEY_RECOVERY] =
        "# nightcube recovery key, made %s\n"
        "# public key: %s\n"
        "#\n"
        "# Print this sheet, put it in a safe, and delete the file: with it every\n"
        "# backup opens, also when the host and its identity are lost.\n"
        "# To use it, type the last line into a file and say\n"
        "#     nightcube restore FILE --identity-file THAT_FILE\n"
        "# or, without nightcube: age -d -i THAT_FILE FILE | zstd -d | tar -x\n"
        "# Behind AGE-SECRET-KEY-1 the key has no 1, B, I and O: a mistyped one is noticed.\n",
};

static int
write_new(const char *path, const char *bytes, size_t size, struct fault *f)
{
    struct file_writer w = FILE_WRITER_INIT;
    int rc = file_writer_open(&w, path, FILE_MODE, false, f);

    if (rc == 0) {
        struct byte_sink sink = file_writer_sink(&w);

        rc = sink.write(sink.state, bytes, size, f);
    }
    if (rc == 0)
        rc = file_writer_commit(&w, false, f);
    file_writer_abandon(&w);
    return rc;
}

static int
write_key(const char *path, enum key_role role, const struct identity *key, const char *recipient,
    struct fault *f)
{
    char bytes[FILE_BYTES], now[MOMENT_TEXT_BYTES], secret[IDENTITY_TEXT_BYTES];
    int head, rc;

    identity_format(key, secret);
    head = snprintf(bytes, sizeof bytes, sheets[role], moment_format(clock_now(), now), recipient);
    head += snprintf(bytes + head, sizeof bytes - (size_t)head, "%s\n", secret);
    rc = write_new(path, bytes, (size_t)head, f);
    OPENSSL_cleanse(secret, sizeof secret);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return rc;
}

static int
make_directory_of(const char *path, struct fault *f)
{
    const char *slash = strrchr(path, '/');
    char *directory;
    int rc;

    if (slash == NULL || slash == path)
        return 0;
    if ((directory = strndup(path, (size_t)(slash - path))) == NULL)
        return fault_set_memory(f);
    rc = file_make_directory(directory, DIRECTORY_MODE, f);
    free(directory);
    return rc;
}

int
key_file_make(
    const char *path, enum key_role role, char recipient[RECIPIENT_TEXT_BYTES], struct fault *f)
{
    struct identity key;
    int rc;

    if (make_directory_of(path, f) != 0 || identity_generate(&key, f) != 0)
        return fault_wrap(f, "make a key");
    recipient_format(&key.recipient, recipient);
    rc = write_key(path, role, &key, recipient, f);
    identity_release(&key);
    return rc == 0 ? 0 : fault_wrap(f, "make a key");
}

int
key_file_recipient(const char *path, char recipient[RECIPIENT_TEXT_BYTES], struct fault *f)
{
    struct identity_list list = IDENTITY_LIST_INIT;
    int rc = identity_list_read(&list, path, f);

    if (rc == 0)
        recipient_format(&list.items[0].recipient, recipient);
    identity_list_release(&list);
    return rc;
}
