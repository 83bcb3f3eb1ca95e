#!/bin/sh
# maintenance.sh BUILD: how long a swap takes, and how long it and its companions hold up a live writer.
#   BENCH_HISTORY  rows of the large swap (2000000)    BENCH_ACTIVE  active instances (10000)
#   BENCH_DROPPED  rows of the partition that is dropped beside the writer (200000)
set -eu
cd "$(dirname "$0")/../.."

build=$(cd "$1" && pwd)
place=$PWD/build/bench
work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$place"
. tests/bench/lib/figures.sh

# step ENGINE STEP ARGUMENTS: on a fresh database.
step() {
    engine=$1
    shift
    # shellcheck disable=SC2016 # the variable is with_database's
    (cd "$work" && with_database "$engine" PRIMARY -- sh -c 'bench=$1 step=$2; shift 2; exec "$bench" "$step" "$PRIMARY" "$@"' \
        sh "$build/live-bench" "$@")
    rm -rf "${work:?}"/*
}

for engine in $(engines); do
    figures=$place/maintenance-$engine.txt
    say "$engine: swaps"
    step "$engine" swap "${BENCH_HISTORY:-2000000}" >"$figures"
    say "$engine: a live writer"
    step "$engine" stall "${BENCH_ACTIVE:-10000}" "${BENCH_DROPPED:-200000}" >>"$figures"
    ratio "maintenance.$engine.swap_time" '<=2' "$figures" 'f["swap_large"]' 'f["swap_small"]'
    # One writer by design: the figure is stated.
    case $engine in sqlite) goal=- ;; *) goal='<=250' ;; esac
    ratio "maintenance.$engine.longest_stall_ms" "$goal" "$figures" 'f["stall_ms"]' 1
done
