#!/bin/sh
# bench.sh BUILD [GROUP]: what `make bench` does. Every script tests/bench/<group>.sh prints lines
# "name<TAB>ratio<TAB>goal"; they are judged and written to build/bench/results.tsv.
set -eu
cd "$(dirname "$0")/.."

build=$1
group=${2-}
results=build/bench/results.tsv
mkdir -p build/bench

judge() {
    awk -F '\t' -v OFS='\t' '{ print $1, sprintf("%.3g", $2), $3, ($2 != "" && $2 + 0 <= $3 + 0) ? "ok" : "short" }'
}

{
    printf '# %s, %s processors, %s; %s; node %s\n' "$(uname -srm)" "$(nproc)" \
        "$(sed -n 's/^MemTotal: *//p' /proc/meminfo)" "$(${CC:-cc} --version | head -n 1)" \
        "$(node --version 2>/dev/null || echo none)"
    for script in tests/bench/*.sh; do
        name=$(basename "$script" .sh)
        if [ -z "$group" ] || [ "$name" = "$group" ]; then
            "$script" "$build" | judge
        fi
    done
} >"$results.part"
mv "$results.part" "$results"
cat "$results"
