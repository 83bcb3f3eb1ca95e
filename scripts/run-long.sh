#!/bin/sh
# run-long.sh BUILD [PART]: what `make test-long` does: the heavy stories, all of them or those whose name contains PART.
#
# Heavy are the scenarios and the unit suites that call long_rounds, themselves or through points.bash: few rounds in
# `make test`, all of them here. Beside them: `make races`. Each is told its seed (LONG_SEED; chosen anew each time when
# it is not set) and stops by itself, saying so, when LONG_SECONDS have passed (not set: no limit). One line a story: its name, verdict, seed and duration; the last line is the total.
set -eu
cd "$(dirname "$0")/.."

build=$1
part=${2-}
LONG_SEED=${LONG_SEED:-$(date +%s)}
NIGHTCUBE_LONG=1
SCENARIO_SECONDS=${SCENARIO_SECONDS:-$((${LONG_SECONDS:-14400} + 600))}
export LONG_SEED NIGHTCUBE_LONG SCENARIO_SECONDS
passed=0 failed=0 skipped=0
work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-long.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# story NAME COMMAND...: shows what it says, then its line.
story() {
    name=$1
    shift
    start=$(date +%s)
    echo "== $name, seed $LONG_SEED"
    { "$@" 2>&1 && echo 0 >"$work/status" || echo $? >"$work/status"; } | tee "$work/output"
    case $(cat "$work/status") in
    0) passed=$((passed + 1)) word=ok ;;
    *) failed=$((failed + 1)) word=FAILED ;;
    esac
    if grep -q '^0 passed, 0 failed, 1 skipped$' "$work/output"; then
        passed=$((passed - 1)) skipped=$((skipped + 1)) word=skipped
    fi
    printf '%-44s %-8s seed %s, %d s\n' "$name" $word "$LONG_SEED" $(($(date +%s) - start)) | tee -a "$work/summary"
}

# The suite of a file, as list-suites.sh names it.
suite_of() {
    echo "$1" | sed 's|^tests/||; s|\.c$||; s|^\(.*/\)*test_|\1|; s|/|.|g'
}

for file in $(grep -rl --include='test_*.c' long_rounds tests | sort); do
    suite=$(suite_of "$file")
    case $suite in
    *"$part"*) story "$suite" "$build/unit-tests" "$suite" ;;
    esac
done
case races in
*"$part"*) story races env -u MAKEFLAGS -u NIGHTCUBE_LONG make BUILD="$build" T= races ;;
esac
for file in $(grep -lE 'long_rounds|fault/points.bash' tests/scenario/*.sh | sort); do
    name=$(basename "$file" .sh)
    case $name in
    *"$part"*) story "$name" scripts/run-scenarios.sh "$build/nightcube" "$name" ;;
    esac
done
echo
cat "$work/summary" 2>/dev/null || :
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
