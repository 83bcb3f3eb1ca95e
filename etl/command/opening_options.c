#include "etl/command/opening_options.h"

int
opening_options_read(struct invocation *i, struct opening *opening, struct fault *f)
{
    *opening = (struct opening){.passphrase_file = invocation_option(i, "passphrase-file")};
    opening->identity_files =
        invocation_options(i, "identity-file", &opening->identity_file_count, f);
    return opening->identity_files == NULL ? -1 : 0;
}
