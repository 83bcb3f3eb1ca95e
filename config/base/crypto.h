/*
 * crypto: what went wrong in OpenSSL's libcrypto.
 */
#ifndef CONFIG_BASE_CRYPTO_H
#define CONFIG_BASE_CRYPTO_H

#include "config/base/fault.h"

/*
 * Records that a call of OpenSSL failed: that memory ran out, where its queue of errors says so
 * (ERR_get_error(3)), otherwise `what`, with `hint` unless it is NULL. Both are FAULT_INTERNAL. The
 * queue is empty afterwards. Always returns -1.
 */
int crypto_fault(struct fault *f, const char *what, const char *hint);

#endif
