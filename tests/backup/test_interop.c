/*
 * Whoever has age, zstd, tar and sha256sum opens a container without us: tried with the real ones.
 */
#include <sys/wait.h>

#include "tests/backup/sample.h"

/* Runs a shell command; its exit code, or -1. */
static int
run(const char *command)
{
    int status = system(command);

    return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
has_tools(void)
{
    bool found = run("command -v age zstd tar sha256sum >tools") == 0;

    if (!found)
        fprintf(stderr, "\n    skipped: age, zstd, tar or sha256sum is not installed\n");
    return found;
}

/* Writes the sample as night.abf. */
static void
write_night(const struct pack_options *packing)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;

    ASSERT_OK(sample_write(&m, packing, NULL, &f), &f);
    sample_save("night.abf", &m);
    text_release(&m.bytes);
}

static void
expect_line(const char *path, const char *part)
{
    struct text t = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_read_all(path, 1 << 20, &t, &f), &f);
    CU_ASSERT(test_contains(text_get(&t), part));
    text_release(&t);
}

static void
tar_and_sha256sum_open_a_plain_container(void)
{
    if (!has_tools())
        return;
    write_night(&(struct pack_options){.compress = false});
    CU_ASSERT_EQUAL(run("tar -xf night.abf 2>complaints"), 0);
    CU_ASSERT_EQUAL(run("test ! -s complaints"), 0);
    CU_ASSERT_EQUAL(run("sha256sum --strict --quiet -c SHA256SUMS"), 0);
    CU_ASSERT_EQUAL(run("test -f manifest.xml -a -f files/%2Eempty -a "
                        "-f 'files/roles/Alle%20K%C3%A4ufer.xml'"),
        0);
    expect_line("data/bam_Purchase%20Order%2FS%C3%BCd/000001.csv",
        "RecordID,ActivityID,Amount,\"At, \"\"quoted\"\"\",Größe,Payload\r\n"
        "-9223372036854775808,\"\",0.1,0001-01-01T00:00:00Z,");
    expect_line("data/bam_Purchase%20Order%2FS%C3%BCd/000001.csv", "\r\n8,,,,,\r\n");
    expect_line("manifest.xml", "<Table Name=\"bam_Purchase Order/Süd\" Rows=\"9\" Sum=\"");
}

static void
the_manifests_closing_mark_is_the_sum_of_the_lines_before_it(void)
{
    if (!has_tools())
        return;
    write_night(&(struct pack_options){.compress = false});
    CU_ASSERT_EQUAL(run("tar -xf night.abf && "
                        "grep -q \"$(sed '/<End /,$d' manifest.xml | sha256sum | cut -c1-64)\" "
                        "manifest.xml"),
        0);
}

static void
zstd_and_tar_open_a_compressed_container(void)
{
    if (!has_tools())
        return;
    write_night(&(struct pack_options){.compress = true});
    CU_ASSERT_EQUAL(run("zstd -q -t night.abf"), 0);
    CU_ASSERT_EQUAL(run("zstd -dc night.abf | tar -x && sha256sum --quiet -c SHA256SUMS"), 0);
    CU_ASSERT_EQUAL(run("test \"$(head -c -72 night.abf | sha256sum | cut -c1-64)\" = "
                        "\"$(tail -c 64 night.abf)\""),
        0);
}

static void
age_zstd_and_tar_open_an_encrypted_container(void)
{
    struct memory_keys k;
    char text[IDENTITY_TEXT_BYTES];
    struct fault f = FAULT_INIT;

    if (!has_tools())
        return;
    memory_keys_init(&k);
    identity_format(&k.identity, text);
    ASSERT_OK(file_write_all("key.txt", text, strlen(text), 0600, &f), &f);
    write_night(&(struct pack_options){.compress = true, .seal = &k.seal});
    CU_ASSERT_EQUAL(run("age -d -i key.txt night.abf | zstd -dc | tar -x && "
                        "sha256sum --quiet -c SHA256SUMS"),
        0);
    identity_release(&k.identity);
}

/* Reads a file as a container. */
static int
verify_file(const char *path, struct fault *f)
{
    struct text t = TEXT_INIT;
    int rc = file_read_all(path, 1 << 20, &t, f);

    if (rc == 0)
        rc = sample_verify(text_get(&t), t.length, NULL, f);
    text_release(&t);
    return rc;
}

static void
a_container_packed_again_by_tar_is_refused(void)
{
    struct fault f = FAULT_INIT;

    if (!has_tools())
        return;
    write_night(&(struct pack_options){.compress = false});
    CU_ASSERT_EQUAL(run("tar -xf night.abf && tar -tf night.abf >names && "
                        "tar -cf again.abf --no-recursion -T names"),
        0);
    ASSERT_FAULT(verify_file("again.abf", &f), &f, FAULT_DATA, "");
}

static void
a_container_compressed_by_zstd_itself_has_no_closing_frame(void)
{
    struct fault f = FAULT_INIT;

    if (!has_tools())
        return;
    write_night(&(struct pack_options){.compress = false});
    CU_ASSERT_EQUAL(run("zstd -q night.abf -o again.abf"), 0);
    ASSERT_FAULT(verify_file("again.abf", &f), &f, FAULT_DATA, "not a complete backup");
}

const struct test suite_backup_interop[] = {
    {"tar and sha256sum open a plain container", tar_and_sha256sum_open_a_plain_container},
    {"the manifest's closing mark is the sum of the lines before it",
        the_manifests_closing_mark_is_the_sum_of_the_lines_before_it},
    {"zstd and tar open a compressed container", zstd_and_tar_open_a_compressed_container},
    {"age, zstd and tar open an encrypted container", age_zstd_and_tar_open_an_encrypted_container},
    {"a container packed again by tar is refused", a_container_packed_again_by_tar_is_refused},
    {"a container compressed by zstd itself has no closing frame",
        a_container_compressed_by_zstd_itself_has_no_closing_frame},
    {0},
};
