#include "config/base/crypto.h"

#include <openssl/err.h>
#include <stdbool.h>

int
crypto_fault(struct fault *f, const char *what, const char *hint)
{
    bool no_memory = false;
    unsigned long code;

    /* What failed for want of memory may have made something else fail that says less. */
    while ((code = ERR_get_error()) != 0)
        no_memory = no_memory || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    if (no_memory)
        return fault_set_memory(f);
    fault_set(f, FAULT_INTERNAL, "%s", what);
    return hint == NULL ? -1 : fault_hint(f, "%s", hint);
}
