#!/bin/sh
# run-tests.sh [SUITE]: what `make test` does. Goes on after a failure, shows one line for each part, with the seconds it took,
# and closes with `N passed, N failed` for the whole. With SUITE only the unit tests of that suite. Tests spend their time
# waiting for the disk: what they make lies in memory where 4 GB of it are free, unless TMPDIR says otherwise.
set -eu
cd "$(dirname "$0")/.."

make=${MAKE:-make}
suite=${1-}
passed=0 failed=0
summary=''
if [ -z "${TMPDIR-}" ] && [ -w /dev/shm ] && [ "$(df -k --output=avail /dev/shm | tail -n 1)" -gt 4000000 ]; then
    export TMPDIR=/dev/shm
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-tests.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# run NAME COMMAND...: runs the command, shows what it prints and keeps it, how it ended and how long it took.
run() {
    title=$1
    began=$(date +%s)
    shift
    echo "== $title"
    { "$@" 2>&1 && echo 0 >"$work/$title.status" || echo $? >"$work/$title.status"; } | tee "$work/$title.output"
    echo $(($(date +%s) - began)) >"$work/$title.seconds"
}

# count NAME COUNTER: counts what the command that ran as NAME said. False when it failed.
count() {
    name=$1
    counter=$2
    status=$(cat "$work/$name.status")
    # shellcheck disable=SC2046 # two or three numbers
    set -- $($counter "$work/$name.output")
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
    line="$line, $(cat "$work/$name.seconds") s"
    summary="$summary$line
"
    [ "$status" -eq 0 ]
}

count_one() { :; }

# CUnit's table: tests, total, ran, passed, failed.
count_unit() {
    awk '$1 == "tests" { good = $4; bad = $5 } END { print good + 0, bad + 0 }' "$1"
}

count_scenario() {
    sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$1" | tail -n 1
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
    run unit $make unit T="$suite"
    count unit count_unit || :
    finish
fi
run build $make build-tests
run lint $make lint
count lint count_one || :
count build count_one || finish
# Tests wait for servers and disks at times: all at once, so that no processor waits with them.
run sanitize $make sanitize >/dev/null &
run unit $make unit >/dev/null &
run scenario $make scenario
wait
cat "$work/unit.output" "$work/sanitize.output"
count unit count_unit || :
count sanitize count_unit || :
count scenario count_scenario || :
finish
