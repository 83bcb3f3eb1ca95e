#!/bin/sh
# coverage.sh BUILD [PART]: what `make coverage` does after building with gcc's counters: all unit suites and scenarios as in
# `make test`, and all ways by which commands run out of memory or meet databases and files that fail (with PART only the suites
# that begin so, and no scenario), then lines and branches by module and in total, on the terminal, and by file in
# BUILD/coverage.csv. Where each branch goes is told line by line in BUILD/coverage/index.html.
#
# Nothing is left out. A file below 95 % of its lines or 85 % of its branches must be named in tests/coverage.tsv, with the figures
# it had when it was last noted and the reason; it may not fall below them by more than 3 (which way a race goes is not the same each
# time). Fails when a file does, when one is not named, or when a test failed; how many are named without having been looked at is
# told each time. COVERAGE=keep judges what was counted before without running anything, COVERAGE=note writes the list anew and
# keeps its reasons. SCENARIO_SECONDS is the time limit of a scenario, whose processes leave no counters when it ends them.
set -eu
cd "$(dirname "$0")/.."

build=$(cd "$1" && pwd)
part=${2-}
failed=0
list=tests/coverage.tsv
if [ -z "${TMPDIR-}" ] && [ -w /dev/shm ] && [ "$(df -k --output=avail /dev/shm | tail -n 1)" -gt 4000000 ]; then
    export TMPDIR=/dev/shm
fi

# The counters of this run alone. Those of a process that is killed are lost with it.
if [ -z "${COVERAGE-}" ]; then
    find "$build" -name '*.gcda' -delete
    # shellcheck disable=SC2086 # none or one
    "$build/unit-tests" $part >"$build/unit.log" 2>&1 || { failed=1 && tail -n 40 "$build/unit.log"; }
    for suite in shortage refusal; do
        [ -n "$part" ] || NIGHTCUBE_LONG=1 LONG_SECONDS=900 "$build/unit-tests" etl.command.$suite >"$build/$suite.log" 2>&1 ||
            { failed=1 && tail -n 40 "$build/$suite.log"; }
    done
    [ -n "$part" ] || SCENARIO_SECONDS=${SCENARIO_SECONDS:-5400} scripts/run-scenarios.sh "$build/nightcube" || failed=1
fi
mkdir -p "$build/coverage"
gcovr --root . --object-directory "$build" --filter '(config|backup|cube|etl)/' -j "$(nproc)" \
    --csv "$build/coverage.csv" --html-details "$build/coverage/index.html" >"$build/gcovr.log" 2>&1 ||
    { cat "$build/gcovr.log" && exit 1; }

# By module: the folder a file lies in.
awk -F, '
    function show(name) {
        printf "%-24s %7d %6.1f %% %9d %6.1f %%\n", name, lines[name], 100 * ran[name] / (lines[name] ? lines[name] : 1),
            branches[name], 100 * taken[name] / (branches[name] ? branches[name] : 1)
    }
    function add(name) { lines[name] += $2; ran[name] += $3; branches[name] += $5; taken[name] += $6 }
    NR > 1 {
        module = $1
        sub(/\/[^\/]*$/, "", module)
        if (!(module in lines)) order[++count] = module
        add(module)
        add("total")
    }
    END {
        printf "%-24s %7s %8s %9s %8s\n", "module", "lines", "run", "branches", "taken"
        for (i = 1; i <= count; i++) show(order[i])
        show("total")
    }' "$build/coverage.csv" | tee "$build/coverage.txt"

# below: FILE, LINES, BRANCHES in percent, of the files below the goal. A file without branches has all of them.
below() {
    awk -F, 'NR > 1 {
        lines = $2 ? 100 * $3 / $2 : 100
        branches = $5 ? 100 * $6 / $5 : 100
        if (lines < 95 || branches < 85) printf "%s\t%.1f\t%.1f\n", $1, lines, branches
    }' "$build/coverage.csv"
}

if [ "${COVERAGE-}" = note ]; then
    below | awk -F'\t' -v OFS='\t' '
        FILENAME != "-" { if ($4 != "") reason[$1] = $4; next }
        { print $1, $2, $3, ($1 in reason) ? reason[$1] : "not looked at yet" }' "$list" - >"$build/coverage.tsv"
    { grep '^#' "$list" && cat "$build/coverage.tsv"; } >"$build/noted" && cp "$build/noted" "$list"
fi
[ -z "$part" ] || exit $failed
below | awk -F'\t' '
    /^#/ { next }
    FILENAME != "-" { lines[$1] = $2; branches[$1] = $3; if ($4 != "") reason[$1] = $4; next }
    { count++; waiting += ($1 in reason) && reason[$1] == "not looked at yet" }
    !($1 in reason) { print $1 ": " $2 " % of lines, " $3 " % of branches, and no reason in tests/coverage.tsv"; bad = 1; next }
    $2 < lines[$1] - 3 || $3 < branches[$1] - 3 {
        print $1 ": fell from " lines[$1] " % to " $2 " % of lines, from " branches[$1] " % to " $3 " % of branches"
        bad = 1
    }
    END {
        print count + 0 " files below 95 % of lines or 85 % of branches, " waiting + 0 " of them not looked at yet"
        exit bad
    }' "$list" - || failed=1
exit $failed
