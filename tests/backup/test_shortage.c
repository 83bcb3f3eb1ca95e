/* Containers, keys and the catalogue while memory runs out. */
#include "tests/shortage.h"

#include "backup/age/rewrap.h"
#include "backup/catalogue.h"
#include "tests/backup/sample.h"

static struct memory_keys keys;
static struct memory_sink written;

static int
write_container(struct fault *f)
{
    struct memory_sink m = {.writes = 0};
    struct container_summary summary = CONTAINER_SUMMARY_INIT;
    struct catalogue_entry entry;
    struct arena a = ARENA_INIT;
    int rc = sample_write(
        &m, &(struct pack_options){.compress = true, .level = 1, .seal = &keys.seal}, &summary, f);

    if (rc == 0)
        rc = catalogue_describe(&entry, &summary, "sample.abf", &a, f);
    arena_release(&a);
    container_summary_release(&summary);
    text_release(&m.bytes);
    return rc;
}

static void
a_container_is_written_or_it_is_not(void)
{
    memory_keys_init(&keys);
    shortage_everywhere(write_container, 20);
}

static int
read_container(struct fault *f)
{
    return sample_verify(
        written.bytes.bytes, written.bytes.length, &(struct pack_keys){.unseal = &keys.unseal}, f);
}

static void
write_sample(void)
{
    const struct pack_options packing = {.compress = true, .level = 1, .seal = &keys.seal};
    struct fault f = FAULT_INIT;

    memory_keys_init(&keys);
    written = (struct memory_sink){.writes = 0};
    ASSERT_OK(sample_write(&written, &packing, NULL, &f), &f);
}

static void
a_container_is_read_or_it_is_not(void)
{
    write_sample();
    shortage_everywhere(read_container, 20);
    text_release(&written.bytes);
}

static int
change_keys(struct fault *f)
{
    struct memory_source from = {.bytes = written.bytes.bytes, .size = written.bytes.length};
    struct memory_sink to = {.writes = 0};
    int rc = rewrap(memory_source_of(&from), &keys.unseal, memory_sink_of(&to), &keys.seal, f);

    text_release(&to.bytes);
    return rc;
}

static void
keys_are_changed_or_they_are_not(void)
{
    write_sample();
    shortage_everywhere(change_keys, 10);
    text_release(&written.bytes);
}

/* ---- the catalogue ---- */

static unsigned store_count;

static struct store *
open_store(unsigned number, struct fault *f)
{
    char location[40];

    snprintf(location, sizeof location, "file:store-%u", number);
    return store_open(location, f);
}

/* Two entries in a store of their own, as what is there takes memory too. */
static int
add_entries(struct fault *f)
{
    struct store *s = open_store(store_count++, f);
    int rc = s == NULL ? -1 : 0;

    for (int64_t i = 1; rc == 0 && i <= 2; i++) {
        struct catalogue_entry run = {.kind = CATALOGUE_RUN,
            .added_utc = i * 1000000,
            .job = "nightly",
            .run = i,
            .complete = true,
            .started_utc = i,
            .ended_utc = i + 1,
            .note = "again"};

        rc = catalogue_add(s, &run, f);
    }
    store_close(s);
    return rc;
}

static int
read_entries(unsigned number, size_t *count, struct fault *f)
{
    struct catalogue c = CATALOGUE_INIT;
    struct store *s = open_store(number, f);
    int rc = s == NULL ? -1 : catalogue_read(s, &c, f);

    *count = c.count;
    catalogue_release(&c);
    store_close(s);
    return rc;
}

/* Whatever was refused: the chain of each store is whole. */
static void
an_entry_is_added_or_it_is_not(void)
{
    struct fault f = FAULT_INIT;
    size_t count, complete = 0;

    store_count = 0;
    shortage_everywhere(add_entries, 20);
    for (unsigned i = 0; i < store_count; i++) {
        ASSERT_OK(read_entries(i, &count, &f), &f);
        complete += count == 2;
    }
    CU_ASSERT(complete >= 2 && complete < store_count);
}

static int
read_first(struct fault *f)
{
    size_t count;
    int rc = read_entries(0, &count, f);

    if (rc == 0)
        CU_ASSERT_EQUAL(count, 2);
    return rc;
}

static void
the_catalogue_is_read_whole_or_not(void)
{
    struct fault f = FAULT_INIT;

    store_count = 0;
    ASSERT_OK(add_entries(&f), &f);
    shortage_everywhere(read_first, 20);
}

/* ---- keys ---- */

static int
read_identities(struct fault *f)
{
    struct identity_list list = IDENTITY_LIST_INIT;
    int rc = identity_list_read(&list, "identity.txt", f);

    if (rc == 0)
        CU_ASSERT_EQUAL(list.count, 2);
    identity_list_release(&list);
    return rc;
}

static void
an_identity_file_is_read_or_it_is_not(void)
{
    static const char line[] =
        "# a key\nAGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0\n";
    char both[2 * sizeof line];
    struct fault f = FAULT_INIT;

    snprintf(both, sizeof both, "%s%s", line, line);
    ASSERT_OK(file_write_all("identity.txt", both, strlen(both), 0600, &f), &f);
    shortage_everywhere(read_identities, 2);
}

const struct test suite_backup_shortage[] = {
    {"a container is written or it is not", a_container_is_written_or_it_is_not},
    {"a container is read or it is not", a_container_is_read_or_it_is_not},
    {"keys are changed or they are not", keys_are_changed_or_they_are_not},
    {"an entry is added or it is not", an_entry_is_added_or_it_is_not},
    {"the catalogue is read whole or not", the_catalogue_is_read_whole_or_not},
    {"an identity file is read or it is not", an_identity_file_is_read_or_it_is_not},
    {0},
};
