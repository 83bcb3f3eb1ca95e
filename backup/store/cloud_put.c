/* Writing an object: in parts that become visible together. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backup/store/cloud.h"
#include "config/base/digest.h"

static void
free_put(struct cloud_put *w)
{
    text_release(&w->path);
    text_release(&w->buffer);
    text_release(&w->id);
    text_release(&w->staged);
    free(w->name);
    free(w);
}

static int
make_mark(char mark[CLOUD_MARK_BYTES], struct fault *f)
{
    char hex[DIGEST_HEX_BYTES];
    struct timespec now;
    struct {
        struct timespec now;
        const void *place;
        unsigned char chance[16];
    } seed = {.place = mark};

    clock_gettime(CLOCK_REALTIME, &now);
    seed.now = now;
    if (getentropy(seed.chance, sizeof seed.chance) != 0 ||
        digest_bytes(&seed, sizeof seed, hex, f) != 0)
        return fault_set(f, FAULT_INTERNAL, "no random bytes");
    memcpy(mark, hex, CLOUD_MARK_BYTES - 1);
    mark[CLOUD_MARK_BYTES - 1] = '\0';
    return 0;
}

static int
refuse_existing(const struct cloud_put *w, struct fault *f)
{
    return fault_set(f, FAULT_EXISTS, "'%s' exists in the store", w->name);
}

/* What is there stays; a store that knows conditions sees to it again at the end. */
static int
check_free(struct cloud_put *w, struct fault *f)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = w->overwrite ? 0 : cloud_look(w->cloud, w->name, &a, f);

    http_answer_release(&a);
    return rc == 1 ? refuse_existing(w, f) : rc;
}

void *
cloud_begin(void *store, const char *name, bool overwrite, struct fault *f)
{
    struct cloud_put *w = calloc(1, sizeof *w);

    if (w == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    w->cloud = store;
    w->overwrite = overwrite;
    cloud_add_path(&w->path, w->cloud, name);
    if ((w->name = strdup(name)) == NULL || w->path.failed) {
        fault_set_memory(f);
    } else if (make_mark(w->mark, f) == 0 && check_free(w, f) == 0) {
        return w;
    }
    free_put(w);
    return NULL;
}

typedef int (*put_step)(struct cloud_put *w, struct http_answer *a, struct fault *f);

/* One step; the place is made when it is missing. */
static int
take_step(struct cloud_put *w, put_step step, struct http_answer *a, struct fault *f)
{
    const struct cloud_kind *kind = w->cloud->kind;
    int made;

    if (step(w, a, f) != 0)
        return -1;
    if (a->status != 404 || kind->make_place == NULL)
        return 0;
    if ((made = kind->make_place(w->cloud, a, f)) != 1)
        return made;
    return step(w, a, f);
}

static int
refuse_step(const struct cloud_put *w, const struct http_answer *a, struct fault *f)
{
    const struct http_request r = {.method = "PUT", .path = text_get(&w->path)};

    return http_refuse(&r, a, f);
}

static size_t
part_bytes(const struct cloud_put *w)
{
    return (size_t)CLOUD_PART_BYTES << (w->parts / CLOUD_PARTS_A_SIZE);
}

static int
stage_part(struct cloud_put *w, struct fault *f)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = take_step(w, w->cloud->kind->put_part, &a, f);

    if (rc == 0 && a.status / 100 != 2)
        rc = refuse_step(w, &a, f);
    text_clear(&w->buffer);
    w->parts++;
    http_answer_release(&a);
    return rc;
}

int
cloud_write(void *writer, const void *bytes, size_t size, struct fault *f)
{
    struct cloud_put *w = writer;
    const char *at = bytes;

    while (size > 0) {
        size_t room = part_bytes(w) - w->buffer.length;
        size_t taken = size < room ? size : room;

        text_add_bytes(&w->buffer, at, taken);
        if (text_check(&w->buffer, f) != 0)
            return -1;
        at += taken;
        size -= taken;
        /* Only a part that something follows: the last one is staged when it is known to be. */
        if (size > 0 && w->buffer.length == part_bytes(w) && stage_part(w, f) != 0)
            return -1;
    }
    return 0;
}

/* The answer to an earlier try may have been lost, of which libcurl does not always tell: is it our
 * object that is there? */
static int
is_ours(struct cloud_put *w, struct fault *f)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = cloud_look(w->cloud, w->name, &a, f);

    if (rc == 1)
        rc = strcmp(a.upload, w->mark) == 0;
    http_answer_release(&a);
    return rc;
}

static int
settle(struct cloud_put *w, const struct http_answer *a, struct fault *f)
{
    int ours;

    if (a->status / 100 == 2)
        return 0;
    if ((a->status == 404 || a->status == 409 || a->status == 412) && (ours = is_ours(w, f)) != 0)
        return ours == 1 ? 0 : -1;
    if (!w->overwrite && (a->status == 409 || a->status == 412))
        return refuse_existing(w, f);
    return refuse_step(w, a, f);
}

static int
publish(struct cloud_put *w, struct fault *f)
{
    const struct cloud_kind *kind = w->cloud->kind;
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = check_free(w, f);

    if (rc == 0 && w->parts > 0)
        rc = stage_part(w, f);
    if (rc == 0)
        rc = take_step(w, w->parts == 0 ? kind->put_whole : kind->complete, &a, f);
    if (rc == 0)
        rc = settle(w, &a, f);
    http_answer_release(&a);
    return rc;
}

int
cloud_commit(void *writer, struct fault *f)
{
    struct cloud_put *w = writer;
    int rc = publish(w, f);

    if (rc != 0 && w->parts > 0)
        w->cloud->kind->abandon(w);
    free_put(w);
    return rc;
}

void
cloud_abandon(void *writer)
{
    struct cloud_put *w = writer;

    if (w->parts > 0)
        w->cloud->kind->abandon(w);
    free_put(w);
}
