#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "backup/store/cloud.h"
#include "backup/store/sigv4.h"
#include "config/base/digest.h"

struct s3 {
    struct secret access_key, secret_key, session_token;
    char *region;
};

static void
free_s3(void *own)
{
    struct s3 *s = own;

    secret_release(&s->access_key);
    secret_release(&s->secret_key);
    secret_release(&s->session_token);
    free(s->region);
    free(s);
}

/* ---- signing ---- */

static int
sign(void *state, struct http_request *r, struct text scratch[4], struct fault *f)
{
    struct cloud *c = state;
    struct s3 *s = c->own;
    char date[CLOUD_DATE_BYTES], sha256[DIGEST_HEX_BYTES];
    struct sigv4 now = {
        .access_key = s->access_key.bytes, .secret_key = s->secret_key.bytes, .region = s->region};

    cloud_date(date, time(NULL), true);
    if (digest_bytes(r->body == NULL ? "" : r->body, r->body_size, sha256, f) != 0)
        return -1;
    text_add(&scratch[0], date);
    text_add(&scratch[1], sha256);
    if (text_check(&scratch[0], f) != 0 || text_check(&scratch[1], f) != 0)
        return -1;
    now.stamp = text_get(&scratch[0]);
    http_set(r, "host", http_host(c->http));
    http_set(r, "x-amz-date", text_get(&scratch[0]));
    http_set(r, "x-amz-content-sha256", text_get(&scratch[1]));
    if (s->session_token.bytes != NULL)
        http_set(r, "x-amz-security-token", s->session_token.bytes);
    if (sigv4_authorize(&now, r, &scratch[2], f) != 0)
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

static int
put_whole(struct cloud_put *w, struct http_answer *a, struct fault *f)
{
    struct http_request r = {.method = "PUT",
        .path = text_get(&w->path),
        .query = "",
        .body = text_get(&w->buffer),
        .body_size = w->buffer.length};

    http_set(&r, "x-amz-meta-upload", w->mark);
    if (!w->overwrite)
        http_set(&r, "if-none-match", "*");
    return http_send(w->cloud->http, &r, a, f);
}

/* The text between two tags; `t` stays empty when there is none. */
static void
find_text(const struct text *body, const char *open, const char *close, struct text *t)
{
    const char *at = strstr(text_get(body), open);
    const char *end = at == NULL ? NULL : strstr(at, close);

    if (end != NULL)
        text_add_bytes(t, at + strlen(open), (size_t)(end - at) - strlen(open));
}

static int
begin_upload(struct cloud_put *w, struct http_answer *a, struct fault *f)
{
    struct http_request r = {.method = "POST", .path = text_get(&w->path), .query = "uploads="};

    http_set(&r, "x-amz-meta-upload", w->mark);
    if (http_send(w->cloud->http, &r, a, f) != 0)
        return -1;
    if (a->status != 200)
        return http_refuse(&r, a, f);
    find_text(&a->body, "<UploadId>", "</UploadId>", &w->id);
    return w->id.length > 0 ? text_check(&w->id, f)
                            : fault_set(f, FAULT_IO, "the store names no upload for '%s'", w->name);
}

static int
put_part(struct cloud_put *w, struct http_answer *a, struct fault *f)
{
    struct http_request r = {.method = "PUT",
        .path = text_get(&w->path),
        .body = text_get(&w->buffer),
        .body_size = w->buffer.length};
    struct text query = TEXT_INIT;
    int rc = -1;

    if (w->id.length == 0 && begin_upload(w, a, f) != 0)
        return -1;
    text_add_format(&query, "partNumber=%u&uploadId=", w->parts + 1);
    http_add_encoded(&query, text_get(&w->id), false);
    r.query = text_get(&query);
    if (text_check(&query, f) == 0)
        rc = http_send(w->cloud->http, &r, a, f);
    if (rc == 0)
        text_add_format(&w->staged, "<Part><PartNumber>%u</PartNumber><ETag>%s</ETag></Part>",
            w->parts + 1, a->etag);
    text_release(&query);
    return rc;
}

static int
complete(struct cloud_put *w, struct http_answer *a, struct fault *f)
{
    struct text query = TEXT_INIT, body = TEXT_INIT;
    struct http_request r = {.method = "POST", .path = text_get(&w->path)};
    int rc = -1;

    text_add(&query, "uploadId=");
    http_add_encoded(&query, text_get(&w->id), false);
    text_add_format(&body,
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">%s"
        "</CompleteMultipartUpload>",
        text_get(&w->staged));
    r.query = text_get(&query);
    r.body = text_get(&body);
    r.body_size = body.length;
    if (!w->overwrite)
        http_set(&r, "if-none-match", "*");
    if (text_check(&query, f) == 0 && text_check(&body, f) == 0 && text_check(&w->staged, f) == 0)
        rc = http_send(w->cloud->http, &r, a, f);
    text_release(&query);
    text_release(&body);
    return rc;
}

static void
abandon(struct cloud_put *w)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    struct text query = TEXT_INIT;
    struct http_request r = {.method = "DELETE", .path = text_get(&w->path)};

    if (w->id.length == 0)
        return;
    text_add(&query, "uploadId=");
    http_add_encoded(&query, text_get(&w->id), false);
    r.query = text_get(&query);
    if (!query.failed)
        http_send(w->cloud->http, &r, &a, NULL);
    text_release(&query);
    http_answer_release(&a);
}

/* Names in order, as they are signed. */
static void
add_list_query(struct text *query, const char *prefix, const char *marker)
{
    if (marker[0] != '\0') {
        text_add(query, "continuation-token=");
        http_add_encoded(query, marker, false);
        text_add(query, "&");
    }
    text_add(query, "list-type=2&prefix=");
    http_add_encoded(query, prefix, false);
}

/* ---- opening ---- */

static int
find_keys(struct s3 *s, const struct settings *settings, struct fault *f)
{
    int id = cloud_find_secret(&s->access_key, settings, "AWS_ACCESS_KEY_ID", f);
    int key = id < 0 ? -1 : cloud_find_secret(&s->secret_key, settings, "AWS_SECRET_ACCESS_KEY", f);
    int token =
        key < 0 ? -1 : cloud_find_secret(&s->session_token, settings, "AWS_SESSION_TOKEN", f);

    if (token < 0)
        return -1;
    if (id == 1 && key == 1)
        return 0;
    fault_set(f, FAULT_SETTINGS, "there is no key for the store");
    return fault_hint(f, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong into "
                         "$CREDENTIALS_DIRECTORY, the secrets file or the environment");
}

/* The bucket is a part of the path at an endpoint that was named, or when its name has dots, which
 * no certificate covers; otherwise of the host. */
static int
open_place(struct cloud *c, const char *rest, size_t bucket_length, struct fault *f)
{
    struct s3 *s = c->own;
    char *endpoint = cloud_find_setting(rest, "endpoint", "AWS_ENDPOINT_URL");
    bool by_path = endpoint != NULL || memchr(rest, '.', bucket_length) != NULL;
    struct text base = TEXT_INIT;
    int rc = -1;

    if (endpoint != NULL)
        text_add_bytes(&base, endpoint, strlen(endpoint) - (endpoint[strlen(endpoint) - 1] == '/'));
    else if (by_path)
        text_add_format(&base, "https://s3.%s.amazonaws.com", s->region);
    else
        text_add_format(
            &base, "https://%.*s.s3.%s.amazonaws.com", (int)bucket_length, rest, s->region);
    if (asprintf(&c->folder, "%s%.*s", by_path ? "/" : "", by_path ? (int)bucket_length : 0, rest) <
        0) {
        c->folder = NULL;
        fault_set_memory(f);
    } else if (text_check(&base, f) == 0 &&
               (c->http = http_open(text_get(&base), signer(c), f)) != NULL) {
        rc = 0;
    }
    text_release(&base);
    free(endpoint);
    return rc;
}

static int
open_s3(struct cloud *c, const char *rest, const struct settings *settings, struct fault *f)
{
    size_t length = strcspn(rest, "/?");
    struct s3 *s = c->own;

    if (length == 0 || strspn(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789.-_") != length)
        return fault_set(f, FAULT_SETTINGS, "'%.*s' is no bucket", (int)length, rest);
    if ((s->region = cloud_find_setting(rest, "region", "AWS_REGION")) == NULL &&
        (s->region = strdup("us-east-1")) == NULL)
        return fault_set_memory(f);
    if (find_keys(s, settings, f) != 0 || cloud_set_prefix(c, rest + length, f) != 0)
        return -1;
    return open_place(c, rest, length, f);
}

static const struct cloud_kind kind = {
    .own_bytes = sizeof(struct s3),
    .open = open_s3,
    .signer = signer,
    .put_whole = put_whole,
    .put_part = put_part,
    .complete = complete,
    .abandon = abandon,
    .add_list_query = add_list_query,
    .list_form = {.item = "Contents",
        .name = "Key",
        .size = "Size",
        .marker = "NextContinuationToken"},
    .no_place = "",
    .free_own = free_s3,
};

static void *
s3_open(const char *rest, const struct settings *settings, struct fault *f)
{
    return cloud_open(&kind, rest, settings, f);
}

const struct store_scheme store_s3_scheme = {
    .name = "s3",
    .usage = "s3:BUCKET/PREFIX",
    .open = s3_open,
    CLOUD_OPERATIONS,
};
