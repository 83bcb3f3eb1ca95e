#include "etl/command/key_file.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/moment.h"

enum { FILE_MODE = 0600, DIRECTORY_MODE = 0700, FILE_BYTES = 8192 };

/* A key is typed in groups: so many characters, so many groups a line. */
enum { GROUP_CHARACTERS = 4, GROUPS_A_LINE = 8 };
static const char key_head[] = "AGE-SECRET-KEY-1";

/* Not a growing text: what it leaves behind when it moves is not wiped. */
struct sheet {
    char bytes[FILE_BYTES];
    size_t length;
};

static void __attribute__((format(printf, 2, 3))) add(struct sheet *s, const char *format, ...)
{
    size_t left = sizeof s->bytes - s->length;
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(s->bytes + s->length, left, format, arguments);
    va_end(arguments);
    s->length += n > 0 && (size_t)n < left ? (size_t)n : left - 1;
}

static void
add_identity_words(struct sheet *s)
{
    add(s, "# Whoever has this file can read the backups. It stays on this host, for\n"
           "# restores and drills; keep it out of backups that leave the house in clear.\n");
}

/* As people read from paper and type. */
static void
add_groups(struct sheet *s, const char *secret)
{
    const char *rest = secret + sizeof key_head - 1;

    add(s, "#     %s\n#    ", key_head);
    for (size_t i = 0; rest[0] != '\0'; i++) {
        size_t length = strnlen(rest, GROUP_CHARACTERS);

        if (i > 0 && i % GROUPS_A_LINE == 0)
            add(s, "\n#    ");
        add(s, " %.*s", (int)length, rest);
        rest += length;
    }
    add(s, "\n");
}

static void
add_recovery_words(struct sheet *s, const char *secret, const char *store)
{
    add(s, "#\n"
           "# Print this sheet, put it in a safe, and delete the file: with it every\n"
           "# backup opens, also when the host and its identity are lost.\n#\n");
    if (store != NULL)
        add(s, "# The backups lie in the store\n#     %s\n#\n", store);
    add(s, "# To use it, type the key into a file, as one line; blanks between groups\n"
           "# may be typed or left out. Behind AGE-SECRET-KEY-1 it has no 1, B, I and O,\n"
           "# and a mistyped one is noticed:\n");
    add_groups(s, secret);
    add(s, "# On a new host, with nightcube installed and set up:\n"
           "#     nightcube list --store STORE\n"
           "#     nightcube restore --run N --store STORE --identity-file THAT_FILE\n"
           "# Without nightcube: age -d -i THAT_FILE FILE | zstd -d | tar -x\n"
           "# (age wants the key without blanks, as in the last line).\n");
}

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
write_key(const char *path, enum key_role role, const char *store, const struct identity *key,
    const char *recipient, struct fault *f)
{
    static const char *const names[KEY_ROLE_COUNT] = {
        [KEY_IDENTITY] = "identity", [KEY_RECOVERY] = "recovery key"};
    char now[MOMENT_TEXT_BYTES], secret[IDENTITY_TEXT_BYTES];
    struct sheet s = {.length = 0};
    int rc;

    identity_format(key, secret);
    add(&s, "# nightcube %s, made %s\n# public key: %s\n", names[role],
        moment_format(clock_now(), now), recipient);
    if (role == KEY_RECOVERY)
        add_recovery_words(&s, secret, store);
    else
        add_identity_words(&s);
    add(&s, "%s\n", secret);
    rc = write_new(path, s.bytes, s.length, f);
    OPENSSL_cleanse(secret, sizeof secret);
    OPENSSL_cleanse(&s, sizeof s);
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
key_file_make(const char *path, enum key_role role, const char *store,
    char recipient[RECIPIENT_TEXT_BYTES], struct fault *f)
{
    struct identity key;
    int rc;

    if (make_directory_of(path, f) != 0 || identity_generate(&key, f) != 0)
        return fault_wrap(f, "make a key");
    recipient_format(&key.recipient, recipient);
    rc = write_key(path, role, store, &key, recipient, f);
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
