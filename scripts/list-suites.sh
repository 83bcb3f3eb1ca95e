#!/bin/sh
# Prints the C table of all test suites, named after their files: tests/cube/test_rollup.c is cube.rollup.
set -eu

suite_of() {
    path=${1#tests/}
    path=${path%.c}
    case $path in
    */*) printf '%s_%s' "$(printf %s "${path%/*}" | tr / _)" "${path##*/test_}" ;;
    *) printf '%s' "${path#test_}" ;;
    esac
}

dotted_of() {
    path=${1#tests/}
    path=${path%.c}
    case $path in
    */*) printf '%s.%s' "$(printf %s "${path%/*}" | tr / .)" "${path##*/test_}" ;;
    *) printf '%s' "${path#test_}" ;;
    esac
}

echo '#include "tests/harness.h"'
for file in "$@"; do
    echo "extern const struct test suite_$(suite_of "$file")[];"
done
echo 'const struct suite all_suites[] = {'
for file in "$@"; do
    echo "    {\"$(dotted_of "$file")\", suite_$(suite_of "$file")},"
done
echo '    {0, 0},'
echo '};'
