#!/bin/sh
# run-tests.sh [SUITE]: what `make test` does. Goes on after a failure, shows one line for each part and closes with
# `N passed, N failed` for the whole. With SUITE only the unit tests of that suite.
set -eu
cd "$(dirname "$0")/.."

make=${MAKE:-make}
suite=${1-}
passed=0 failed=0
summary=''
work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-tests.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# part NAME COUNTER COMMAND...: runs the command, shows and counts what it says. False when the command failed.
part() {
    name=$1
    counter=$2
    shift 2
    echo "== $name"
    { "$@" 2>&1 && echo 0 >"$work/status" || echo $? >"$work/status"; } | tee "$work/output"
    status=$(cat "$work/status")
    # shellcheck disable=SC2046 # two or three numbers
    set -- $($counter)
    good=${1:-0} bad=${2:-0} skipped=${3:-0}
    # A program that died before it could count, or a command that counts nothing.
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
    elif [ "$status" -eq 0 ] && [ "$counter" = count_one ]; then
        good=1
    fi
    passed=$((passed + good)) failed=$((failed + bad))
    line=$(printf '%-10s %5d passed, %d failed' "$name" "$good" "$bad")
    [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
    summary="$summary$line
"
    [ "$status" -eq 0 ]
}

count_one() { :; }

# CUnit's table: tests, total, ran, passed, failed.
count_unit() {
    awk '$1 == "tests" { good = $4; bad = $5 } END { print good + 0, bad + 0 }' "$work/output"
}

count_scenario() {
    sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$work/output" | tail -n 1
}

finish() {
    echo
    printf '%s' "$summary"
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ]
    exit
}

$make deps-test
if [ -n "$suite" ]; then
    part unit count_unit $make unit T="$suite" || :
    finish
fi
part build count_one $make all || {
    part lint count_one $make lint || :
    finish
}
part lint count_one $make lint || :
part unit count_unit $make unit || :
part sanitize count_unit $make sanitize || :
part scenario count_scenario $make scenario || :
finish
