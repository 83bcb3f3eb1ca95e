#!/bin/sh
# run-scenarios.sh PROGRAM [PART]: runs tests/scenario/*.sh, or those whose name contains PART.
#
# Each script runs in a fresh directory, which is also its HOME, with NIGHTCUBE (the program), SOURCE (the top of the
# tree) and NIGHTCUBE_DATA (shared test data; may not exist). It passes with 0, is skipped with 77 and fails otherwise;
# what it printed is shown when it did not pass. The last line is `N passed, N failed, N skipped`.
set -eu

NIGHTCUBE=$1
part=${2-}
SOURCE=$(cd "$(dirname "$0")/.." && pwd)
NIGHTCUBE_DATA=${NIGHTCUBE_DATA:-$SOURCE/../shared/data}
LC_ALL=C.UTF-8
export NIGHTCUBE SOURCE NIGHTCUBE_DATA LC_ALL
unset NIGHTCUBE_CONFIG NIGHTCUBE_NOW TZ CREDENTIALS_DIRECTORY JOURNAL_STREAM
seconds=${SCENARIO_SECONDS:-600}

passed=0 failed=0 skipped=0
work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-scenario.XXXXXX")
trap 'chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for script in "$SOURCE"/tests/scenario/*"$part"*.sh; do
    [ -f "$script" ] || continue
    name=$(basename "$script" .sh)
    mkdir "$work/$name"
    status=0
    (cd "$work/$name" && HOME=$work/$name timeout -k 10 "$seconds" "$(command -v bash)" "$script") \
        >"$work/$name.out" 2>&1 </dev/null || status=$?
    case $status in
    0) passed=$((passed + 1)) word=ok ;;
    77) skipped=$((skipped + 1)) word=skipped ;;
    124) failed=$((failed + 1)) word="FAILED after $seconds seconds" ;;
    *) failed=$((failed + 1)) word="FAILED with $status" ;;
    esac
    printf '  %-40s %s\n' "$name" "$word"
    [ $status -eq 0 ] || sed 's/^/    | /' "$work/$name.out"
    chmod -R u+rwX "$work/$name"
    rm -rf "${work:?}/$name"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
