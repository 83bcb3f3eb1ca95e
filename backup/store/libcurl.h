/*
 * libcurl: the library, loaded when a store over the network is first opened. It brings thirty
 * others: loading and binding these would be half of what every start of the program costs.
 */
#ifndef BACKUP_STORE_LIBCURL_H
#define BACKUP_STORE_LIBCURL_H

#include <curl/curl.h>

#include "config/base/fault.h"

#define LIBCURL_FILE "libcurl.so.4" /* as its ABI has been called since 2006 */

/* Its functions, as <curl/curl.h> declares them. */
struct libcurl {
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_reset) *easy_reset;
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_perform) *easy_perform;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
};

/* Returns the functions, which stay until the program ends; FAULT_UNAVAILABLE where the library is
 * not installed. May be called by any thread. */
const struct libcurl *libcurl_load(struct fault *f);

#endif
