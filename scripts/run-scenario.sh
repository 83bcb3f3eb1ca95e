#!/bin/sh
# run-scenario.sh WORK SCRIPT: one scenario for run-scenarios.sh, which says what it finds in its environment. Prints one
# line, and what the script printed when it did not pass or in test-long, where it says what was tried; adds `passed`,
# `failed` or `skipped` to WORK/verdicts.
set -eu

work=$1
script=$2
name=$(basename "$script" .sh)
seconds=${SCENARIO_SECONDS:-600}
status=0

mkdir "$work/$name"
began=$(date +%s)
(cd "$work/$name" && HOME=$work/$name timeout -k 10 "$seconds" "$(command -v bash)" "$script") \
    >"$work/$name.out" 2>&1 </dev/null || status=$?
case $status in
0) verdict=passed word=ok ;;
77) verdict=skipped word=skipped ;;
124) verdict=failed word="FAILED after $seconds seconds" ;;
*) verdict=failed word="FAILED with $status" ;;
esac
# One write, so that scenarios that end at the same time do not mix.
{
    printf '  %-40s %-10s %4d s\n' "$name" "$word" $(($(date +%s) - began))
    [ $status -eq 0 ] && [ -z "${NIGHTCUBE_LONG:-}" ] || sed 's/^/    | /' "$work/$name.out"
} >"$work/$name.said"
cat "$work/$name.said"
echo $verdict >>"$work/verdicts"
chmod -R u+rwX "$work/$name"
rm -rf "${work:?}/$name"
