#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "config/base/interrupt.h"
#include "config/settings/connection.h"
#include "config/settings/secret.h"

enum { LIMIT_BYTES = 64 * 1024 }; /* of what is typed or piped in */

/* ---- reading ---- */

/* A signal ends waiting, not reading: who presses Ctrl-C at a prompt is heard. */
static int
wait_for(int fd, struct fault *f)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    while (poll(&ready, 1, -1) < 0) {
        if (errno != EINTR)
            return fault_set_errno(f, errno, "wait for a secret");
        if (interrupt_check(f) != 0)
            return -1;
    }
    return 0;
}

/* Up to the end, or up to a line's end. */
static int
gather(int fd, bool line, struct secret *room, size_t *length, struct fault *f)
{
    for (*length = 0; *length < room->length;) {
        ssize_t got;

        if (wait_for(fd, f) != 0)
            return -1;
        got = read(fd, room->bytes + *length, line ? 1 : room->length - *length);
        if (got < 0)
            return fault_set_errno(f, errno, "read a secret");
        if (got == 0 || (line && room->bytes[*length] == '\n'))
            return 0;
        *length += (size_t)got;
    }
    return fault_set(f, FAULT_DATA, "a secret is longer than %d bytes", LIMIT_BYTES);
}

static int
read_from(int fd, bool line, struct secret *s, struct fault *f)
{
    struct secret room = SECRET_INIT;
    size_t length;
    int rc = -1;

    if (secret_init(&room, LIMIT_BYTES, f) != 0)
        return -1;
    if (gather(fd, line, &room, &length, f) == 0) {
        while (length > 0 && strchr("\r\n", room.bytes[length - 1]) != NULL)
            length--;
        if (length == 0)
            fault_set(f, FAULT_DATA, "no secret was given: it is empty");
        else if (memchr(room.bytes, '\0', length) != NULL)
            fault_set(f, FAULT_DATA, "a secret holds a NUL byte");
        else
            rc = secret_copy(s, room.bytes, length, f);
    }
    secret_release(&room);
    return rc;
}

/* ---- the terminal ---- */

static int
say(int terminal, const char *head, const char *what, const char *tail, struct fault *f)
{
    if (dprintf(terminal, "%s%s%s", head, what, tail) < 0)
        return fault_set_errno(f, errno, "write to the terminal");
    return 0;
}

/* With echo off; it comes back whatever happens. */
static int
ask(int terminal, const char *head, const char *what, struct secret *s, struct fault *f)
{
    struct termios before, silent;
    int rc;

    if (tcgetattr(terminal, &before) != 0)
        return fault_set_errno(f, errno, "look at the terminal");
    silent = before;
    silent.c_lflag = (silent.c_lflag & ~(tcflag_t)ECHO) | ICANON;
    if (tcsetattr(terminal, TCSADRAIN, &silent) != 0)
        return fault_set_errno(f, errno, "switch the terminal's echo off");
    rc = say(terminal, head, what, ": ", f);
    if (rc == 0)
        rc = read_from(terminal, true, s, f);
    tcsetattr(terminal, TCSADRAIN, &before);
    say(terminal, "", "", "\n", NULL);
    return rc;
}

static int
ask_again(int terminal, const char *what, const struct secret *first, struct fault *f)
{
    struct secret second = SECRET_INIT;
    int rc = ask(terminal, "The same again, ", what, &second, f);

    if (rc == 0 && strcmp(first->bytes, second.bytes) != 0)
        rc = fault_set(f, FAULT_USAGE, "the two are not the same");
    secret_release(&second);
    return rc;
}

static int
ask_on_terminal(struct secret *s, const struct secret_prompt *prompt, struct fault *f)
{
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    int rc;

    if (terminal < 0)
        return fault_set_errno(f, errno, "open the terminal");
    rc = ask(terminal, "Type the ", prompt->what, s, f);
    if (rc == 0 && prompt->twice && (rc = ask_again(terminal, prompt->what, s, f)) != 0)
        secret_release(s);
    close(terminal);
    return rc;
}

/* ---- where an option says ---- */

/* The name in "{secret:NAME}", when that is all there is. */
static bool
names_secret(const char *from, char name[256])
{
    struct secret_reference r;

    if (!connection_next_secret(from, &r) || r.start != from || *r.end != '\0' ||
        r.name_length == 0 || r.name_length >= 256)
        return false;
    memcpy(name, r.name, r.name_length);
    name[r.name_length] = '\0';
    return true;
}

bool
secret_is_no_file(const char *from)
{
    char name[256];

    return strcmp(from, "-") == 0 || names_secret(from, name);
}

int
secret_read(struct secret *s, const char *from, const struct secret_prompt *prompt,
    const struct settings *settings, struct fault *f)
{
    static const struct settings none = SETTINGS_INIT;
    char name[256];
    int rc;

    *s = (struct secret)SECRET_INIT;
    if (names_secret(from, name))
        return secret_find(s, settings == NULL ? &none : settings, name, f);
    if (strcmp(from, "-") != 0)
        return secret_read_file(s, from, f);
    rc = isatty(STDIN_FILENO) == 1 ? ask_on_terminal(s, prompt, f)
                                   : read_from(STDIN_FILENO, false, s, f);
    return rc == 0 ? 0 : fault_wrap(f, "the %s", prompt->what);
}
