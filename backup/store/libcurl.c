#include "backup/store/libcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset; /* in struct libcurl */
} functions[] = {
    {"curl_easy_init", offsetof(struct libcurl, easy_init)},
    {"curl_easy_cleanup", offsetof(struct libcurl, easy_cleanup)},
    {"curl_easy_reset", offsetof(struct libcurl, easy_reset)},
    {"curl_easy_setopt", offsetof(struct libcurl, easy_setopt)},
    {"curl_easy_perform", offsetof(struct libcurl, easy_perform)},
    {"curl_easy_getinfo", offsetof(struct libcurl, easy_getinfo)},
    {"curl_easy_strerror", offsetof(struct libcurl, easy_strerror)},
    {"curl_slist_append", offsetof(struct libcurl, slist_append)},
    {"curl_slist_free_all", offsetof(struct libcurl, slist_free_all)},
};

/* All of them, or false. */
static bool
bind_functions(void *library, struct libcurl *l)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *address = dlsym(library, functions[i].name);

        if (address == NULL)
            return false;
        /* POSIX: an address that dlsym gives is also good as a function's. */
        memcpy((char *)l + functions[i].offset, &address, sizeof address);
    }
    return true;
}

static int
load(struct libcurl *l, struct fault *f)
{
    void *library = dlopen(LIBCURL_FILE, RTLD_NOW | RTLD_LOCAL);

    if (library != NULL && bind_functions(library, l))
        return 0;
    fault_set(f, FAULT_UNAVAILABLE, "stores over the network need libcurl: %s", dlerror());
    fault_hint(f, "on Debian: apt-get install libcurl4");
    if (library != NULL)
        dlclose(library);
    return -1;
}

const struct libcurl *
libcurl_load(struct fault *f)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct libcurl libcurl;
    static bool loaded;
    bool there;

    pthread_mutex_lock(&lock);
    loaded = loaded || load(&libcurl, f) == 0;
    there = loaded;
    pthread_mutex_unlock(&lock);
    return there ? &libcurl : NULL;
}
