#include "backup/age/bech32.h"

#include <openssl/crypto.h>
#include <string.h>

enum {
    CHECK_GROUPS = 6,
    GROUP_LIMIT = BECH32_TEXT_LIMIT,
};

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* One step of the checksum: division by the generator polynomial of BIP-173. */
static uint32_t
checksum_add(uint32_t sum, uint8_t group)
{
    static const uint32_t generator[5] = {
        0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = sum >> 25;

    sum = (sum & 0x1ffffff) << 5 ^ group;
    for (unsigned i = 0; i < 5; i++) {
        if (top >> i & 1)
            sum ^= generator[i];
    }
    return sum;
}

/* The checksum over the prefix (its high bits, a zero, its low bits) and `count` groups. */
static uint32_t
checksum_of(const char *prefix, const uint8_t *groups, size_t count)
{
    uint32_t sum = 1;

    for (const char *p = prefix; *p != '\0'; p++)
        sum = checksum_add(sum, (uint8_t)((unsigned char)*p >> 5));
    sum = checksum_add(sum, 0);
    for (const char *p = prefix; *p != '\0'; p++)
        sum = checksum_add(sum, (uint8_t)(*p & 31));
    for (size_t i = 0; i < count; i++)
        sum = checksum_add(sum, groups[i]);
    return sum;
}

/* Bytes to groups of five bits, the last one filled up with zeros. Returns how many. */
static size_t
groups_of_bytes(const uint8_t *bytes, size_t size, uint8_t *groups)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        bits = (bits << 8 | bytes[i]) & 0xFFFF;
        for (held += 8; held >= 5; held -= 5)
            groups[count++] = bits >> (held - 5) & 31;
    }
    if (held > 0)
        groups[count++] = (uint8_t)(bits << (5 - held) & 31);
    return count;
}

/* Groups of five bits to bytes; what is left over must be less than a group and zero. */
static ssize_t
bytes_of_groups(const uint8_t *groups, size_t count, uint8_t *bytes, size_t room)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t size = 0;

    if (count * 5 / 8 > room)
        return -1;
    for (size_t i = 0; i < count; i++) {
        bits = (bits << 5 | groups[i]) & 0xFFFF;
        held += 5;
        if (held >= 8) {
            held -= 8;
            bytes[size++] = (uint8_t)(bits >> held);
        }
    }
    return held < 5 && (bits & ((1U << held) - 1)) == 0 ? (ssize_t)size : -1;
}

void
bech32_encode(const char *prefix, const uint8_t *bytes, size_t size, char *text)
{
    uint8_t groups[GROUP_LIMIT] = {0};
    size_t count = groups_of_bytes(bytes, size, groups), at = strlen(prefix);
    uint32_t sum = checksum_of(prefix, groups, count + CHECK_GROUPS) ^ 1;

    for (unsigned i = 0; i < CHECK_GROUPS; i++)
        groups[count++] = sum >> 5 * (CHECK_GROUPS - 1 - i) & 31;
    memcpy(text, prefix, at);
    text[at++] = '1';
    for (size_t i = 0; i < count; i++)
        text[at++] = alphabet[groups[i]];
    text[at] = '\0';
    OPENSSL_cleanse(groups, sizeof groups);
}

static int
is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static int
is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* The text in lower case. Returns its length, -1 when it mixes cases or is too long. */
static ssize_t
lower_text(const char *text, char lower[BECH32_TEXT_LIMIT + 1])
{
    size_t length = strnlen(text, BECH32_TEXT_LIMIT + 1), uppers = 0, lowers = 0;

    if (length > BECH32_TEXT_LIMIT)
        return -1;
    for (size_t i = 0; i < length; i++) {
        uppers += is_upper(text[i]) ? 1 : 0;
        lowers += is_lower(text[i]) ? 1 : 0;
        lower[i] = (char)(is_upper(text[i]) ? text[i] + ('a' - 'A') : text[i]);
    }
    lower[length] = '\0';
    return uppers > 0 && lowers > 0 ? -1 : (ssize_t)length;
}

/* The groups behind the prefix and its '1'. Returns how many, -1 for a character of no group. */
static ssize_t
read_groups(const char *data, uint8_t groups[GROUP_LIMIT])
{
    ssize_t count = 0;

    for (const char *p = data; *p != '\0'; p++) {
        const char *found = strchr(alphabet, *p);

        if (found == NULL)
            return -1;
        groups[count++] = (uint8_t)(found - alphabet);
    }
    return count;
}

ssize_t
bech32_decode(const char *text, const char *prefix, uint8_t *bytes, size_t room)
{
    char lower[BECH32_TEXT_LIMIT + 1];
    uint8_t groups[GROUP_LIMIT];
    size_t start = strlen(prefix);
    ssize_t count, size = -1;

    if (lower_text(text, lower) < 0 || strncmp(lower, prefix, start) != 0 || lower[start] != '1')
        goto done;
    count = read_groups(lower + start + 1, groups);
    if (count < CHECK_GROUPS || checksum_of(prefix, groups, (size_t)count) != 1)
        goto done;
    size = bytes_of_groups(groups, (size_t)count - CHECK_GROUPS, bytes, room);
done:
    OPENSSL_cleanse(lower, sizeof lower);
    OPENSSL_cleanse(groups, sizeof groups);
    return size;
}
