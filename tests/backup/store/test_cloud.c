/* Stores over HTTP, against the emulators of the two vendors' protocols and against a server that
 * answers wrongly on demand. */
#include "backup/store/cloud.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/backup/store/conformance.h"
#include "tests/backup/store/emulator.h"
#include "tests/shortage.h"

/* The account that every installation of Azurite has, with its published key. */
#define AZURITE_ACCOUNT "devstoreaccount1"
#define AZURITE_KEY                                                                                \
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

static struct store *
open_store(const char *location)
{
    struct fault f = FAULT_INIT;
    struct store *s = store_open(location, &f);

    if (s == NULL)
        test_print_fault(__FILE__, __LINE__, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    return s;
}

/* Objects of several parts come back as they were, and abandoned ones leave nothing. */
static void
conforms_with_parts(struct store *s)
{
    const size_t size = 2 * CLOUD_PART_BYTES + 12345;
    char *pattern = memory_pattern(size);
    struct fault f = FAULT_INIT;
    struct text t = TEXT_INIT;
    struct store_writer *w;
    struct byte_sink sink;

    ASSERT_OK(store_put_bytes(s, "parts/a b", pattern, size, false, &f), &f);
    ASSERT_OK(store_get_bytes(s, "parts/a b", size, &t, &f), &f);
    CU_ASSERT(t.length == size && memcmp(t.bytes, pattern, size) == 0);
    ASSERT_FAULT(
        store_put_bytes(s, "parts/a b", pattern, size, false, &f), &f, FAULT_EXISTS, "a b");
    CU_ASSERT_FATAL((w = store_begin(s, "parts/gone", false, &f)) != NULL);
    sink = store_writer_sink(w);
    ASSERT_OK(sink.write(sink.state, pattern, size, &f), &f);
    store_abandon(w);
    CU_ASSERT_EQUAL(count_objects(s, "parts/"), 1);
    text_release(&t);
    free(pattern);
}

static void
set_s3_keys(void)
{
    setenv("AWS_ACCESS_KEY_ID", "S3RVER", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "S3RVER", 1);
}

/* An account's token as portals hand it out, good until 2099 ("Create an account SAS" of the Azure
 * Storage REST documentation; version 2021-12-02). The caller frees it. */
static char *
make_token(void)
{
    static const char fields[] = AZURITE_ACCOUNT "\nrwdlac\nb\nsco\n\n2099-01-01T00:00:00Z\n\n\n"
                                                 "2021-12-02\n\n";
    unsigned char key[96], mac[32], text[48];
    unsigned size = sizeof mac;
    struct text token = TEXT_INIT;
    int key_size =
        EVP_DecodeBlock(key, (const unsigned char *)AZURITE_KEY, strlen(AZURITE_KEY)) - 2;

    CU_ASSERT_EQUAL_FATAL(key_size, 64);
    CU_ASSERT_PTR_NOT_NULL_FATAL(HMAC(
        EVP_sha256(), key, key_size, (const unsigned char *)fields, sizeof fields - 1, mac, &size));
    EVP_EncodeBlock(text, mac, sizeof mac);
    text_add(&token, "?sv=2021-12-02&ss=b&srt=sco&sp=rwdlac&se=2099-01-01T00%3A00%3A00Z&sig=");
    http_add_encoded(&token, (const char *)text, false);
    return text_take(&token);
}

/* In a container of its own, which is made with it. A wrong one is refused, and not shown. */
static void
conforms_with_a_token(int port)
{
    char location[256], *token = make_token(), *signature = strstr(token, "sig=");
    struct fault f = FAULT_INIT;
    struct store_list list = STORE_LIST_INIT;
    struct store *s;

    snprintf(location, sizeof location,
        "azblob:" AZURITE_ACCOUNT "/tokens/here?endpoint=http://127.0.0.1:%d/" AZURITE_ACCOUNT,
        port);
    setenv("AZURE_STORAGE_SAS_TOKEN", token, 1);
    s = open_store(location);
    store_conforms(s);
    conforms_with_parts(s);
    store_close(s);
    signature[4] = signature[4] == 'A' ? 'B' : 'A';
    setenv("AZURE_STORAGE_SAS_TOKEN", token, 1);
    s = open_store(location);
    CU_ASSERT_EQUAL(store_list(s, "", &list, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_PERMISSION);
    CU_ASSERT_FALSE(test_contains(f.text, "sig="));
    CU_ASSERT(test_contains(f.hint, "token"));
    store_close(s);
    unsetenv("AZURE_STORAGE_SAS_TOKEN");
    free(token);
}

static struct store *listed;

/* The three objects of the folder. */
static int
list_all(struct fault *f)
{
    struct store_list list = STORE_LIST_INIT;
    int rc = store_list(listed, "three/", &list, f);

    if (rc == 0)
        CU_ASSERT_EQUAL(list.count, 3);
    store_list_release(&list);
    return rc;
}

/* One that is missing would pass for lost. */
static void
lists_whole_or_not(struct store *s)
{
    static const char *const names[] = {"three/a", "three/b", "three/c"};
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < 3; i++)
        ASSERT_OK(store_put_bytes(s, names[i], "x", 1, false, &f), &f);
    listed = s;
    shortage_everywhere(list_all, 10);
}

static void
azurite_is_a_store(void)
{
    char path[1024], port[16], location[256];
    const char *program = emulator_find("azurite-blob", path);
    int number = emulator_free_port();
    const char *arguments[] = {program, "--blobPort", port, "--location", ".", "--silent",
        "--skipApiVersionCheck", "--disableTelemetry", NULL};
    struct store *s;
    pid_t pid;

    if (program == NULL)
        return;
    snprintf(port, sizeof port, "%d", number);
    pid = emulator_start(arguments);
    if (emulator_listens(number)) {
        setenv("AZURE_STORAGE_KEY", AZURITE_KEY, 1);
        snprintf(location, sizeof location,
            "azblob:" AZURITE_ACCOUNT
            "/backups/some/where?endpoint=http://127.0.0.1:%d/" AZURITE_ACCOUNT,
            number);
        s = open_store(location);
        store_conforms(s);
        conforms_with_parts(s);
        lists_whole_or_not(s);
        store_close(s);
        unsetenv("AZURE_STORAGE_KEY");
        conforms_with_a_token(number);
    } else {
        CU_FAIL("azurite does not start");
    }
    emulator_stop(pid);
}

static void
s3rver_is_a_store(void)
{
    char path[1024], port[16], location[256];
    const char *program = emulator_find("s3rver", path);
    int number = emulator_free_port();
    const char *arguments[] = {program, "-d", ".", "-p", port, "-a", "127.0.0.1", "--silent",
        "--configure-bucket", "bucket", NULL};
    struct store *s;
    pid_t pid;

    if (program == NULL)
        return;
    snprintf(port, sizeof port, "%d", number);
    pid = emulator_start(arguments);
    if (emulator_listens(number)) {
        set_s3_keys();
        snprintf(
            location, sizeof location, "s3:bucket/some/where?endpoint=http://localhost:%d", number);
        s = open_store(location);
        store_conforms(s);
        conforms_with_parts(s);
        store_close(s);
    } else {
        CU_FAIL("s3rver does not start");
    }
    emulator_stop(pid);
}

/* ---- the server that answers wrongly ---- */

struct faulty {
    pid_t pid;
    struct store *s;
};

/* `key` and `certificate` are files; NULL: it speaks no TLS. */
static bool
faulty_open_with(struct faulty *o, const char *key, const char *certificate)
{
    char script[1024], location[128];
    const char *arguments[] = {"node", script, "port", key, certificate, NULL};
    struct fault f = FAULT_INIT;
    struct text port = TEXT_INIT;

    snprintf(script, sizeof script, "%s/tests/backup/store/fault-server.js", test_source_tree());
    o->pid = emulator_start(arguments);
    for (int i = 0; i < 100 && port.length == 0; i++) {
        emulator_wait();
        text_clear(&port);
        if (file_exists("port"))
            file_read_all("port", 16, &port, &f);
        if (waitpid(o->pid, NULL, WNOHANG) == o->pid) {
            printf("skipped: node is not installed\n");
            return false;
        }
    }
    set_s3_keys();
    snprintf(location, sizeof location, "s3:bucket?endpoint=http%s://127.0.0.1:%s",
        key == NULL ? "" : "s", text_get(&port));
    text_release(&port);
    o->s = open_store(location);
    return true;
}

static bool
faulty_open(struct faulty *o)
{
    return faulty_open_with(o, NULL, NULL);
}

static void
faulty_close(struct faulty *o)
{
    store_close(o->s);
    emulator_stop(o->pid);
}

static void
a_server_of_our_own_is_a_store(void)
{
    struct faulty o;

    if (!faulty_open(&o))
        return;
    store_conforms(o.s);
    conforms_with_parts(o.s);
    lists_whole_or_not(o.s);
    faulty_close(&o);
}

static void
tries_again_what_may_pass(void)
{
    static const char *const names[] = {
        "fail-500-2", "fail-503-2", "fail-429-1", "error200-2", "cut-1", "halfway-2", "slow"};
    struct faulty o;
    char *pattern = memory_pattern(100000);

    pattern[99999] = '\0';
    if (faulty_open(&o)) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            struct fault f = FAULT_INIT;
            struct text t = TEXT_INIT;

            ASSERT_OK(store_put_bytes(o.s, names[i], pattern, 100000, false, &f), &f);
            ASSERT_OK(store_get_bytes(o.s, names[i], 100000, &t, &f), &f);
            CU_ASSERT(t.length == 100000 && memcmp(t.bytes, pattern, 100000) == 0);
            text_release(&t);
        }
        faulty_close(&o);
    }
    free(pattern);
}

/* The object was stored, its answer got lost, and the next try finds one of that name. */
static void
knows_its_own_object_again(void)
{
    struct faulty o;
    const size_t size = CLOUD_PART_BYTES + 1;
    char *pattern = memory_pattern(size);

    if (faulty_open(&o)) {
        put_object(o.s, "lost-1", "content", false);
        expect_object(o.s, "lost-1", "content");
        struct fault f = FAULT_INIT;

        ASSERT_FAULT(
            store_put_bytes(o.s, "lost-1", "other", 5, false, &f), &f, FAULT_EXISTS, "lost-1");
        ASSERT_OK(store_put_bytes(o.s, "lost-4-parts", pattern, size, false, &f), &f);
        faulty_close(&o);
    }
    free(pattern);
}

static void
refuses_what_does_not_pass(void)
{
    struct faulty o;
    struct fault f = FAULT_INIT;

    if (!faulty_open(&o))
        return;
    ASSERT_FAULT(store_put_bytes(o.s, "redirect", "", 0, true, &f), &f, FAULT_IO, "307");
    ASSERT_FAULT(store_put_bytes(o.s, "fail-400-9", "", 0, true, &f), &f, FAULT_IO, "400 Trouble");
    put_object(o.s, "denied", "x", true);
    ASSERT_FAULT(store_remove(o.s, "denied", &f), &f, FAULT_PERMISSION, "403 AccessDenied");
    faulty_close(&o);
}

/* A server whose certificate nobody vouches for gets no request, and so no signature. */
static void
sends_nothing_to_a_server_that_it_cannot_know(void)
{
    struct faulty o;
    struct fault f = FAULT_INIT;

    if (system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
               "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout own.key "
               "-out own.crt 2>/dev/null") != 0) {
        printf("skipped: no openssl command makes a certificate\n");
        return;
    }
    if (!faulty_open_with(&o, "own.key", "own.crt"))
        return;
    CU_ASSERT_EQUAL(store_put_bytes(o.s, "a", "x", 1, true, &f), -1);
    CU_ASSERT(f.kind == FAULT_UNAVAILABLE && test_contains(f.text, "certificate"));
    CU_ASSERT(test_contains(f.hint, "update-ca-certificates"));
    faulty_close(&o);
}

static void
opens_no_store_without_a_key_or_tls(void)
{
    struct fault f = FAULT_INIT;

    unsetenv("AWS_ACCESS_KEY_ID");
    CU_ASSERT_PTR_NULL(store_open("s3:bucket", &f));
    CU_ASSERT(f.kind == FAULT_SETTINGS && test_contains(f.hint, "AWS_ACCESS_KEY_ID"));
    fault_clear(&f);
    set_s3_keys();
    CU_ASSERT_PTR_NULL(store_open("s3:bucket?endpoint=http://store.example.com", &f));
    CU_ASSERT(f.kind == FAULT_SETTINGS && test_contains(f.text, "https"));
    fault_clear(&f);
    CU_ASSERT_PTR_NULL(store_open("s3:bu cket/x", &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_SETTINGS);
    fault_clear(&f);
    CU_ASSERT_PTR_NULL(store_open("azblob:account", &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_SETTINGS);
    fault_clear(&f);
    CU_ASSERT_PTR_NULL(store_open("s3:bucket/../x", &f));
}

/* The moment of the examples in "Signature Version 4" of Amazon's documentation; one of one digit
 * each; one of a leap day. */
static void
writes_a_moment_as_each_protocol_wants_it(void)
{
    static const struct {
        time_t moment;
        const char *compact, *rfc1123;
    } moments[] = {
        {1369353600, "20130524T000000Z", "Fri, 24 May 2013 00:00:00 GMT"},
        {3723, "19700101T010203Z", "Thu, 01 Jan 1970 01:02:03 GMT"},
        {1709251199, "20240229T235959Z", "Thu, 29 Feb 2024 23:59:59 GMT"},
    };
    char date[CLOUD_DATE_BYTES];

    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        cloud_date(date, moments[i].moment, true);
        CU_ASSERT_STRING_EQUAL(date, moments[i].compact);
        cloud_date(date, moments[i].moment, false);
        CU_ASSERT_STRING_EQUAL(date, moments[i].rfc1123);
    }
}

const struct test suite_backup_store_cloud[] = {
    {"writes a moment as each protocol wants it", writes_a_moment_as_each_protocol_wants_it},
    {"azurite is a store, with a key and with a token", azurite_is_a_store},
    {"s3rver is a store", s3rver_is_a_store},
    {"a server of our own is a store", a_server_of_our_own_is_a_store},
    {"tries again what may pass", tries_again_what_may_pass},
    {"knows its own object again", knows_its_own_object_again},
    {"refuses what does not pass", refuses_what_does_not_pass},
    {"sends nothing to a server that it cannot know",
        sends_nothing_to_a_server_that_it_cannot_know},
    {"opens no store without a key or TLS", opens_no_store_without_a_key_or_tls},
    {0},
};
