#include "etl/role/role_hook.h"

static int
restrict_staged(
    void *state, const char *database, enum container_kind kind, const char *path, struct fault *f)
{
    const enum security *security = state;

    (void)database;
    return kind == CONTAINER_ANALYSIS ? role_restrict(path, *security, f) : 0;
}

struct restore_hook
role_hook(enum security *security)
{
    return (struct restore_hook){.staged = restrict_staged, .state = security};
}
