#include "backup/tar.h"

#include <archive.h>
#include <archive_entry.h>

#include "tests/backup/sample.h"

static void
write_one(struct memory_sink *to, const char *name, const char *content)
{
    struct fault f = FAULT_INIT;
    struct tar_writer w;

    tar_writer_init(&w, memory_sink_of(to), 1700000000);
    ASSERT_OK(tar_begin(&w, name, strlen(content), &f), &f);
    ASSERT_OK(tar_write(&w, content, strlen(content), &f), &f);
    ASSERT_OK(tar_finish(&w, &f), &f);
    ASSERT_OK(tar_close(&w, &f), &f);
}

/* Reads all entries; returns how many, or -1. */
static int
read_all(const char *bytes, size_t size, struct tar_entry *last, struct fault *f)
{
    struct memory_source from = {.bytes = bytes, .size = size};
    struct tar_reader r;
    int count = 0;
    int more;

    tar_reader_init(&r, memory_source_of(&from));
    while ((more = tar_next(&r, last, f)) == 1)
        count++;
    tar_reader_release(&r);
    return more < 0 ? -1 : count;
}

static void
reads_what_it_wrote(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct tar_entry e;

    write_one(&m, "a/b", "hello");
    CU_ASSERT_EQUAL(read_all(m.bytes.bytes, m.bytes.length, &e, &f), 1);
    CU_ASSERT_STRING_EQUAL(e.name, "a/b");
    CU_ASSERT_EQUAL(e.size_bytes, 5);
    CU_ASSERT_EQUAL(e.time_seconds, 1700000000);
    text_release(&m.bytes);
}

static void
keeps_a_long_name(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct tar_entry e;
    char name[TAR_NAME_BYTES];

    for (size_t length = 99; length < sizeof name; length += 26) {
        memset(name, 'n', length);
        name[length] = '\0';
        text_clear(&m.bytes);
        write_one(&m, name, "x");
        CU_ASSERT_EQUAL(read_all(m.bytes.bytes, m.bytes.length, &e, &f), 1);
        CU_ASSERT_STRING_EQUAL(e.name, name);
    }
    text_release(&m.bytes);
}

static void
keeps_a_size_beyond_eight_gibibytes(void)
{
    struct tar_entry e = {.name = "big", .size_bytes = UINT64_C(1) << 40};
    struct text header = TEXT_INIT;
    struct fault f = FAULT_INIT;
    struct tar_entry found;
    struct tar_reader r;
    struct memory_source from;

    tar_add_header(&header, &e);
    from = (struct memory_source){.bytes = header.bytes, .size = header.length};
    tar_reader_init(&r, memory_source_of(&from));
    CU_ASSERT_EQUAL(tar_next(&r, &found, &f), 1);
    CU_ASSERT_EQUAL(found.size_bytes, UINT64_C(1) << 40);
    tar_reader_release(&r);
    text_release(&header);
}

static void
refuses_a_name_that_is_too_long(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct tar_writer w;
    char name[TAR_NAME_BYTES + 1];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    tar_writer_init(&w, memory_sink_of(&m), 0);
    ASSERT_FAULT(tar_begin(&w, name, 0, &f), &f, FAULT_INTERNAL, "too long");
    text_release(&m.bytes);
}

static void
refuses_more_or_fewer_bytes_than_announced(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct tar_writer w;

    tar_writer_init(&w, memory_sink_of(&m), 0);
    ASSERT_OK(tar_begin(&w, "a", 3, &f), &f);
    ASSERT_FAULT(tar_write(&w, "1234", 4, &f), &f, FAULT_INTERNAL, "more bytes");
    ASSERT_FAULT(tar_finish(&w, &f), &f, FAULT_INTERNAL, "fewer bytes");
    text_release(&m.bytes);
}

static void
refuses_every_flipped_bit_of_its_frame(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct tar_entry e;
    size_t passed = 0;

    write_one(&m, "name", "content");
    for (size_t i = 0; i < m.bytes.length; i++) {
        bool inside = i >= 512 && i < 512 + 7;

        for (int bit = 0; bit < 8 && !inside; bit++) {
            m.bytes.bytes[i] ^= (char)(1 << bit);
            /* A name is as good as another; a size may only pass into the padding. */
            passed += i >= 4 && read_all(m.bytes.bytes, m.bytes.length, &e, &f) >= 0;
            m.bytes.bytes[i] ^= (char)(1 << bit);
        }
    }
    CU_ASSERT_EQUAL(passed, 0);
    text_release(&m.bytes);
}

static void
refuses_every_truncation_and_anything_behind(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct tar_entry e;
    size_t passed = 0;

    write_one(&m, "name", "content");
    for (size_t size = 0; size < m.bytes.length; size++)
        passed += read_all(m.bytes.bytes, size, &e, &f) >= 0;
    CU_ASSERT_EQUAL(passed, 0);
    text_add_char(&m.bytes, '\0');
    ASSERT_FAULT(read_all(m.bytes.bytes, m.bytes.length, &e, &f), &f, FAULT_DATA, "behind the end");
    text_release(&m.bytes);
}

static la_ssize_t
keep(struct archive *a, void *state, const void *bytes, size_t size)
{
    (void)a;
    text_add_bytes(state, bytes, size);
    return (la_ssize_t)size;
}

/* A tar of one entry as libarchive writes it, in one of its formats. */
static void
foreign(struct text *t, int format, unsigned type, const char *link)
{
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();

    archive_write_set_format(a, format);
    archive_write_open(a, t, NULL, keep, NULL);
    archive_entry_set_pathname(e, "data/x");
    archive_entry_set_filetype(e, type);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, 0);
    if (link != NULL && type == AE_IFREG)
        archive_entry_set_hardlink(e, link);
    else if (link != NULL)
        archive_entry_set_symlink(e, link);
    archive_write_header(a, e);
    archive_entry_free(e);
    archive_write_free(a);
}

static void
refuses_links_devices_and_directories(void)
{
    static const struct {
        unsigned type;
        const char *link;
    } kinds[] = {
        {AE_IFLNK, "/etc/passwd"},
        {AE_IFREG, "data/y"},
        {AE_IFCHR, NULL},
        {AE_IFBLK, NULL},
        {AE_IFIFO, NULL},
        {AE_IFDIR, NULL},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct text t = TEXT_INIT;
        struct fault f = FAULT_INIT;
        struct tar_entry e;

        foreign(&t, ARCHIVE_FORMAT_TAR_USTAR, kinds[i].type, kinds[i].link);
        ASSERT_FAULT(read_all(t.bytes, t.length, &e, &f), &f, FAULT_DATA, "plain files only");
        text_release(&t);
    }
}

static void
refuses_other_dialects_of_tar(void)
{
    static const int formats[] = {ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE,
        ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_CPIO_POSIX};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct text t = TEXT_INIT;
        struct fault f = FAULT_INIT;
        struct tar_entry e;

        foreign(&t, formats[i], AE_IFREG, NULL);
        ASSERT_FAULT(read_all(t.bytes, t.length, &e, &f), &f, FAULT_DATA, "");
        text_release(&t);
    }
}

const struct test suite_backup_tar[] = {
    {"reads what it wrote", reads_what_it_wrote},
    {"keeps a long name", keeps_a_long_name},
    {"keeps a size beyond eight gibibytes", keeps_a_size_beyond_eight_gibibytes},
    {"refuses a name that is too long", refuses_a_name_that_is_too_long},
    {"refuses more or fewer bytes than announced", refuses_more_or_fewer_bytes_than_announced},
    {"refuses every flipped bit of its frame", refuses_every_flipped_bit_of_its_frame},
    {"refuses every truncation and anything behind", refuses_every_truncation_and_anything_behind},
    {"refuses links, devices and directories", refuses_links_devices_and_directories},
    {"refuses other dialects of tar", refuses_other_dialects_of_tar},
    {0},
};
