#include "etl/command/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "config/base/progress.h"

void
output_text(const char *text)
{
    progress_clear_line();
    fputs(text, stdout);
}

void
output_format(const char *format, ...)
{
    va_list arguments;

    progress_clear_line();
    va_start(arguments, format);
    vfprintf(stdout, format, arguments);
    va_end(arguments);
}

int
output_take(struct text *t, struct fault *f)
{
    int rc = text_check(t, f);

    if (rc == 0 && t->length > 0) {
        progress_clear_line();
        fwrite(t->bytes, 1, t->length, stdout);
    }
    text_clear(t);
    return rc;
}

int
output_finish(struct fault *f)
{
    int had_failed = ferror(stdout);
    int copy;

    errno = 0;
    if (fflush(stdout) != 0 || had_failed) {
        fault_set_errno(f, errno == 0 ? EIO : errno, "cannot write the results to stdout");
        f->kind = FAULT_IO;
        clearerr(stdout);
        return -1;
    }
    /* Some file systems tell only at close what did not fit; stdout itself stays open. */
    if ((copy = dup(STDOUT_FILENO)) >= 0 && close(copy) != 0) {
        fault_set_errno(f, errno, "cannot close stdout");
        f->kind = FAULT_IO;
        return -1;
    }
    return 0;
}
