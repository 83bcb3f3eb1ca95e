#include "backup/store/http.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "backup/store/libcurl.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"

enum {
    TRIES = 7,
    FIRST_PAUSE_MS = 250, /* doubled after each try: 16 seconds in all */
    CONNECT_SECONDS = 20,
    STALL_SECONDS = 60, /* slower than STALL_BYTES a second for so long: given up */
    STALL_BYTES = 1024,
    RETRY_AFTER_LIMIT_SECONDS = 60,
    CODE_LIMIT = 63,
};

struct http {
    const struct libcurl *library;
    CURL *curl;
    char *base;
    const char *host;
    struct http_signer signer;
};

void
http_set(struct http_request *r, const char *name, const char *value)
{
    assert(r->header_count < HTTP_HEADERS_MAX);
    r->headers[r->header_count++] = (struct http_header){name, value};
}

void
http_answer_release(struct http_answer *a)
{
    text_release(&a->body);
    *a = (struct http_answer)HTTP_ANSWER_INIT;
}

void
http_add_encoded(struct text *t, const char *string, bool keep_slashes)
{
    for (const char *at = string; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("-._~", c) != NULL || (c == '/' && keep_slashes);

        if (plain)
            text_add_char(t, (char)c);
        else
            text_add_format(t, "%%%02X", c);
    }
}

/* ---- opening ---- */

static bool
is_this_machine(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);

        if (strncmp(host, names[i], length) == 0 && (host[length] == '\0' || host[length] == ':'))
            return true;
    }
    return false;
}

static int
check_base(const char *base, const char **host, struct fault *f)
{
    const char *colon = strstr(base, "://");

    *host = colon == NULL ? base : colon + 3;
    if (strncmp(base, "https://", 8) == 0 || strncmp(base, "http://", 7) == 0) {
        if (**host == '\0' || strpbrk(*host, "/?#@ ") != NULL)
            return fault_set(f, FAULT_SETTINGS, "'%s' is no host of a store", *host);
        if (base[4] == 's' || is_this_machine(*host))
            return 0;
        return fault_set(
            f, FAULT_SETTINGS, "a store on another machine is reached by https, not '%s'", base);
    }
    return fault_set(f, FAULT_SETTINGS, "'%s' is no https:// address of a store", base);
}

struct http *
http_open(const char *base, struct http_signer signer, struct fault *f)
{
    const struct libcurl *library;
    struct http *h;
    const char *host;

    if (check_base(base, &host, f) != 0)
        return NULL;
    if ((library = libcurl_load(f)) == NULL)
        return NULL;
    if ((h = calloc(1, sizeof *h)) == NULL || (h->base = strdup(base)) == NULL ||
        (h->curl = library->easy_init()) == NULL) {
        http_close(h);
        fault_set_memory(f);
        return NULL;
    }
    h->library = library;
    h->host = h->base + (host - base);
    h->signer = signer;
    return h;
}

void
http_close(struct http *h)
{
    if (h == NULL)
        return;
    if (h->curl != NULL)
        h->library->easy_cleanup(h->curl);
    free(h->base);
    free(h);
}

const char *
http_host(const struct http *h)
{
    return h->host;
}

/* ---- the answer ---- */

static size_t
take_body(char *bytes, size_t size, size_t count, void *state)
{
    struct http_answer *a = state;

    if (a->body.length + size * count > HTTP_BODY_BYTES_MAX)
        return 0;
    text_add_bytes(&a->body, bytes, size * count);
    return a->body.failed ? 0 : size * count;
}

static void
copy_field(char *to, size_t room, const char *value, size_t length)
{
    size_t size = length < room - 1 ? length : room - 1;

    memcpy(to, value, size);
    to[size] = '\0';
}

static void
take_field(struct http_answer *a, const char *name, const char *value, size_t length)
{
    char number[32];
    const char *slash;

    copy_field(number, sizeof number, value, length);
    if (strcmp(name, "etag") == 0) {
        copy_field(a->etag, sizeof a->etag, value, length);
    } else if (strcmp(name, "content-length") == 0) {
        a->content_bytes = strtoull(number, NULL, 10);
    } else if (strcmp(name, "retry-after") == 0) {
        a->retry_after_s = strtol(number, NULL, 10);
    } else if (strcmp(name, "x-ms-error-code") == 0) {
        copy_field(a->error_code, sizeof a->error_code, value, length);
    } else if (strcmp(name, "x-amz-meta-upload") == 0 || strcmp(name, "x-ms-meta-upload") == 0) {
        copy_field(a->upload, sizeof a->upload, value, length);
    } else if (strcmp(name, "content-range") == 0) {
        slash = memchr(value, '/', length);
        if (slash != NULL) {
            copy_field(number, sizeof number, slash + 1, length - (size_t)(slash + 1 - value));
            a->total_bytes = strtoull(number, NULL, 10);
            a->is_empty = strcmp(number, "0") == 0;
        }
    }
}

static size_t
take_header(char *bytes, size_t size, size_t count, void *state)
{
    size_t length = size * count;
    const char *colon = memchr(bytes, ':', length);
    char name[64];
    const char *value, *end = bytes + length;

    if (colon == NULL || (size_t)(colon - bytes) >= sizeof name)
        return length;
    for (size_t i = 0; i <= (size_t)(colon - bytes); i++)
        name[i] = (char)(bytes[i] >= 'A' && bytes[i] <= 'Z' ? bytes[i] + 32 : bytes[i]);
    name[colon - bytes] = '\0';
    for (value = colon + 1; value < end && *value == ' '; value++)
        ;
    while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
        end--;
    take_field(state, name, value, (size_t)(end - value));
    return length;
}

/* "<Code>NoSuchKey</Code>" in an error's body, when no header told it. */
static void
find_error_code(struct http_answer *a)
{
    const char *body = text_get(&a->body);
    const char *open = strstr(body, "<Code>");
    const char *end = open == NULL ? NULL : strstr(open, "</Code>");

    if (a->error_code[0] != '\0' || a->status < 300 || end == NULL)
        return;
    copy_field(a->error_code, sizeof a->error_code, open + 6, (size_t)(end - open) - 6);
    for (char *at = a->error_code; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20)
            *at = ' ';
    }
}

int
http_refuse(const struct http_request *r, const struct http_answer *a, struct fault *f)
{
    static const struct {
        long status;
        enum fault_kind kind;
    } kinds[] = {{401, FAULT_PERMISSION}, {403, FAULT_PERMISSION}, {404, FAULT_NO_INPUT}};
    enum fault_kind kind = FAULT_IO;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].status == a->status)
            kind = kinds[i].kind;
    }
    fault_set(f, kind, "%s %s: the store answers %ld%s%s", r->method, r->path, a->status,
        a->error_code[0] == '\0' ? "" : " ", a->error_code);
    if (kind == FAULT_PERMISSION)
        fault_hint(f, "the store's key or token is wrong, has expired, or gives no right to this; "
                      "the clock may be wrong too");
    if (strcmp(a->error_code, "NoSuchBucket") == 0)
        fault_hint(f, "the bucket must be there: none is made");
    return -1;
}

/* ---- one try ---- */

static struct curl_slist *
add_header(const struct libcurl *l, struct curl_slist *list, const struct http_header *header)
{
    struct text line = TEXT_INIT;
    struct curl_slist *longer = NULL;

    text_add_format(
        &line, "%s%s%s", header->name, header->value[0] == '\0' ? ";" : ": ", header->value);
    if (!line.failed)
        longer = l->slist_append(list, text_get(&line));
    text_release(&line);
    if (longer == NULL)
        l->slist_free_all(list);
    return longer;
}

static struct curl_slist *
make_headers(const struct libcurl *l, const struct http_request *r, struct fault *f)
{
    struct curl_slist *list = l->slist_append(NULL, "Expect:");

    /* Nothing that libcurl would add by itself: a signature covers what is sent. */
    if (list != NULL)
        list = l->slist_append(list, "Content-Type:");
    for (size_t i = 0; list != NULL && i < r->header_count; i++)
        list = add_header(l, list, &r->headers[i]);
    if (list == NULL)
        fault_set_memory(f);
    return list;
}

static void
set_options(struct http *h, const struct http_request *r, struct http_answer *a,
    struct curl_slist *headers, const char *url)
{
    const struct libcurl *l = h->library;
    CURL *c = h->curl;
    bool has_body = strcmp(r->method, "PUT") == 0 || strcmp(r->method, "POST") == 0;

    l->easy_reset(c); /* connections stay */
    l->easy_setopt(c, CURLOPT_URL, url);
    l->easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    l->easy_setopt(c, CURLOPT_PROTOCOLS_STR, h->base[4] == 's' ? "https" : "http");
    l->easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    l->easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    l->easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    l->easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    l->easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
    l->easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
    l->easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
    l->easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    l->easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    l->easy_setopt(c, CURLOPT_WRITEDATA, a);
    l->easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    l->easy_setopt(c, CURLOPT_HEADERDATA, a);
    if (has_body) {
        l->easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_size);
        l->easy_setopt(c, CURLOPT_POSTFIELDS, r->body == NULL ? "" : r->body);
    }
    l->easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
    if (strcmp(r->method, "HEAD") == 0)
        l->easy_setopt(c, CURLOPT_NOBODY, 1L);
}

/* 0 with an answer, 1 when there is none (its reason in `f`), -1 when trying again is no use. */
static int
try_once(struct http *h, const struct http_request *r, struct http_answer *a, struct fault *f)
{
    struct http_request signed_request = *r;
    struct text scratch[4] = {TEXT_INIT, TEXT_INIT, TEXT_INIT, TEXT_INIT};
    struct text url = TEXT_INIT;
    struct curl_slist *headers = NULL;
    CURLcode code;
    int rc = -1;

    if (h->signer.sign(h->signer.state, &signed_request, scratch, f) != 0)
        goto done;
    text_add_format(&url, "%s%s%s%s", h->base, signed_request.path,
        signed_request.query[0] == '\0' ? "" : "?", signed_request.query);
    if (text_check(&url, f) != 0 ||
        (headers = make_headers(h->library, &signed_request, f)) == NULL)
        goto done;
    set_options(h, &signed_request, a, headers, text_get(&url));
    code = h->library->easy_perform(h->curl);
    /* Some promise the bytes that were asked for, of an object that has none. */
    if (code == CURLE_PARTIAL_FILE && a->is_empty)
        code = CURLE_OK;
    if (code == CURLE_OUT_OF_MEMORY || a->body.failed) {
        rc = fault_set_memory(f);
        goto done;
    }
    if (code != CURLE_OK) {
        fault_set(f, FAULT_UNAVAILABLE, "%s %s at %s: %s", r->method, r->path, h->host,
            h->library->easy_strerror(code));
        if (code == CURLE_PEER_FAILED_VERIFICATION)
            fault_hint(f, "nothing was sent; who signed its certificate must be known to this "
                          "machine: update-ca-certificates(8)");
        rc = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_WRITE_ERROR ? -1 : 1;
        goto done;
    }
    h->library->easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &a->status);
    find_error_code(a);
    rc = 0;
done:
    h->library->slist_free_all(headers);
    text_release(&url);
    for (size_t i = 0; i < 4; i++)
        text_release(&scratch[i]);
    return rc;
}

/* ---- trying again ---- */

static bool
may_pass(long status)
{
    static const long statuses[] = {408, 429, 500, 502, 503, 504};

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (statuses[i] == status)
            return true;
    }
    return false;
}

/* "200" with an error inside: what took long may fail after the status was sent (S3 API reference,
 * CompleteMultipartUpload). */
static bool
hides_error(const struct http_request *r, struct http_answer *a)
{
    bool changes = strcmp(r->method, "PUT") == 0 || strcmp(r->method, "POST") == 0;

    return changes && a->status / 100 == 2 && strstr(text_get(&a->body), "<Error>") != NULL;
}

/* Waits, with a little chance so that many do not come back at once. */
static int
pause_before(int tried, long retry_after_s, struct fault *f)
{
    unsigned char chance = 0;
    long ms = (long)FIRST_PAUSE_MS << (tried - 1);

    if (getrandom(&chance, 1, GRND_NONBLOCK) == 1)
        ms += ms * chance / 1024;
    if (retry_after_s > 0 && retry_after_s <= RETRY_AFTER_LIMIT_SECONDS &&
        retry_after_s * 1000 > ms)
        ms = retry_after_s * 1000;
    for (; ms > 0; ms -= 100) {
        const struct timespec wait = {.tv_nsec = (ms < 100 ? ms : 100) * 1000000};

        if (interrupt_check(f) != 0)
            return -1;
        nanosleep(&wait, NULL);
    }
    return 0;
}

static void
forget(struct http_answer *a)
{
    struct text body = a->body;

    text_clear(&body);
    *a = (struct http_answer){.body = body};
}

int
http_send(struct http *h, const struct http_request *r, struct http_answer *a, struct fault *f)
{
    struct fault own = FAULT_INIT;

    if (f == NULL)
        f = &own;
    for (int i = 1;; i++) {
        long retry_after_s;
        int rc;

        if (interrupt_check(f) != 0)
            return -1;
        forget(a);
        rc = try_once(h, r, a, f);
        if (rc < 0 || (rc == 0 && !may_pass(a->status) && !hides_error(r, a)))
            return rc;
        if (rc == 0) {
            http_refuse(r, a, f);
            f->kind = FAULT_UNAVAILABLE;
        }
        if (i == TRIES)
            return -1;
        log_info("%s; tried again", f->text);
        retry_after_s = a->retry_after_s;
        fault_clear(f);
        if (pause_before(i, retry_after_s, f) != 0)
            return -1;
    }
}
