/*
 * The shim's side of memory: what the program itself asks for, not what libraries do for
 * themselves. glibc's own names are called (gnu.org/software/libc/manual, "Replacing malloc"), as
 * looking up the next function would ask for memory.
 */
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/fault/shim.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

enum { FRAME_LIMIT = 24, OWN_FRAMES = 5 };

/* Where the program's code lies; the libraries' is elsewhere. */
static uintptr_t first, end;

/* The program is the first one told of. */
static int
find_program(struct dl_phdr_info *info, size_t size, void *state)
{
    (void)size;
    (void)state;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];

        if (p->p_type == PT_LOAD && (p->p_flags & PF_X) != 0) {
            first = info->dlpi_addr + p->p_vaddr;
            end = first + p->p_memsz;
        }
    }
    return 1;
}

void
shim_find_program(void)
{
    dl_iterate_phdr(find_program, NULL);
}

bool
shim_is_program(const void *caller)
{
    return (uintptr_t)caller >= first && (uintptr_t)caller < end;
}

/* FNV-1a over the program's own callers, the nearest few: where the program is loaded is no matter.
 */
unsigned long
shim_place(void)
{
    void *callers[FRAME_LIMIT];
    int count = backtrace(callers, FRAME_LIMIT), own = 0;
    unsigned long hash = 14695981039346656037UL;

    for (int i = 0; i < count && own < OWN_FRAMES; i++) {
        if (!shim_is_program(callers[i]))
            continue;
        hash = (hash ^ ((uintptr_t)callers[i] - first)) * 1099511628211UL;
        own++;
    }
    return hash;
}

static bool
is_struck(const void *caller)
{
    if (!shim_is_program(caller) || (shim.mode != MODE_MEMORY && shim.mode != MODE_TRACE))
        return false;
    if (!shim_strikes(MODE_MEMORY, shim_count(CALL_MEMORY, "malloc", "")))
        return false;
    errno = ENOMEM;
    return true;
}

void *
malloc(size_t size)
{
    return is_struck(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    return is_struck(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *memory, size_t size)
{
    return is_struck(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}
