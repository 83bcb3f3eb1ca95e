#include "backup/store/cloud.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */

char *
cloud_find_setting(const char *rest, const char *name, const char *variable)
{
    const char *at = strchr(rest, '?');
    size_t length = strlen(name);
    const char *value = getenv(variable);

    for (; at != NULL; at = strchr(at, '&')) {
        at++;
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return strndup(at + length + 1, strcspn(at + length + 1, "&"));
    }
    return value == NULL || value[0] == '\0' ? NULL : strdup(value);
}

int
cloud_find_secret(
    struct secret *s, const struct settings *settings, const char *name, struct fault *f)
{
    static const struct settings none = SETTINGS_INIT;

    if (secret_find(s, settings == NULL ? &none : settings, name, f) == 0)
        return 1;
    if (f != NULL && f->kind != FAULT_SETTINGS)
        return -1;
    fault_clear(f);
    return 0;
}

int
cloud_set_prefix(struct cloud *c, const char *rest, struct fault *f)
{
    size_t length = strcspn(rest, "?");
    char *probe = NULL;
    int rc;

    while (length > 0 && rest[length - 1] == '/')
        length--;
    while (length > 0 && rest[0] == '/') {
        rest++;
        length--;
    }
    if (asprintf(&c->prefix, "%.*s%s", (int)length, rest, length == 0 ? "" : "/") < 0) {
        c->prefix = NULL;
        return fault_set_memory(f);
    }
    /* A prefix is like the folders of a name. */
    if (asprintf(&probe, "%sx", c->prefix) < 0)
        return fault_set_memory(f);
    rc = store_check_name(probe, f);
    free(probe);
    return rc;
}

void
cloud_add_path(struct text *t, const struct cloud *c, const char *name)
{
    text_add_format(t, "%s/", c->folder);
    http_add_encoded(t, c->prefix, true);
    http_add_encoded(t, name, true);
}

void
cloud_date(char date[CLOUD_DATE_BYTES], time_t moment, bool compact)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t;

    gmtime_r(&moment, &t);
    if (compact)
        strftime(date, CLOUD_DATE_BYTES, "%Y%m%dT%H%M%SZ", &t);
    else
        snprintf(date, CLOUD_DATE_BYTES, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday],
            t.tm_mday, months[t.tm_mon], (t.tm_year + 1900) % 10000, t.tm_hour, t.tm_min, t.tm_sec);
}

void *
cloud_open(const struct cloud_kind *kind, const char *rest, const struct settings *settings,
    struct fault *f)
{
    struct cloud *c = calloc(1, sizeof *c);

    if (c == NULL || (c->own = calloc(1, kind->own_bytes)) == NULL) {
        free(c);
        fault_set_memory(f);
        return NULL;
    }
    c->kind = kind;
    if (kind->open(c, rest, settings, f) == 0)
        return c;
    cloud_close(c);
    return NULL;
}

void
cloud_close(void *store)
{
    struct cloud *c = store;

    if (c == NULL)
        return;
    http_close(c->http);
    if (c->own != NULL)
        c->kind->free_own(c->own);
    free(c->folder);
    free(c->prefix);
    free(c);
}

struct http_request
cloud_request(const struct cloud *c, const char *method, const struct text *path)
{
    struct http_request r = {.method = method, .path = text_get(path), .query = ""};

    if (c->kind->version[0] != NULL)
        http_set(&r, c->kind->version[0], c->kind->version[1]);
    return r;
}

/* ---- looking ---- */

int
cloud_look(struct cloud *c, const char *name, struct http_answer *a, struct fault *f)
{
    struct text path = TEXT_INIT;
    struct http_request r;
    int rc = -1;

    cloud_add_path(&path, c, name);
    r = cloud_request(c, "HEAD", &path);
    if (text_check(&path, f) == 0 && http_send(c->http, &r, a, f) == 0) {
        if (a->status == 200)
            rc = 1;
        else
            rc = a->status == 404 ? 0 : http_refuse(&r, a, f);
    }
    text_release(&path);
    return rc;
}

int
cloud_find(void *store, const char *name, uint64_t *size_bytes, struct fault *f)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = cloud_look(store, name, &a, f);

    if (rc == 1)
        *size_bytes = a.content_bytes;
    http_answer_release(&a);
    return rc;
}

int
cloud_remove(void *store, const char *name, struct fault *f)
{
    struct cloud *c = store;
    struct http_answer a = HTTP_ANSWER_INIT;
    struct text path = TEXT_INIT;
    struct http_request r;
    int rc = -1;

    cloud_add_path(&path, c, name);
    r = cloud_request(c, "DELETE", &path);
    if (text_check(&path, f) == 0 && http_send(c->http, &r, &a, f) == 0) {
        rc = a.status / 100 == 2 || a.status == 404 ? 0 : http_refuse(&r, &a, f);
        /* An object that may not be deleted yet: it is retained. */
        if (rc != 0 && f != NULL && a.status == 409)
            f->kind = FAULT_PERMISSION;
    }
    text_release(&path);
    http_answer_release(&a);
    return rc;
}
