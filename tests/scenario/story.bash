# story.bash: what the scenarios share. A script sources it, tells its story and ends with `finish`.
#
#   site NAME              go over to the installation NAME; `site_new NAME` makes it first
#   at MOMENT              fix the program's clock
#   exits CODE ARGUMENT..  run the program; its output is left in the files out and err
#   told TEXT              the last error output holds TEXT
#   same WHAT A B          A, expected, and B are equal
#   sql DATABASE QUERY     ask a database (primary, archive, star, journal) with the sqlite3 shell
#   contents               one checksum over all that the three databases hold
#   unchanged CODE ARG..   as exits, and afterwards the databases hold what they held before
#   watch_memory PROCESS   until it is gone; the most it ever had, in KiB, goes to the file `memory`
#   long_rounds USUAL ALL  how often to go round: USUAL in make test, ALL in make test-long (heavy stories call it)
#   long_seed              where random choices come from: LONG_SEED, else the same each time
#   long_has_time          false once LONG_SECONDS have passed
#
# A difference is told and counted; the story goes on.
set -u
failures=0
home=$PWD
site_functions='site_copy site_drop dump_databases dump_files comparable' # what a point of tests/fault needs of the functions below

fail() {
    echo "FAILED ${0##*/}:${BASH_LINENO[-2]}: $*"
    failures=$((failures + 1))
}

finish() {
    [ $failures -eq 0 ] || echo "$failures failures"
    exit $((failures > 0))
}

skip() {
    echo "skipped: $*"
    exit 77
}

long_rounds() {
    [ -z "${NIGHTCUBE_LONG:-}" ] && echo "$1" || echo "$2"
}

long_seed() {
    echo "${LONG_SEED:-20260901}"
}

long_has_time() {
    [ -z "${LONG_SECONDS:-}" ] || [ $SECONDS -lt "$LONG_SECONDS" ]
}

at() {
    export NIGHTCUBE_NOW=$1
}

site() {
    export XDG_DATA_HOME=$home/$1
    export XDG_CONFIG_HOME=$home/$1/config
    base=$home/$1/nightcube
}

site_new() {
    site "$1"
    exits 0 setup
}

# As engines.bash has them for other engines.
site_copy() {
    cp -a "$home/$1" "$home/$2"
}

site_drop() {
    rm -rf "${home:?}/$1"
}

site_freeze() { :; }

dump_databases() {
    dump_files '' 'PRAGMA integrity_check;' | comparable
}

# What the three databases hold, in one go: a line `== NAME` and the dump of each, opened as $1 says, and what else is asked of it.
dump_files() {
    local name asked=''
    for name in primary archive star; do
        asked+=".print == $name"$'\n'".open $1 \"$(database $name)\""$'\n.dump\n'"${2:-}"$'\n'
    done
    sqlite3 -batch :memory: <<<"$asked"
}

# The lines of dumps in one order, each with the name behind `== ` that it came after. No two containers have the same name and
# bytes: what nightcube_Trail says of them is left out.
comparable() {
    LC_ALL=C sed -E '/^== /{ s///; h; d }
        s/[0-9a-f]{64}/HASH/g; s/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{16}/CONTAINER/g; G; s/\n/ @/' | LC_ALL=C sort
}

exits() {
    local expected=$1 code=0
    shift
    "$NIGHTCUBE" "$@" >"$home/out" 2>"$home/err" || code=$?
    if [ "$code" -ne "$expected" ]; then
        fail "exit code $code, expected $expected: nightcube $*"
        head -n 20 "$home/err" | sed 's/^/    /'
    fi
}

told() {
    grep -qF -e "$1" "$home/err" || {
        fail "error output does not say: $1"
        sed 's/^/    /' "$home/err" | head -n 20
    }
}

same() {
    [ "$2" = "$3" ] && return
    fail "$1"
    diff -u --label expected --label found <(printf '%s\n' "$2") <(printf '%s\n' "$3") | head -n 40 | sed 's/^/    /'
}

database() {
    case $1 in
    primary) echo "$base/BAMPrimaryImport.db" ;;
    archive) echo "$base/BAMArchive.db" ;;
    star) echo "$base/BAMStarSchema.db" ;;
    journal) echo "$base/state/journal.db" ;;
    *) echo "$1" ;;
    esac
}

sql() {
    sqlite3 -readonly "$(database "$1")" "$2"
}

contents() {
    dump_files --readonly | sha256sum
}

unchanged() {
    local before
    before=$(contents)
    exits "$@"
    [ "$before" = "$(contents)" ] || fail "changed a database: nightcube ${*:2}"
}

watch_memory() {
    local line
    while read -r line < <(grep VmHWM "/proc/$1/status" 2>/dev/null); do
        echo "$line" | tr -dc 0-9 >"$home/memory"
        sleep 0.05
    done
}
