/*
 * servers: private database servers for the tests: PostgreSQL and MariaDB on a free port of
 * 127.0.0.1, in a temporary directory. One of each is started when it is first wanted, and both are
 * stopped and removed when the test program ends, however it ends.
 */
#ifndef TESTS_SERVERS_H
#define TESTS_SERVERS_H

#include <stdbool.h>
#include <stddef.h>

enum engine { ENGINE_SQLITE, ENGINE_POSTGRESQL, ENGINE_MARIADB, ENGINE_COUNT };

extern const char *const engine_names[ENGINE_COUNT]; /* "sqlite", "postgresql", "mariadb" */

/* Where tests put what they make: $TMPDIR, else /tmp. */
const char *test_temporary(void);

/* Servers that are started from now on get memory as one that serves an installation has: for
 * measuring. */
void engine_use_large_servers(void);

/* Are the engine's server and its ODBC driver installed? SQLite always is. */
bool engine_is_installed(enum engine engine);

/*
 * Writes the connection string of a fresh, empty database into `connection`: a file `name`.db in
 * the current directory, a schema or a database of a server. Returns 0, or -1 saying why on stderr.
 */
int engine_new_database(enum engine engine, const char *name, char *connection, size_t size);

/* The connection string of the server itself, with all rights; for tests of what goes wrong. */
int engine_admin(enum engine engine, char *connection, size_t size);

/* Kills the server at once, as a power cut would; the next engine_new_database starts it again with
 * all it had committed. */
void engine_kill(enum engine engine);

#endif
