#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "config/base/interrupt.h"
#include "etl/command/command.h"

/* Keys and passwords live in this process, also where drivers copied them: no core file, and its
 * memory and environment are closed to other processes of this user (prctl(2), proc(5)). */
static void
leave_no_core(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

int
main(int argc, char **argv)
{
    /* What the program writes holds business data: nobody else reads it unless told so. */
    umask(077);
    leave_no_core();
    interrupt_init();
    return command_main(argc, argv);
}
