#!/bin/sh
# run-scenarios.sh PROGRAM [PART]: runs tests/scenario/*.sh, or those whose name contains PART, as many at a time as
# SCENARIO_JOBS says (default: all processors).
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

work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-scenario.XXXXXX")
trap 'chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

count() { grep -cx "$1" "$work/verdicts" || :; }

: >"$work/verdicts"
# Those that let things go wrong at many points take longest, but make use of all processors: first they, then the small ones.
find "$SOURCE/tests/scenario" -name "*$part*.sh" | sort >"$work/scripts"
{
    xargs -r grep -l 'fault/points\.bash' <"$work/scripts" || :
    xargs -r grep -L 'fault/points\.bash' <"$work/scripts" || :
} |
    xargs -r -n 1 -P "${SCENARIO_JOBS:-$(nproc)}" "$SOURCE/scripts/run-scenario.sh" "$work"
echo "$(count passed) passed, $(count failed) failed, $(count skipped) skipped"
[ "$(count failed)" -eq 0 ]
