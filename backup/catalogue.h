/*
 * catalogue: what lies in a store and what became of it, kept in the store itself so that a bare
 * machine with a key can restore. Append-only: each event is one small XML object,
 * catalogue/<sequence, 8 digits>.xml (namespace urn:nightcube:catalogue:1), that carries the
 * SHA-256 of the one before it. An entry that is missing in between, changed or put in is noticed;
 * entries cut off at the end show only to somebody who has kept the head (catalogue->head).
 *
 * age proves that a container is whole, not who made it: that a container is the one which was
 * written shows by the SHA-256 kept here.
 */
#ifndef BACKUP_CATALOGUE_H
#define BACKUP_CATALOGUE_H

#include "backup/container.h"
#include "backup/store/store.h"

enum catalogue_kind {
    CATALOGUE_CONTAINER, /* a container was written */
    CATALOGUE_RUN,       /* a run ended: its containers are a set */
    CATALOGUE_VERIFIED,  /* a container was read and found right */
    CATALOGUE_REMOVED,   /* a container was taken away */
    CATALOGUE_DRILLED,   /* a run's set was restored into scratch and compared */
    CATALOGUE_KIND_COUNT
};

/* One table of a container, or one that it leaves to an older container. */
struct catalogue_table {
    const char *name;
    uint64_t rows;
    uint64_t sum;          /* rowsum over whole rows */
    const char *reference; /* id of the older container; NULL: it is in this one */
    const char *mark;      /* by which a later backup knows it again (optional) */
    const char *trace;     /* what its engine said of it then (optional) */
};

/* Every text may be NULL where the comment does not say that it is needed. */
struct catalogue_entry {
    enum catalogue_kind kind;
    int64_t added_utc; /* the event's moment; needed */
    const char *job;
    int64_t run; /* 0: none; needed for a run */

    /* CONTAINER, VERIFIED, REMOVED */
    const char *container; /* its id; needed */

    /* CONTAINER */
    const char *file;     /* its name in the store; needed */
    const char *database; /* needed */
    enum container_kind container_kind;
    const char *set;
    const char *partition; /* when it holds just that one */
    bool after;
    bool metadata_only;
    bool encrypted;
    const char *sealed_for; /* fingerprint of the recipients (optional) */
    int64_t taken_utc;
    uint64_t bytes;
    char sha256[DIGEST_HEX_BYTES]; /* of the stored file; needed */
    struct catalogue_table *tables;
    size_t table_count;

    /* RUN, DRILLED */
    bool complete; /* false: some of its containers are missing; the drill found a difference */
    int64_t started_utc;
    int64_t ended_utc;

    /* VERIFIED */
    bool deep; /* everything was read; false: the stored bytes' SHA-256 only */

    const char *note; /* why, in words; any kind */

    /* Filled in by catalogue_read and catalogue_add. */
    uint64_t sequence;
};

struct catalogue {
    struct arena memory;
    struct catalogue_entry *entries; /* in order */
    size_t count;
    uint64_t last;               /* sequence of the newest; 0: none */
    char head[DIGEST_HEX_BYTES]; /* SHA-256 of the newest entry's object; "" when none */
};

#define CATALOGUE_INIT                                                                             \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void catalogue_release(struct catalogue *c);

/* Reads all of it and checks the chain: FAULT_DATA with the cure when it is broken. A store without
 * a catalogue gives an empty one. */
int catalogue_read(struct store *s, struct catalogue *c, struct fault *f);

/* Reads what was added to one that was read before, and checks that it follows; all of it anew when
 * it does not: the store may have got another catalogue. Entries that were handed out stay where
 * they are unless that is so. After a fault it is empty. */
int catalogue_refresh(struct store *s, struct catalogue *c, struct fault *f);

/* Adds an entry behind the newest one; entry->sequence becomes its number. When somebody else takes
 * that number meanwhile the next one is tried. Durable when it returns 0. */
int catalogue_add(struct store *s, struct catalogue_entry *entry, struct fault *f);

/* Fills a CONTAINER entry from what container_finish said. Tables live in the arena; texts are
 * borrowed from the summary and `file`. */
int catalogue_describe(struct catalogue_entry *entry, const struct container_summary *summary,
    const char *file, struct arena *a, struct fault *f);

/* The newest CONTAINER entry with that id or, failing that, with that file name; NULL when there is
 * none. */
const struct catalogue_entry *catalogue_find(const struct catalogue *c, const char *container);

/* Is there a newer CONTAINER entry of the same id (its file was rewritten)? */
bool catalogue_is_superseded(const struct catalogue *c, const struct catalogue_entry *entry);

/* Did a container ever have that SHA-256? */
bool catalogue_knows_sha256(const struct catalogue *c, const char *container, const char *sha256);

/* Whether the container was taken away (and not put back since), and when it was last found right
 * (deeply or at all; 0: never). */
bool catalogue_is_removed(const struct catalogue *c, const char *container);
int64_t catalogue_verified_utc(const struct catalogue *c, const char *container, bool deep);

#endif
