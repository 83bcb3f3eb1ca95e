#include "etl/command/opening_options.h"

int
opening_options_read(struct invocation *i, struct opening *opening, struct fault *f)
{
    *opening =
        (struct opening){.passphrase = invocation_passphrase(i, "passphrase-file", false, f)};
    if (opening->passphrase == NULL && invocation_has(i, "passphrase-file"))
        return -1;
    opening->identities = invocation_identities(i, f);
    return opening->identities == NULL ? -1 : 0;
}
