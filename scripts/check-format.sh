#!/bin/sh
# check-format.sh: prints the first place of each source that clang-format would change, and fails when there is one.
# Other versions than 14 wrap some lines differently: without that one nothing is checked.
set -eu
cd "$(dirname "$0")/.."

for program in clang-format-14 clang-format; do
    "$program" --version 2>/dev/null | grep -q 'version 14\.' || continue
    found=$(find config backup cube etl tests -name '*.[ch]' -print0 | LC_ALL=C sort -z |
        { xargs -0 "$program" --dry-run 2>&1 || :; } |
        awk -F: '/clang-format-violations/ && !($1 in seen) {
            seen[$1] = 1
            print $1 ":" $2 ": not formatted (make format)"
        }')
    [ -n "$found" ] || exit 0
    echo "$found"
    exit 1
done
echo "clang-format 14 is not installed; formatting was not checked"
