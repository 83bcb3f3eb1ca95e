#include "etl/event/event.h"

const char *const event_op_names[EVENT_OP_COUNT] = {
    [EVENT_BEGIN] = "begin",
    [EVENT_UPDATE] = "update",
    [EVENT_END] = "end",
    [EVENT_CONTINUE] = "continue",
    [EVENT_REFERENCE] = "reference",
};
