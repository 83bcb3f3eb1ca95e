/*
 * The shim's side of memory: what the program itself asks for, not what libraries do for
 * themselves. glibc's own names are called (gnu.org/software/libc/manual, "Replacing malloc"), as
 * looking up the next function would ask for memory.
 */
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/fault/shim.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

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

static bool
is_struck(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;

    if (at < first || at >= end || (shim.mode != MODE_MEMORY && shim.mode != MODE_TRACE))
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
