#!/bin/sh
# install-deps.sh run|test|coverage|analysis|browser: installs the Debian packages that building and running (run), the tests
# (test), `make coverage` (coverage), the other eyes of tests/README.md and `make fuzz` (analysis) and the tests in a browser
# (browser) need.
# Does nothing, quickly, when all are there. Needs root or `sudo -n`; otherwise prints the command to run and exits 69.
set -eu

libraries='odbc libxml-2.0 libarchive libcrypto libcurl jansson libxxhash'
packages='gcc libc6-dev make pkg-config unixodbc-dev libsqliteodbc odbcinst libxml2-dev libarchive-dev libssl-dev
    libcurl4-openssl-dev libjansson-dev libxxhash-dev tzdata'
test_packages='libcunit1-dev age zstd sqlite3 libxml2-utils postgresql odbc-postgresql mariadb-server odbc-mariadb'
coverage_packages='gcovr'
analysis_packages='clang libclang-rt-dev clang-tidy-14 cppcheck valgrind musl-tools'
browser_packages='chromium fonts-dejavu-core poppler-utils'

case ${1-} in
run) ;;
test) packages="$packages $test_packages" ;;
coverage) packages="$packages $test_packages $coverage_packages" ;;
analysis) packages="$packages $test_packages $analysis_packages" ;;
browser) packages="$packages $browser_packages" ;;
*)
    echo "usage: $0 run|test|coverage|analysis|browser" >&2
    exit 64
    ;;
esac

unavailable() {
    echo "$1" >&2
    exit 69
}

# Runs a command as root, or fails without asking for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_be_root() {
    [ "$(id -u)" -eq 0 ] || { command -v sudo && sudo -n true; } >/dev/null 2>&1
}

missing_packages() {
    for package in $packages; do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
        'install ok installed') ;;
        *) printf ' %s' "$package" ;;
        esac
    done
}

# The database servers are wanted for their programs: the tests start their own, so installing starts none
# (policy-rc.d, invoke-rc.d(8)). A policy that is there already is left as it is.
policy=/usr/sbin/policy-rc.d
policy_is_ours=''
start_no_services() {
    [ ! -e $policy ] || return 0
    policy_is_ours=yes
    trap allow_services EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod +x $policy
}

allow_services() {
    [ -n "$policy_is_ours" ] || return 0
    policy_is_ours=''
    as_root rm -f $policy
}

# Package lists may be old, or missing in a fresh image: they are fetched when installing fails without.
install() {
    set -- env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends "$@"
    as_root "$@" >/dev/null 2>&1 || {
        as_root apt-get -qq -o DPkg::Lock::Timeout=300 update && as_root "$@"
    } >&2 || unavailable "cannot install the packages; by hand: apt-get update && apt-get install$missing"
}

if command -v dpkg-query >/dev/null 2>&1; then
    missing=$(missing_packages)
    if [ -n "$missing" ]; then
        can_be_root || unavailable "needs packages; as root: apt-get update && apt-get install --no-install-recommends$missing"
        echo "installing$missing"
        start_no_services
        # shellcheck disable=SC2086 # one word a package
        install $missing
        allow_services
    fi
elif ! pkg-config --exists "$libraries" 2>/dev/null; then
    unavailable "not a Debian system: install by hand what corresponds to:$(printf ' %s' $packages)"
fi

# The SQLite driver's package registers it; when somebody took the entry out, it is put back.
if ! odbcinst -q -d -n SQLite3 >/dev/null 2>&1; then
    can_be_root || unavailable "the ODBC driver SQLite3 is not registered; as root: dpkg-reconfigure libsqliteodbc"
    entry=$(mktemp)
    trap 'rm -f "$entry"' EXIT
    printf '[SQLite3]\nDescription=SQLite3 ODBC Driver\nDriver=libsqlite3odbc.so\nSetup=libsqlite3odbc.so\n' >"$entry"
    as_root odbcinst -i -d -f "$entry" >/dev/null || unavailable "cannot register the ODBC driver SQLite3"
fi
