#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup/store/cloud.h"
#include "config/base/crypto.h"

#define API_VERSION "2021-12-02"

enum { KEY_BYTES_MAX = 128, MAC_BYTES = 32, MAC_TEXT_BYTES = 48 };

struct azblob {
    char *account;
    struct secret sas; /* without a '?' in front; or the key below */
    uint8_t key[KEY_BYTES_MAX];
    size_t key_size;
};

static void
free_azblob(void *own)
{
    struct azblob *s = own;

    secret_release(&s->sas);
    OPENSSL_cleanse(s->key, sizeof s->key);
    free(s->account);
    free(s);
}

/* ---- signing (Azure Storage REST API, "Authorize with Shared Key") ---- */

static const char *
header_of(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->header_count; i++) {
        if (strcmp(r->headers[i].name, name) == 0)
            return r->headers[i].value;
    }
    return "";
}

static int
compare_headers(const void *a, const void *b)
{
    const struct http_header *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int
digit_of(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits);
}

/* The query's parameters, a line each, decoded; ours are in order already. */
static void
add_query(struct text *t, const char *query)
{
    bool in_name = true;

    for (const char *at = query; *at != '\0'; at++) {
        if (at == query || at[-1] == '&') {
            text_add_char(t, '\n');
            in_name = true;
        }
        if (*at == '&')
            continue;
        if (*at == '=' && in_name) {
            in_name = false;
            text_add_char(t, ':');
        } else if (*at == '%' && digit_of(at[1]) >= 0 && digit_of(at[2]) >= 0) {
            text_add_char(t, (char)(digit_of(at[1]) * 16 + digit_of(at[2])));
            at += 2;
        } else {
            text_add_char(t, *at);
        }
    }
}

static void
add_string_to_sign(struct text *t, const struct http_request *r, const char *account)
{
    static const char *const fields[] = {"content-md5", "content-type", "date", "if-modified-since",
        "if-match", "if-none-match", "if-unmodified-since", "range"};
    struct http_request sorted = *r;

    text_add_format(t, "%s\n\n\n", r->method);
    if (r->body_size > 0)
        text_add_format(t, "%zu", r->body_size);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        text_add_format(t, "\n%s", header_of(r, fields[i]));
    text_add(t, "\n");
    qsort(sorted.headers, sorted.header_count, sizeof *sorted.headers, compare_headers);
    for (size_t i = 0; i < sorted.header_count; i++) {
        if (strncmp(sorted.headers[i].name, "x-ms-", 5) == 0)
            text_add_format(t, "%s:%s\n", sorted.headers[i].name, sorted.headers[i].value);
    }
    text_add_format(t, "/%s%s", account, r->path);
    add_query(t, r->query);
}

static int
authorize(const struct azblob *s, struct http_request *r, struct text *value, struct fault *f)
{
    struct text string = TEXT_INIT;
    uint8_t mac[MAC_BYTES];
    unsigned char text[MAC_TEXT_BYTES];
    unsigned size = sizeof mac;
    int rc;

    add_string_to_sign(&string, r, s->account);
    rc = text_check(&string, f);
    if (rc == 0 && HMAC(EVP_sha256(), s->key, (int)s->key_size,
                       (const unsigned char *)text_get(&string), string.length, mac, &size) == NULL)
        rc = crypto_fault(f, "OpenSSL failed in HMAC-SHA-256", NULL);
    if (rc == 0) {
        EVP_EncodeBlock(text, mac, MAC_BYTES);
        text_add_format(value, "SharedKey %s:%s", s->account, (const char *)text);
        rc = text_check(value, f);
    }
    text_release(&string);
    return rc;
}

static int
sign(void *state, struct http_request *r, struct text scratch[4], struct fault *f)
{
    struct cloud *c = state;
    struct azblob *s = c->own;
    char date[CLOUD_DATE_BYTES];

    cloud_date(date, time(NULL), false);
    text_add(&scratch[0], date);
    if (text_check(&scratch[0], f) != 0)
        return -1;
    http_set(r, "x-ms-date", text_get(&scratch[0]));
    if (s->sas.bytes != NULL) {
        text_add_format(
            &scratch[1], "%s%s%s", r->query, r->query[0] == '\0' ? "" : "&", s->sas.bytes);
        r->query = text_get(&scratch[1]);
        return text_check(&scratch[1], f);
    }
    if (authorize(s, r, &scratch[2], f) != 0)
        return -1;
    http_set(r, "authorization", text_get(&scratch[2]));
    return 0;
}

static struct http_signer
signer(struct cloud *c)
{
    return (struct http_signer){sign, c};
}

/* ---- writing ---- */

static struct http_request
put_request(const struct cloud_put *w, const struct text *body)
{
    struct http_request r = {.method = "PUT",
        .path = text_get(&w->path),
        .query = "",
        .body = text_get(body),
        .body_size = body->length};

    http_set(&r, "x-ms-version", API_VERSION);
    return r;
}

static void
set_publishing(const struct cloud_put *w, struct http_request *r)
{
    http_set(r, "x-ms-meta-upload", w->mark);
    if (!w->overwrite)
        http_set(r, "if-none-match", "*");
}

static int
put_whole(struct cloud_put *w, struct http_answer *a, struct fault *f)
{
    struct http_request r = put_request(w, &w->buffer);

    http_set(&r, "x-ms-blob-type", "BlockBlob");
    set_publishing(w, &r);
    return http_send(w->cloud->http, &r, a, f);
}

/* Block names are of one length and begin with the writer's mark: two writers never mix. */
static int
put_part(struct cloud_put *w, struct http_answer *a, struct fault *f)
{
    struct http_request r = put_request(w, &w->buffer);
    struct text query = TEXT_INIT;
    char name[64];
    unsigned char id[96];
    int length = snprintf(name, sizeof name, "%s-%06u", w->mark, w->parts + 1);
    int rc = -1;

    EVP_EncodeBlock(id, (const unsigned char *)name, length);
    text_add(&query, "blockid=");
    http_add_encoded(&query, (const char *)id, false);
    text_add(&query, "&comp=block");
    r.query = text_get(&query);
    if (text_check(&query, f) == 0)
        rc = http_send(w->cloud->http, &r, a, f);
    if (rc == 0 && a->status / 100 == 2)
        text_add_format(&w->staged, "<Latest>%s</Latest>", (const char *)id);
    text_release(&query);
    return rc;
}

static int
complete(struct cloud_put *w, struct http_answer *a, struct fault *f)
{
    struct text body = TEXT_INIT;
    struct http_request r;
    int rc = -1;

    text_add_format(&body, "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>%s</BlockList>",
        text_get(&w->staged));
    r = put_request(w, &body);
    r.query = "comp=blocklist";
    set_publishing(w, &r);
    if (text_check(&body, f) == 0 && text_check(&w->staged, f) == 0)
        rc = http_send(w->cloud->http, &r, a, f);
    text_release(&body);
    return rc;
}

/* Blocks that were never named in a list show nowhere and go by themselves within a week. */
static void
abandon(struct cloud_put *w)
{
    (void)w;
}

static int
make_place(struct cloud *c, const struct http_answer *a, struct fault *f)
{
    struct http_request r = {.method = "PUT", .path = c->folder, .query = "restype=container"};
    struct http_answer made = HTTP_ANSWER_INIT;
    int rc = -1;

    if (strcmp(a->error_code, "ContainerNotFound") != 0)
        return 0;
    http_set(&r, "x-ms-version", API_VERSION);
    /* 409: somebody else made it meanwhile. */
    if (http_send(c->http, &r, &made, f) == 0)
        rc = made.status == 201 || made.status == 409 ? 1 : http_refuse(&r, &made, f);
    http_answer_release(&made);
    return rc;
}

/* Names in order, as they are signed. */
static void
add_list_query(struct text *query, const char *prefix, const char *marker)
{
    text_add(query, "comp=list");
    if (marker[0] != '\0') {
        text_add(query, "&marker=");
        http_add_encoded(query, marker, false);
    }
    text_add(query, "&prefix=");
    http_add_encoded(query, prefix, false);
    text_add(query, "&restype=container");
}

/* ---- opening ---- */

static int
take_key(struct azblob *s, const struct secret *text, struct fault *f)
{
    size_t length = text->length;
    size_t padding = length < 2                       ? 0
                     : text->bytes[length - 2] == '=' ? 2
                                                      : text->bytes[length - 1] == '=';
    int size = -1;

    if (length % 4 == 0 && length / 4 * 3 <= sizeof s->key)
        size = EVP_DecodeBlock(s->key, (const unsigned char *)text->bytes, (int)length);
    if (size <= 0)
        return fault_set(f, FAULT_SETTINGS, "AZURE_STORAGE_KEY is no key in base64");
    s->key_size = (size_t)size - padding;
    return 0;
}

static int
find_keys(struct azblob *s, const struct settings *settings, struct fault *f)
{
    struct secret key = SECRET_INIT;
    int rc = cloud_find_secret(&s->sas, settings, "AZURE_STORAGE_SAS_TOKEN", f);

    if (rc == 1) {
        /* As portals hand it out. */
        if (s->sas.bytes[0] == '?')
            memmove(s->sas.bytes, s->sas.bytes + 1, s->sas.length);
        return 0;
    }
    if (rc == 0 && (rc = cloud_find_secret(&key, settings, "AZURE_STORAGE_KEY", f)) == 1)
        rc = take_key(s, &key, f) == 0 ? 1 : -1;
    secret_release(&key);
    if (rc == 1)
        return 0;
    if (rc == 0) {
        fault_set(f, FAULT_SETTINGS, "there is no key for the store");
        fault_hint(f, "AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_KEY belongs into "
                      "$CREDENTIALS_DIRECTORY, the secrets file or the environment");
    }
    return -1;
}

/* An endpoint may have a path before the container: an emulator's has the account there. */
static int
open_place(struct cloud *c, const char *rest, const char *container, size_t length, struct fault *f)
{
    struct azblob *s = c->own;
    char *endpoint = cloud_find_setting(rest, "endpoint", "AZURE_STORAGE_BLOB_ENDPOINT");
    struct text base = TEXT_INIT, folder = TEXT_INIT;
    int rc = -1;

    if (endpoint == NULL) {
        text_add_format(&base, "https://%s.blob.core.windows.net", s->account);
    } else {
        const char *host = strstr(endpoint, "://");
        size_t before = host == NULL ? strlen(endpoint)
                                     : (size_t)(host - endpoint) + 3 + strcspn(host + 3, "/");

        text_add_bytes(&base, endpoint, before);
        text_add(&folder, endpoint + before);
        while (folder.length > 0 && folder.bytes[folder.length - 1] == '/')
            text_cut(&folder, folder.length - 1);
    }
    text_add_format(&folder, "/%.*s", (int)length, container);
    if (text_check(&base, f) == 0 && text_check(&folder, f) == 0 &&
        (c->http = http_open(text_get(&base), signer(c), f)) != NULL &&
        (c->folder = text_take(&folder)) != NULL)
        rc = 0;
    text_release(&base);
    text_release(&folder);
    free(endpoint);
    return rc;
}

static bool
is_plain(const char *name, size_t length)
{
    return length > 0 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-$") >= length;
}

static int
open_azblob(struct cloud *c, const char *rest, const struct settings *settings, struct fault *f)
{
    struct azblob *s = c->own;
    size_t account = strcspn(rest, "/?");
    const char *container = rest + account + (rest[account] == '/');
    size_t length = strcspn(container, "/?");

    if (!is_plain(rest, account) || !is_plain(container, length))
        return fault_set(f, FAULT_SETTINGS, "'%.*s' is no ACCOUNT/CONTAINER/PREFIX",
            (int)strcspn(rest, "?"), rest);
    if ((s->account = strndup(rest, account)) == NULL)
        return fault_set_memory(f);
    if (find_keys(s, settings, f) != 0 || cloud_set_prefix(c, container + length, f) != 0)
        return -1;
    return open_place(c, rest, container, length, f);
}

static const struct cloud_kind kind = {
    .own_bytes = sizeof(struct azblob),
    .open = open_azblob,
    .signer = signer,
    .put_whole = put_whole,
    .put_part = put_part,
    .complete = complete,
    .abandon = abandon,
    .make_place = make_place,
    .add_list_query = add_list_query,
    .list_form = {.group = "Blobs",
        .item = "Blob",
        .name = "Name",
        .size_group = "Properties",
        .size = "Content-Length",
        .marker = "NextMarker"},
    .no_place = "ContainerNotFound",
    .version = {"x-ms-version", API_VERSION},
    .free_own = free_azblob,
};

static void *
azblob_open(const char *rest, const struct settings *settings, struct fault *f)
{
    return cloud_open(&kind, rest, settings, f);
}

const struct store_scheme store_azblob_scheme = {
    .name = "azblob",
    .usage = "azblob:ACCOUNT/CONTAINER/PREFIX",
    .open = azblob_open,
    CLOUD_OPERATIONS,
};
