/*
 * definition_move: a cube that stays while an update replaces the view it reads.
 */
#ifndef CONFIG_DEFINITION_DEFINITION_MOVE_H
#define CONFIG_DEFINITION_DEFINITION_MOVE_H

#include "config/definition/definition.h"

/*
 * Renumbers a cube of `whole` for the view of the same name in `from`; nothing to do when there is
 * none. `cube` is a flat copy whose changed arrays come from `memory`; its view keeps its number.
 * The activity view must be there, over the same activity, with every alias and duration the cube
 * needs in the type it had; what is not so goes to `list`, and the cube is not to be used then.
 * 0, or -1 when memory runs out.
 */
int definition_move_cube(struct arena *memory, const struct definition *whole,
    const struct definition *from, struct cube *cube, struct findings *list);

#endif
