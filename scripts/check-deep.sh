#!/bin/sh
# check-deep.sh FILE FLAG...: what clang-tidy and cppcheck find in one source that is compiled with these flags. Which checks, and
# why some are left out, stands in .clang-tidy and .cppcheck; a place that is meant so says why behind NOLINT. Prints each
# finding as file:line and exits 1 when there is one. Other versions of clang-tidy find other things: it is 14's word that counts.
set -eu
cd "$(dirname "$0")/.."

file=$1
shift
status=0

# Its notes tell how it got there; the count of what it left out is noise.
found=$(clang-tidy-14 --quiet "$file" -- "$@" 2>&1) || status=1
if [ $status -ne 0 ]; then
    printf '%s\n' "$found" | sed "s|^$PWD/||" | grep -v -E '^[0-9]+ (warnings|errors)|^Suppressed |^Use -header-filter'
fi

# The macros that say to analysers what a function returns are meant for both; libraries' functions it knows itself.
defines=''
for flag in "$@"; do
    case $flag in
    -D*) defines="$defines $flag" ;;
    esac
done
# shellcheck disable=SC2086 # one word a flag
cppcheck --std=c11 --quiet --inline-suppr --error-exitcode=1 --enable=warning,performance,portability \
    --library=posix --library=gnu --library=libcurl --library=openssl --suppressions-list=.cppcheck \
    --template='{file}:{line}: {severity}: {message} [{id}]' -I. -D__clang_analyzer__ $defines "$file" || status=1
exit $status
