#include "etl/activity/rejects.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static int
refuse(const struct rejects *r, const char *what, struct fault *f)
{
    return fault_set_errno(f, errno, "%s '%s'", what, r->path);
}

static bool
is_same_file(const char *path, const char *other)
{
    struct stat a, b;

    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

int
rejects_open(struct rejects *r, const char *path, const char *source, bool again, struct fault *f)
{
    struct stat is;

    *r = (struct rejects){.path = path};
    if (path == NULL)
        return 0;
    if (is_same_file(path, source))
        return fault_set(
            f, FAULT_USAGE, "'%s' is the source itself, not a place for rejects", path);
    if ((r->file = fopen(path, again ? "a" : "w")) == NULL)
        return refuse(r, "create", f);
    r->is_stream = fstat(fileno(r->file), &is) != 0 || !S_ISREG(is.st_mode);
    if (!r->is_stream && fseeko(r->file, 0, SEEK_END) != 0)
        return refuse(r, "write", f);
    return rejects_keep(r, f);
}

int
rejects_write(struct rejects *r, const struct waiting *w, const char *reason, struct fault *f)
{
    fprintf(r->file, "# record %llu: %s\n", (unsigned long long)w->record.position, reason);
    if (w->record.raw != NULL)
        fprintf(r->file, "%.*s\n", (int)w->record.raw_length, w->record.raw);
    return fflush(r->file) != 0 || ferror(r->file) ? refuse(r, "write", f) : 0;
}

int
rejects_take_back(struct rejects *r, struct fault *f)
{
    if (r->file == NULL || r->is_stream)
        return 0;
    if (ftruncate(fileno(r->file), r->kept) != 0 || fseeko(r->file, r->kept, SEEK_SET) != 0)
        return refuse(r, "write", f);
    return 0;
}

int
rejects_keep(struct rejects *r, struct fault *f)
{
    if (r->file == NULL || r->is_stream)
        return 0;
    return (r->kept = ftello(r->file)) < 0 ? refuse(r, "write", f) : 0;
}

void
rejects_close(struct rejects *r)
{
    if (r->file != NULL)
        fclose(r->file);
    r->file = NULL;
}
