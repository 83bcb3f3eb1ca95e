/*
 * failure: at which stage a sealed file was refused, beside the fault that says it in words.
 */
#ifndef BACKUP_AGE_FAILURE_H
#define BACKUP_AGE_FAILURE_H

/* The classes of the C2SP test kit for age (c2sp.org/CCTV/age). */
enum age_failure {
    AGE_FAILURE_NONE,     /* nothing, or something outside the file: its source, memory */
    AGE_FAILURE_HEADER,   /* not an age file, or a malformed header */
    AGE_FAILURE_HMAC,     /* the header is well formed and was altered */
    AGE_FAILURE_ARMOR,    /* malformed ASCII armor */
    AGE_FAILURE_PAYLOAD,  /* a chunk is damaged, missing or too many */
    AGE_FAILURE_NO_MATCH, /* a key or a passphrase is missing or wrong */
};

#endif
