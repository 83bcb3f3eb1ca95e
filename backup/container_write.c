#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backup/chunks.h"
#include "backup/container.h"
#include "backup/entry.h"
#include "backup/info.h"
#include "backup/nameset.h"
#include "backup/summary.h"
#include "backup/table_xml.h"
#include "config/base/file.h"
#include "config/base/progress.h"

struct container_writer {
    struct pack *pack;
    struct volume volume;
    struct chunks_writer chunks;
    struct nameset names;             /* of schema and file entries */
    struct container_summary summary; /* handed over at the end */
    bool failed;                      /* nothing more may be written */
};

static int
write_info(struct container_writer *w, const struct container_info *info, struct fault *f)
{
    struct text xml = TEXT_INIT;
    int rc = -1;

    /* Read back at once: the summary owns its texts, and what we write we can read. */
    if (info_write(&xml, info, f) == 0 &&
        info_read(&xml, &w->summary.memory, &w->summary.info, f) == 0)
        rc = volume_put(&w->volume, ENTRY_INFO, &xml, NULL, f);
    text_release(&xml);
    return rc;
}

struct container_writer *
container_begin(const struct pack_options *packing, const struct container_info *info,
    struct byte_sink store, struct fault *f)
{
    struct container_writer *w = calloc(1, sizeof *w);

    if (w == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    w->volume = (struct volume)VOLUME_INIT;
    if ((w->pack = pack_open(packing, store, f)) == NULL ||
        volume_begin(&w->volume, pack_sink(w->pack), info->id, info->taken_utc, f) != 0 ||
        write_info(w, info, f) != 0) {
        container_free(w);
        fault_wrap(f, "container '%s'", info->id);
        return NULL;
    }
    return w;
}

void
container_free(struct container_writer *w)
{
    if (w == NULL)
        return;
    chunks_release(&w->chunks);
    volume_release(&w->volume);
    nameset_release(&w->names);
    container_summary_release(&w->summary);
    pack_free(w->pack);
    free(w);
}

/* Every writing call goes through here: refuses the wrong moment, and remembers a failure. */
static int
check_state(const struct container_writer *w, bool in_table, struct fault *f)
{
    if (w->failed)
        return fault_set(f, FAULT_INTERNAL, "the container failed before");
    if ((w->chunks.table != NULL) != in_table)
        return fault_set(f, FAULT_INTERNAL, in_table ? "no table is open" : "a table is open");
    return 0;
}

static int
settle(struct container_writer *w, int rc)
{
    w->failed = w->failed || rc != 0;
    return rc;
}

static int
write_schema(struct container_writer *w, const struct table *table, struct fault *f)
{
    struct text name = TEXT_INIT;
    struct text xml = TEXT_INIT;
    int rc = -1;

    if (table_xml_write(&xml, table, f) != 0)
        goto done;
    if (xml.length > TABLE_XML_BYTES_MAX) {
        fault_set(f, FAULT_DATA, "its schema is longer than %d bytes", TABLE_XML_BYTES_MAX);
        goto done;
    }
    if (entry_add_schema(&name, table->name, f) == 0 &&
        nameset_add(&w->names, text_get(&name), f) == 0)
        rc = volume_put(&w->volume, text_get(&name), &xml, NULL, f);
done:
    text_release(&name);
    text_release(&xml);
    return rc;
}

int
container_begin_table(struct container_writer *w, const struct table *table, struct fault *f)
{
    if (check_state(w, false, f) != 0)
        return -1;
    if (write_schema(w, table, f) != 0 || chunks_begin(&w->chunks, &w->volume, table, f) != 0) {
        settle(w, -1);
        return fault_wrap(f, "table '%s'", table->name);
    }
    return 0;
}

int
container_add_row(struct container_writer *w, const struct value *row, struct fault *f)
{
    if (check_state(w, true, f) != 0)
        return -1;
    if (chunks_add_row(&w->chunks, row, f) == 0)
        return 0;
    settle(w, -1);
    return fault_wrap(f, "table '%s'", w->chunks.table->name);
}

int
container_end_table(struct container_writer *w, struct fault *f)
{
    const struct table *table = w->chunks.table;
    int rc;

    if (check_state(w, true, f) != 0)
        return -1;
    rc = chunks_finish(&w->chunks, f);
    if (rc == 0)
        rc = summary_add_table(
            &w->summary, table->name, &w->chunks.sum, w->chunks.chunks, w->chunks.bytes, f);
    chunks_release(&w->chunks);
    return settle(w, rc) == 0 ? 0 : fault_wrap(f, "table '%s'", table->name);
}

/* The content, which must be exactly as long as announced. */
static int
copy_content(struct volume *v, struct byte_source content, uint64_t size_bytes, struct fault *f)
{
    char buffer[65536];
    ssize_t n;

    for (; size_bytes > 0; size_bytes -= (uint64_t)n) {
        size_t want = size_bytes < sizeof buffer ? (size_t)size_bytes : sizeof buffer;

        if ((n = content.read(content.state, buffer, want, f)) < 0)
            return -1;
        if (n == 0)
            return fault_set(f, FAULT_IO, "it became shorter while it was read");
        if (volume_write(v, buffer, (size_t)n, f) != 0)
            return -1;
    }
    if ((n = content.read(content.state, buffer, 1, f)) != 0)
        return n < 0 ? -1 : fault_set(f, FAULT_IO, "it became longer while it was read");
    return 0;
}

static int
add_content(struct container_writer *w, const char *name, struct byte_source content,
    uint64_t size_bytes, struct fault *f)
{
    struct text entry = TEXT_INIT;
    int rc = -1;

    if (check_state(w, false, f) != 0)
        return -1;
    if (entry_add_file(&entry, name, f) == 0 && nameset_add(&w->names, text_get(&entry), f) == 0 &&
        volume_open(&w->volume, text_get(&entry), size_bytes, f) == 0 &&
        copy_content(&w->volume, content, size_bytes, f) == 0)
        rc = volume_close(&w->volume, NULL, f);
    text_release(&entry);
    w->summary.file_count++;
    return settle(w, rc) == 0 ? 0 : fault_wrap(f, "file '%s'", name);
}

/* Some bytes in memory as a source. */
struct memory {
    const char *bytes;
    size_t left;
};

static ssize_t
memory_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct memory *m = state;

    (void)f;
    if (size > m->left)
        size = m->left;
    if (size > 0)
        memcpy(buffer, m->bytes, size);
    m->bytes += size;
    m->left -= size;
    return (ssize_t)size;
}

int
container_add_bytes(
    struct container_writer *w, const char *name, const void *bytes, size_t size, struct fault *f)
{
    struct memory m = {bytes == NULL ? "" : bytes, size};

    return add_content(w, name, (struct byte_source){memory_read, &m}, size, f);
}

/* Of a file alone one knows on the way how far it is. */
static ssize_t
read_file(void *state, void *buffer, size_t size, struct fault *f)
{
    struct byte_source content = file_reader_source(state);
    ssize_t n = content.read(content.state, buffer, size, f);

    if (n > 0)
        progress_add("bytes", (uint64_t)n);
    return n;
}

int
container_add_file(struct container_writer *w, const char *name, const char *path, struct fault *f)
{
    struct file_reader r;
    struct stat status;
    int rc;

    if (file_reader_open(&r, path, f) != 0)
        return -1;
    if (fstat(r.fd, &status) != 0)
        rc = fault_set_errno(f, errno, "look at '%s'", path);
    else if (!S_ISREG(status.st_mode))
        rc = fault_set(f, FAULT_NO_INPUT, "'%s' is not a plain file", path);
    else
        rc = add_content(w, name, (struct byte_source){read_file, &r}, (uint64_t)status.st_size, f);
    file_reader_close(&r);
    return rc;
}

int
container_finish(struct container_writer *w, struct container_summary *out, struct fault *f)
{
    if (check_state(w, false, f) != 0)
        return -1;
    if (volume_finish(&w->volume, f) != 0 || pack_finish(w->pack, &w->summary.packed, f) != 0) {
        settle(w, -1);
        return fault_wrap(f, "container '%s'", w->summary.info.id);
    }
    w->failed = true; /* it is complete: nothing more may be written */
    if (out != NULL) {
        *out = w->summary;
        w->summary = (struct container_summary)CONTAINER_SUMMARY_INIT;
    }
    return 0;
}
