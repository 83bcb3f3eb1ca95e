/*
 * Files go both ways between us and the age program. Skipped where it is not installed.
 */
#include <stdio.h>
#include <unistd.h>

#include "config/base/file.h"
#include "tests/backup/age/memory.h"

enum { PLAIN_BYTES = 3 * PAYLOAD_CHUNK_BYTES + 17 };

static bool
has(const char *program)
{
    static bool told;
    char command[100];

    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    if (system(command) == 0)
        return true;
    if (!told)
        fprintf(stderr, "\n    skipped: no program %s\n", program);
    told = true;
    return false;
}

static void
write_file(const char *path, const char *bytes, size_t size)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all(path, bytes, size, 0600, &f), &f);
}

/* Makes plain.bin, key.txt and recipient.txt. */
static char *
prepare(struct memory_keys *k)
{
    char identity[IDENTITY_TEXT_BYTES], recipient[RECIPIENT_TEXT_BYTES];
    char *plain = memory_pattern(PLAIN_BYTES);

    memory_keys_init(k);
    identity_format(&k->identity, identity);
    recipient_format(&k->identity.recipient, recipient);
    write_file("key.txt", identity, strlen(identity));
    write_file("recipient.txt", recipient, strlen(recipient));
    write_file("plain.bin", plain, PLAIN_BYTES);
    return plain;
}

static void
seal_to_file(const char *path, const struct seal_keys *keys, const char *plain, size_t size)
{
    struct fault f = FAULT_INIT;
    struct memory_sink sealed = {0};

    ASSERT_OK(memory_seal(&sealed, keys, plain, size, 0, &f), &f);
    write_file(path, sealed.bytes.bytes, sealed.bytes.length);
    text_release(&sealed.bytes);
}

static void
unseal_and_compare(const char *path, const struct unseal_keys *keys, const char *plain, size_t size)
{
    struct fault f = FAULT_INIT;
    struct text file = TEXT_INIT, opened = TEXT_INIT;
    struct memory_source source;
    enum age_failure failure;

    ASSERT_OK(file_read_all(path, 1 << 24, &file, &f), &f);
    source = (struct memory_source){.bytes = file.bytes, .size = file.length};
    ASSERT_OK(memory_unseal(&source, keys, 0, &opened, &failure, &f), &f);
    CU_ASSERT_EQUAL_FATAL(opened.length, size);
    CU_ASSERT_EQUAL(memcmp(text_get(&opened), plain, size), 0);
    text_release(&file);
    text_release(&opened);
}

static void
age_opens_what_we_sealed(void)
{
    struct memory_keys k;
    char *plain;

    if (!has("age"))
        return;
    plain = prepare(&k);
    seal_to_file("sealed.age", &k.seal, plain, PLAIN_BYTES);
    CU_ASSERT_EQUAL(system("age -d -i key.txt -o opened.bin sealed.age"), 0);
    CU_ASSERT_EQUAL(system("cmp plain.bin opened.bin"), 0);
    seal_to_file("empty.age", &k.seal, "", 0);
    CU_ASSERT_EQUAL(system("test -z \"$(age -d -i key.txt empty.age || echo failed)\""), 0);
    free(plain);
}

static void
we_open_what_age_sealed(void)
{
    struct memory_keys k;
    char *plain;

    if (!has("age"))
        return;
    plain = prepare(&k);
    CU_ASSERT_EQUAL_FATAL(system("age -R recipient.txt -o sealed.age plain.bin"), 0);
    unseal_and_compare("sealed.age", &k.unseal, plain, PLAIN_BYTES);
    CU_ASSERT_EQUAL_FATAL(system("age -R recipient.txt -o empty.age /dev/null"), 0);
    unseal_and_compare("empty.age", &k.unseal, "", 0);
    free(plain);
}

static void
we_open_armor_of_age(void)
{
    struct memory_keys k;
    char *plain;

    if (!has("age"))
        return;
    plain = prepare(&k);
    CU_ASSERT_EQUAL_FATAL(system("age -a -R recipient.txt -o sealed.age plain.bin"), 0);
    unseal_and_compare("sealed.age", &k.unseal, plain, PLAIN_BYTES);
    free(plain);
}

static void
we_read_an_identity_of_age_keygen(void)
{
    struct identity_list list = IDENTITY_LIST_INIT;
    struct fault f = FAULT_INIT;
    char wanted[RECIPIENT_TEXT_BYTES], recipient[RECIPIENT_TEXT_BYTES] = "";
    FILE *said;

    if (!has("age-keygen"))
        return;
    CU_ASSERT_EQUAL_FATAL(system("age-keygen -o new.txt 2>/dev/null"), 0);
    CU_ASSERT_FATAL((said = popen("age-keygen -y new.txt", "r")) != NULL);
    CU_ASSERT_PTR_NOT_NULL(fgets(recipient, sizeof recipient, said));
    pclose(said);
    ASSERT_OK(identity_list_read(&list, "new.txt", &f), &f);
    CU_ASSERT_EQUAL_FATAL(list.count, 1);
    recipient_format(&list.items[0].recipient, wanted);
    CU_ASSERT_STRING_EQUAL(recipient, wanted);
    identity_list_release(&list);
}

/* age asks for a passphrase only on a terminal, which script(1) gives it. */
static void
passphrases_go_both_ways(void)
{
    struct seal_keys seal = {.passphrase = "open sesame", .work_factor = 10};
    struct unseal_keys unseal = {.passphrase = "open sesame"};
    struct memory_keys k;
    char *plain;

    if (!has("age") || !has("script"))
        return;
    plain = prepare(&k);
    seal_to_file("sealed.age", &seal, plain, PLAIN_BYTES);
    CU_ASSERT_EQUAL(system("(sleep 0.3; echo open sesame; sleep 0.3) | script -qec 'age -d -o "
                           "opened.bin sealed.age' /dev/null >/dev/null"),
        0);
    CU_ASSERT_EQUAL(system("cmp plain.bin opened.bin"), 0);
    CU_ASSERT_EQUAL(system("(sleep 0.3; echo open sesame; sleep 0.3; echo open sesame; sleep 0.3) "
                           "| script -qec 'age -p -o other.age plain.bin' /dev/null >/dev/null"),
        0);
    unseal_and_compare("other.age", &unseal, plain, PLAIN_BYTES);
    free(plain);
}

const struct test suite_backup_age_interop[] = {
    {"age opens what we sealed", age_opens_what_we_sealed},
    {"we open what age sealed", we_open_what_age_sealed},
    {"we open armor of age", we_open_armor_of_age},
    {"we read an identity of age-keygen", we_read_an_identity_of_age_keygen},
    {"passphrases go both ways", passphrases_go_both_ways},
    {0},
};
