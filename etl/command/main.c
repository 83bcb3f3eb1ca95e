#include <sys/stat.h>

#include "config/base/interrupt.h"
#include "etl/command/command.h"

int
main(int argc, char **argv)
{
    /* What the program writes holds business data: nobody else reads it unless told so. */
    umask(077);
    interrupt_init();
    return command_main(argc, argv);
}
