#include "config/base/nearest.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 63 }; /* longer names are never offered as a guess */

static char
lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t
least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Is one the beginning of the other, with enough letters to mean it? */
static bool
is_beginning(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    size_t length = a_length < b_length ? a_length : b_length;

    return length >= 3 && strncasecmp(a, b, length) == 0;
}

/* Letters to insert, delete or replace to make one of the other; one row of the table at a time. */
static size_t
distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);

    if (a_length > LONGEST || b_length > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t replaced = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));

            diagonal = row[j];
            row[j] = least(row[j] + 1, row[j - 1] + 1, replaced);
        }
    }
    return row[b_length];
}

void
nearest_init(struct nearest *n, const char *wanted)
{
    *n = (struct nearest){.wanted = wanted, .distance = SIZE_MAX};
}

static void
list(struct nearest *n, const char *candidate)
{
    size_t used = strlen(n->known), left = sizeof n->known - used;

    if (n->is_cut || strlen(candidate) + sizeof ", " + sizeof ", ..." > left)
        n->is_cut = true;
    else
        snprintf(n->known + used, left, "%s%s", used == 0 ? "" : ", ", candidate);
}

void
nearest_offer(struct nearest *n, const char *candidate)
{
    size_t d = is_beginning(n->wanted, candidate) ? 1 : distance(n->wanted, candidate);

    /* The nameless (an unknown member) is nothing one could mean. */
    if (candidate[0] == '\0')
        return;
    list(n, candidate);
    if (d >= n->distance)
        return;
    n->distance = d;
    n->best = candidate;
}

const char *
nearest_get(const struct nearest *n)
{
    size_t allowed = strlen(n->wanted) / 3;

    return n->distance <= (allowed > 1 ? allowed : 1) ? n->best : NULL;
}

int
nearest_hint(const struct nearest *n, struct fault *f)
{
    /* A guess that does not stand alone may be bolder: two letters that changed places. */
    if (nearest_get(n) != NULL || (n->best != NULL && n->distance * 2 <= strlen(n->wanted)))
        return fault_hint(f, "did you mean '%s'?", n->best);
    if (n->known[0] == '\0')
        return -1;
    return fault_hint(f, "there is: %s%s", n->known, n->is_cut ? ", ..." : "");
}

bool
nearest_file(const char *path, char name[NEAREST_FILE_BYTES])
{
    const char *slash = strrchr(path, '/');
    const char *wanted = slash == NULL ? path : slash + 1;
    int folder = slash == NULL ? 0 : (int)(slash + 1 - path);
    char directory[NEAREST_FILE_BYTES];
    size_t best = SIZE_MAX;
    struct dirent *entry;
    DIR *listing;

    snprintf(directory, sizeof directory, "%.*s", folder, folder == 0 ? "" : path);
    if (wanted[0] == '\0' || (listing = opendir(folder == 0 ? "." : directory)) == NULL)
        return false;
    while ((entry = readdir(listing)) != NULL) {
        struct nearest n;

        nearest_init(&n, wanted);
        nearest_offer(&n, entry->d_name);
        if (entry->d_name[0] == '.' || nearest_get(&n) == NULL || n.distance >= best ||
            snprintf(name, NEAREST_FILE_BYTES, "%s%s", directory, entry->d_name) >=
                NEAREST_FILE_BYTES)
            continue;
        best = n.distance;
    }
    closedir(listing);
    return best != SIZE_MAX;
}
