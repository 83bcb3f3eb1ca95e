/*
 * segment: one immutable file of a cube: dictionaries and base cuboid. README.md draws its layout.
 *
 * A reader maps the file and trusts nothing in it: before anything is used the checksum is verified
 * and every length, offset and code checked against the file and the cube's model.
 */
#ifndef CUBE_SEGMENT_H
#define CUBE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "cube/cells.h"
#include "cube/cuboid.h"
#include "cube/model.h"

struct layout;

#define SEGMENT_MAGIC "NCUBE\r\n\x1A"

enum { SEGMENT_VERSION = 2, SEGMENT_HEADER_BYTES = 32, SEGMENT_FOOTER_BYTES = 24 };

/* The types' numbers are part of the format. */
_Static_assert(VALUE_INT == 1 && VALUE_FLOAT == 2 && VALUE_TIME == 3 && VALUE_TEXT == 4,
    "value types are numbered as in cube files");

struct segment_level {
    enum value_type type;
    uint32_t value_count; /* with the NULL value, which is the last one */
    bool has_null;
    const unsigned char *integers; /* VALUE_INT: 8 bytes each */
    const unsigned char *offsets;  /* VALUE_TEXT: 8 bytes each, one more than texts */
    const unsigned char *texts;
    struct packed ids; /* value of each member */
};

struct segment_dimension {
    struct segment_level *levels;
    uint32_t member_count;
};

struct segment {
    uint64_t size_bytes;
    uint64_t checksum;
    uint64_t facts;
    struct segment_dimension *dimensions;
    struct cells cells; /* the base cuboid */
    /* private */
    const unsigned char *map;
    const struct cube_model *model;
    bool verified;
};

/* What a written segment is known by. */
struct segment_facts {
    uint64_t facts;
    uint64_t size_bytes;
    uint64_t checksum;
};

/* Writes the cuboid under a new name, flushed to disk, and tells what was written. */
int segment_write(
    const char *path, const struct cuboid *c, struct segment_facts *written, struct fault *f);

/* The same of what a feed brings; the layout has its dictionaries. */
int segment_write_feed(const char *path, const struct layout *l, const struct feed *from,
    struct segment_facts *written, struct fault *f);

/* Maps a file; nothing is looked at yet, and the file may be removed from then on. NULL with a
 * fault: FAULT_NO_INPUT, FAULT_IO; FAULT_DATA when it is too small to be a segment. */
struct segment *segment_open(const char *path, struct fault *f);
void segment_close(struct segment *s); /* NULL is fine */

/* Checks everything; a second time it does nothing. `model` must outlive the segment. 0, or
 * FAULT_DATA. */
int segment_verify(struct segment *s, const struct cube_model *model, struct fault *f);

/* From now on the segment is read from end to end, perhaps several times: pages of a large file do
 * not stay in memory. Before segment_verify. */
void segment_stream(struct segment *s);

/* What is in memory of the file now need not stay there. */
void segment_forget(const struct segment *s);

/* A value of a level of a verified segment; text is borrowed from it. */
struct value segment_value(const struct segment_level *level, uint32_t id);

#endif
