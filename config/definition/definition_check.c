#include "config/definition/definition_check.h"

void
definition_check(const struct definition *d, struct findings *list)
{
    definition_check_names(d, list);
    definition_check_types(d, list);
}
