#!/bin/sh
# check-musl.sh BUILD FLAG...: compiles every source of the program with these flags against the headers of musl instead of
# glibc's; a warning is an error. Nothing is linked: Debian builds none of the libraries for musl, so it is their glibc headers
# that are read beside musl's.
set -eu
cd "$(dirname "$0")/.."

place=$1/musl
shift
machine=$(${CC:-cc} -print-multiarch)
rm -rf "$place"
mkdir -p "$place/all" "$place/machine"

# The libraries' headers and no others: those of glibc lie in the same folders.
for header in sql odbc unixodbc unixODBC archive jansson xx unicode openssl curl; do
    for found in /usr/include/"$header"*; do
        [ ! -e "$found" ] || ln -sf "$found" "$place/all/"
    done
    for found in "/usr/include/$machine/$header"*; do
        [ ! -e "$found" ] || ln -sf "$found" "$place/machine/"
    done
done
find config backup cube etl -name '*.c' |
    xargs -P "$(nproc)" -n 20 musl-gcc "$@" -Werror -fsyntax-only \
        -isystem "$place/all" -isystem "$place/machine" -isystem /usr/include/libxml2
echo "musl: every source compiles"
