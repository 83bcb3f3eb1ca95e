#include "backup/age/rewrap.h"

static int
write_head(struct unseal *u, struct byte_sink to, const struct seal_keys *keys, struct fault *f)
{
    struct text header = TEXT_INIT;
    int rc = seal_write_header(&header, keys, unseal_file_key(u), f);

    if (rc == 0)
        rc = to.write(to.state, header.bytes, header.length, f);
    if (rc == 0)
        rc = to.write(to.state, unseal_nonce(u), PAYLOAD_NONCE_BYTES, f);
    text_release(&header);
    return rc;
}

int
rewrap(struct byte_source from, const struct unseal_keys *old_keys, struct byte_sink to,
    const struct seal_keys *new_keys, struct fault *f)
{
    struct unseal *u = unseal_open(from, old_keys, NULL, f);
    struct unseal_chunk chunk;
    int rc;

    if (u == NULL)
        return -1;
    if ((rc = write_head(u, to, new_keys, f)) == 0) {
        while ((rc = unseal_next(u, &chunk, f)) == 1) {
            if ((rc = to.write(to.state, chunk.sealed, chunk.sealed_size, f)) != 0)
                break;
        }
    }
    unseal_free(u);
    return rc;
}
