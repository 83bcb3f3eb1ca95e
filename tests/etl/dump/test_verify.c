#include "etl/dump/verify.h"

#include <unistd.h>

#include "etl/dump/listing.h"
#include "tests/etl/dump/sample.h"

static void
begin(struct site *site)
{
    const struct dump_order mine = {.file = "mine", .run = 5};

    sample_open(site, NULL);
    sample_fill(sample_database(site, "PrimaryImport"));
    sample_dump_as(site, "PrimaryImport", &mine, NULL);
}

static void
reads_everything_and_enters_it_in_the_catalogue(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct verify_order order = {.source = "mine"};
    struct verify_result result = VERIFY_RESULT_INIT;
    struct listing l = LISTING_INIT;

    begin(&site);
    ASSERT_OK(verify_container(&site, &order, &result, &f), &f);
    CU_ASSERT(result.deep && result.catalogued);
    CU_ASSERT_STRING_EQUAL(result.database, "PrimaryImport");
    CU_ASSERT_EQUAL(result.summary.rows, 4);
    ASSERT_OK(listing_read(&l, &site, NULL, false, &f), &f);
    CU_ASSERT_EQUAL_FATAL(l.count, 1);
    CU_ASSERT(l.rows[0].deep_utc > 0);
    CU_ASSERT_EQUAL(l.rows[0].rows, 4);
    CU_ASSERT_EQUAL(l.rows[0].run, 5);
    CU_ASSERT(!l.rows[0].run_complete);
    listing_release(&l);
    verify_result_release(&result);
    site_close(&site);
}

static void
compares_the_stored_bytes_without_a_key(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct verify_order order = {.source = "mine", .no_key = true};
    struct verify_result result = VERIFY_RESULT_INIT;

    begin(&site);
    ASSERT_OK(file_remove("identity.txt", &f), &f);
    ASSERT_OK(verify_container(&site, &order, &result, &f), &f);
    CU_ASSERT(!result.deep && result.catalogued);
    CU_ASSERT_STRING_EQUAL(result.database, "PrimaryImport");
    verify_result_release(&result);
    ASSERT_OK(file_write_all("store/mine.abf", "x", 1, 0600, &f), &f);
    ASSERT_FAULT(verify_container(&site, &order, &result, &f), &f, FAULT_DATA, "catalogue");
    verify_result_release(&result);
    site_close(&site);
}

/* The disk fails: that is not told as a key that nobody has, nor where none is needed. */
static void
tells_an_identity_that_cannot_be_read(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct dump_order plain = {.file = "plain", .sealing = {.no_encryption = true}};
    struct verify_order order = {.source = "mine"};
    struct verify_result result = VERIFY_RESULT_INIT;

    begin(&site);
    sample_dump_as(&site, "PrimaryImport", &plain, NULL);
    ASSERT_OK(file_remove("identity.txt", &f), &f);
    CU_ASSERT_EQUAL(symlink("/proc/self/mem", "identity.txt"), 0); /* EIO at its beginning */
    ASSERT_FAULT(verify_container(&site, &order, &result, &f), &f, FAULT_IO, "identity.txt");
    verify_result_release(&result);
    order.source = "plain";
    ASSERT_OK(verify_container(&site, &order, &result, &f), &f);
    CU_ASSERT(result.deep);
    verify_result_release(&result);
    site_close(&site);
}

/* Both are whole, and each is told not to be the one that the catalogue means. */
static void
tells_files_that_were_exchanged(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct dump_order other = {.file = "other", .run = 6};
    const struct verify_order order = {.source = "mine"};
    struct verify_result result = VERIFY_RESULT_INIT;

    begin(&site);
    sample_dump_as(&site, "PrimaryImport", &other, NULL);
    ASSERT_OK(file_rename("store/mine.abf", "aside", &f), &f);
    ASSERT_OK(file_rename("store/other.abf", "store/mine.abf", &f), &f);
    ASSERT_OK(file_rename("aside", "store/other.abf", &f), &f);
    ASSERT_FAULT(verify_container(&site, &order, &result, &f), &f, FAULT_DATA, "catalogue");
    verify_result_release(&result);
    site_close(&site);
}

/* What is right is right, also when that cannot be written down. */
static void
a_catalogue_that_takes_nothing_is_no_failure(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct verify_order order = {.source = "mine"};
    struct verify_result result = VERIFY_RESULT_INIT;

    begin(&site);
    sample_powerless("store/catalogue", true);
    ASSERT_OK(verify_container(&site, &order, &result, &f), &f);
    sample_powerless("store/catalogue", false);
    CU_ASSERT(result.deep);
    verify_result_release(&result);
    site_close(&site);
}

static void
cannot_judge_a_lone_file_without_a_key(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct dump_order lone = {.file = "elsewhere/lone"};
    const struct verify_order shallow = {.source = "elsewhere/lone.abf", .no_key = true};
    const struct verify_order deep = {.source = "elsewhere/lone.abf"};
    struct verify_result result = VERIFY_RESULT_INIT;

    begin(&site);
    sample_dump_as(&site, "PrimaryImport", &lone, NULL);
    ASSERT_FAULT(verify_container(&site, &shallow, &result, &f), &f, FAULT_DATA, "SHA-256");
    verify_result_release(&result);
    ASSERT_OK(verify_container(&site, &deep, &result, &f), &f);
    CU_ASSERT(result.deep && !result.catalogued);
    verify_result_release(&result);
    site_close(&site);
}

static void
says_that_there_is_no_such_container(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct verify_order order = {.source = "other"};
    struct verify_result result = VERIFY_RESULT_INIT;

    begin(&site);
    ASSERT_FAULT(verify_container(&site, &order, &result, &f), &f, FAULT_NO_INPUT, "other.abf");
    verify_result_release(&result);
    site_close(&site);
}

static void
reads_on_in_a_catalogue_that_is_known(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct catalogue known = CATALOGUE_INIT;
    const struct verify_order order = {.source = "mine", .known = &known};
    struct verify_result result = VERIFY_RESULT_INIT;

    begin(&site);
    ASSERT_OK(verify_container(&site, &order, &result, &f), &f);
    verify_result_release(&result);
    CU_ASSERT_EQUAL_FATAL(known.count, 2);
    ASSERT_OK(verify_container(&site, &order, &result, &f), &f);
    verify_result_release(&result);
    CU_ASSERT_EQUAL(known.count, 3);
    CU_ASSERT_EQUAL(known.entries[2].kind, CATALOGUE_VERIFIED);

    /* An older entry that comes to harm meanwhile: what was read of it is kept. */
    ASSERT_OK(file_write_all("store/catalogue/00000001.xml", "x", 1, 0600, &f), &f);
    ASSERT_OK(verify_container(&site, &order, &result, &f), &f);
    verify_result_release(&result);
    /* The newest: nothing is known any more. */
    ASSERT_OK(file_write_all("store/catalogue/00000004.xml", "x", 1, 0600, &f), &f);
    ASSERT_FAULT(verify_container(&site, &order, &result, &f), &f, FAULT_DATA, "00000001.xml");
    CU_ASSERT_EQUAL(known.count, 0);
    verify_result_release(&result);
    catalogue_release(&known);
    site_close(&site);
}

const struct test suite_etl_dump_verify[] = {
    {"reads everything and enters it in the catalogue",
        reads_everything_and_enters_it_in_the_catalogue},
    {"compares the stored bytes without a key", compares_the_stored_bytes_without_a_key},
    {"tells an identity that cannot be read", tells_an_identity_that_cannot_be_read},
    {"tells files that were exchanged", tells_files_that_were_exchanged},
    {"a catalogue that takes nothing is no failure", a_catalogue_that_takes_nothing_is_no_failure},
    {"cannot judge a lone file without a key", cannot_judge_a_lone_file_without_a_key},
    {"reads on in a catalogue that is known", reads_on_in_a_catalogue_that_is_known},
    {"says that there is no such container", says_that_there_is_no_such_container},
    {0},
};
