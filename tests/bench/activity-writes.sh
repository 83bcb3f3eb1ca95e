#!/bin/sh
# activity-writes.sh BUILD: writes to an activity on top of a history in nightly partitions, against an empty one and
# against one plain table. Figures go to build/bench/writes-<engine>.txt, the chart to build/bench/writes.svg.
#   BENCH_HISTORY  completed instances (2000000)    BENCH_NIGHTS   in so many partitions (20)
#   BENCH_WINDOW   instances a window (5000)        BENCH_WINDOWS  so many windows, of which the median counts (7)
set -eu
cd "$(dirname "$0")/../.."

build=$(cd "$1" && pwd)
place=$PWD/build/bench
work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$place"
. tests/bench/lib/figures.sh
. tests/bench/lib/chart.sh

measured=''
for engine in $(engines); do
    say "$engine: writes over a history of ${BENCH_HISTORY:-2000000}"
    figures=$place/writes-$engine.txt
    # shellcheck disable=SC2016 # the variables are with_database's
    (cd "$work" && with_database "$engine" EMPTY FULL PLAIN -- sh -c '"$@" writes "$EMPTY" "$FULL" "$PLAIN" \
        '"'${BENCH_HISTORY:-2000000}' '${BENCH_NIGHTS:-20}' '${BENCH_WINDOW:-5000}' '${BENCH_WINDOWS:-7}'" \
        sh "$build/live-bench") >"$figures"
    ratio "activity.$engine.write_stability" '>=0.95' "$figures" 'f["full_" f["history"]]' 'f["empty_" f["history"]]'
    ratio "activity.$engine.plain_table" - "$figures" 'f["plain_" f["history"]]' 'f["plain_0"]'
    measured="$measured $figures"
    rm -rf "${work:?}"/*
done
# shellcheck disable=SC2086 # one word a file
chart_of_writes $measured >"$place/writes.svg"
say "chart: $place/writes.svg"
