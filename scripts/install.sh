#!/bin/sh
# install.sh install|uninstall PROGRAM: what `make install` and `make uninstall` do. PREFIX (/usr/local) is where the files
# are going to be, DESTDIR (empty) what stands before it while a package is made. Both walk the same list, so that nothing
# is left behind. Settings, databases and backups are never touched.
set -eu
action=$1
program=$2
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}$prefix
work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-install.XXXXXX")
trap 'rm -rf "$work"' EXIT

# list: mode, source and target below the prefix, a line each.
list() {
    echo "755 $program bin/nightcube"
    echo "644 $work/nightcube.1 share/man/man1/nightcube.1"
    echo "644 $work/nightcube-job.5 share/man/man5/nightcube-job.5"
    echo "644 $work/completion share/bash-completion/completions/nightcube"
    echo "644 README.md share/doc/nightcube/README.md"
    echo "644 LICENSE share/doc/nightcube/copyright"
    for file in config/schema/*.xsd; do
        echo "644 $file share/nightcube/schema/$(basename "$file")"
    done
    for file in config/examples/*.*; do
        [ "$file" = config/examples/README.md ] || echo "644 $file share/nightcube/examples/$(basename "$file")"
    done
    for file in config/examples/systemd/*.service config/examples/systemd/*.timer; do
        echo "644 $work/$(basename "$file") lib/systemd/system/$(basename "$file")"
    done
    echo "644 config/examples/systemd/nightcube.sysusers lib/sysusers.d/nightcube.conf"
    echo "644 $work/nightcube.tmpfiles lib/tmpfiles.d/nightcube.conf"
}

generate() {
    "$program" help man >"$work/nightcube.1"
    "$program" help man-job >"$work/nightcube-job.5"
    "$program" completion bash >"$work/completion"
    for file in config/examples/systemd/*.service config/examples/systemd/*.timer config/examples/systemd/*.tmpfiles; do
        sed "s|@BINDIR@|$prefix/bin|; s|@SHAREDIR@|$prefix/share/nightcube|" "$file" >"$work/$(basename "$file")"
    done
}

case $action in
install)
    generate
    list >"$work/list"
    while read -r mode source target; do
        install -D -m "$mode" "$source" "$root/$target"
    done <"$work/list"
    echo "installed below $root"
    ;;
uninstall)
    list >"$work/list"
    while read -r mode source target; do
        rm -f "$root/$target"
    done <"$work/list"
    # Folders that are ours alone; what somebody put there stays.
    for folder in share/nightcube/schema share/nightcube/examples share/nightcube share/doc/nightcube; do
        rmdir "$root/$folder" 2>/dev/null || :
    done
    echo "removed from $root"
    ;;
*)
    echo "usage: $0 install|uninstall PROGRAM" >&2
    exit 64
    ;;
esac
