#include "cube/result.h"

void
cube_result_release(struct cube_result *r)
{
    arena_release(&r->memory);
    *r = (struct cube_result)CUBE_RESULT_INIT;
}

bool
cube_line_is_total(const struct cube_result *r, const struct cube_line *line, size_t index)
{
    return index < r->row_count ? index >= line->row_depth
                                : index - r->row_count >= line->column_depth;
}

bool
cube_line_has_totals(const struct cube_result *r, const struct cube_line *line)
{
    return line->row_depth < r->row_count || line->column_depth < r->column_count;
}
