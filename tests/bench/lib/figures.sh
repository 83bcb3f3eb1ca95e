# figures.sh: sourced by the scripts of tests/bench, at the top of the tree.
#   say TEXT                       progress, on stderr
#   ratio NAME GOAL FILE OVER UNDER
#       prints "NAME<TAB>ratio<TAB>GOAL": OVER divided by UNDER, both awk expressions over the figures of FILE
#       ("name<TAB>number" lines), as f["name"]; of a name that comes several times the median. A figure that is missing
#       makes the ratio empty: short.
#       GOAL is '>=0.95' or '<=2'.
#   engines                        the engines of BENCH_ENGINES (default "sqlite postgresql mariadb")
#   with_database ENGINE VARIABLE... -- COMMAND...
#       runs COMMAND; each VARIABLE of its environment is the connection string of a fresh database on a private server,
#       set up for measuring; for SQLite a file in the current directory

say() { printf 'bench: %s\n' "$*" >&2; }

ratio() {
    sort -t "$(printf '\t')" -k 1,1 -k 2,2g "$3" | awk -F '\t' -v name="$1" -v goal="$2" '
    function median(name, n) {
        return n % 2 ? all[name, (n + 1) / 2] : (all[name, n / 2] + all[name, n / 2 + 1]) / 2
    }
    { all[$1, ++count[$1]] = $2 }
    END {
        for (figure in count)
            f[figure] = median(figure, count[figure])
        over = '"$4"'; under = '"$5"'
        printf "%s\t%s\t%s\n", name, (over > 0 && under > 0) ? over / under : "", goal }'
}

engines() { echo "${BENCH_ENGINES:-sqlite postgresql mariadb}"; }

with_database() { "$build/with-database" "$@"; }
