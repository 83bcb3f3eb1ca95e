#include "cube/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
array_reserve(void *array, size_t *room, size_t count, size_t size, struct fault *f)
{
    size_t wanted = *room + *room / 2 + 16;
    void *grown;

    if (count <= *room)
        return 0;
    if (wanted < count)
        wanted = count;
    if (wanted > SIZE_MAX / 2 / size)
        return fault_set_memory(f);
    memcpy(&grown, array, sizeof grown);
    if ((grown = realloc(grown, wanted * size)) == NULL)
        return fault_set_memory(f);
    memcpy(array, &grown, sizeof grown);
    *room = wanted;
    return 0;
}
