/*
 * role_hook: what a restore takes over of an analysis database's roles, before it takes its place.
 */
#ifndef ETL_ROLE_ROLE_HOOK_H
#define ETL_ROLE_ROLE_HOOK_H

#include "etl/dump/restore.h"
#include "etl/role/role.h"

/* A hook for a restore's order; `security` is borrowed for as long. */
struct restore_hook role_hook(enum security *security);

#endif
