#!/bin/sh
# run-fuzz.sh BUILD [NAME]: what `make fuzz` does after building: every target, or NAME, for FUZZ_SECONDS (60) each, begun with its
# corpus and its own seed. One line a target: executions, edges of the code that were reached, inputs that reach something new, verdict.
# What breaks a target stays as BUILD/found/NAME-*; give it a name in tests/fuzz/corpus/NAME once it is mended.
set -eu
cd "$(dirname "$0")/.."

build=$1
only=${2-}
seconds=${FUZZ_SECONDS:-60}
mkdir -p "$build/found"

# number NAME: a figure of libFuzzer's last lines.
number() {
    sed -n "s/^stat::$1: *//p" "$log" | tail -n 1
}

failed=0
printf '%-12s %12s %8s %8s\n' target executions edges inputs
for program in "$build"/fuzz-*; do
    name=${program##*/fuzz-}
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    work=$build/work/$name
    log=$build/$name.log
    mkdir -p "$work"
    status=0
    NIGHTCUBE_SEED=$work/seed "$program" "$work" "tests/fuzz/corpus/$name" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 -artifact_prefix="$build/found/$name-" >"$log" 2>&1 || status=$?
    printf '%-12s %12s %8s %8s' "$name" "$(number number_of_executed_units)" \
        "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" "$(find "$work" -type f | wc -l)"
    if [ $status -eq 0 ]; then
        echo '  ok'
    else
        failed=1
        echo "  FAILED: $log"
    fi
done
exit $failed
