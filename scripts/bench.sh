#!/bin/sh
# bench.sh BUILD [GROUP]: what `make bench` does. Every script tests/bench/GROUP*.sh (no group: all) prints lines
# "name<TAB>ratio<TAB>goal", where a goal is ">=0.95" or "<=2", or "-" for a
# figure that is only stated; a bare number is the most it may be. They are judged and
# written to build/bench/results.tsv under a comment line with machine and versions. A script that fails does not stop the
# others; what it printed counts, and the exit code is 1.
set -eu
cd "$(dirname "$0")/.."

build=$1
group=${2-}
place=build/bench
mkdir -p $place

# The installed versions of what is measured, "sqlite3 3.40.1-2, ...".
versions() {
    command -v dpkg-query >/dev/null || return 0
    for package in unixodbc:libodbc2 sqlite:libsqlite3-0 sqliteodbc:libsqliteodbc postgresql:postgresql-15 \
        psqlodbc:odbc-postgresql mariadb:mariadb-server maodbc:odbc-mariadb; do
        # shellcheck disable=SC2016 # a format of dpkg-query
        version=$(dpkg-query -W -f '${Version}' "${package#*:}" 2>/dev/null) || version=''
        printf '; %s %s' "${package%%:*}" "${version:-none}"
    done
}

describe_machine() {
    printf '# %s; %s; %s processors, %s, %s; node %s%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(uname -srm)" "$(nproc)" \
        "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
        "$(sed -n 's/^MemTotal: *//p' /proc/meminfo)" "$(node --version 2>/dev/null || echo none)" \
        "; $(${CC:-cc} --version | head -n 1)$(versions)"
}

judge() {
    awk -F '\t' -v OFS='\t' '{
        if ($3 == "-") {
            print $1, $2 == "" ? "none" : sprintf("%.3g", $2), "-", "stated"
            next
        }
        goal = $3 ~ /^[<>]=/ ? $3 : "<=" $3
        bound = substr(goal, 3) + 0
        met = $2 != "" && (goal ~ /^>/ ? $2 + 0 >= bound : $2 + 0 <= bound)
        print $1, $2 == "" ? "none" : sprintf("%.3g", $2), goal, met ? "ok" : "short"
    }' "$@"
}

failed=''
describe_machine >$place/results.tsv.part
for script in tests/bench/"$group"*.sh; do
    if [ ! -f "$script" ]; then
        echo "bench: nothing is called $group; there are: $(ls tests/bench | sed -n 's/\.sh$//p' | tr '\n' ' ')" >&2
        exit 64
    fi
    "$script" "$build" >$place/measured.tsv || failed="$failed $script"
    judge $place/measured.tsv >>$place/results.tsv.part
done
rm -f $place/measured.tsv
mv $place/results.tsv.part $place/results.tsv
cat $place/results.tsv
[ -z "$failed" ] || {
    echo "bench: failed:$failed" >&2
    exit 1
}
