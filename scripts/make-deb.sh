#!/bin/sh
# make-deb.sh PROGRAM DIRECTORY: makes nightcube_<version>_<architecture>.deb in the directory. What the program is linked
# with, or loads, becomes what the package depends on.
set -eu
program=$1
directory=$2
cd "$(dirname "$0")/.."
version=$(sed -n 's/^#define PROGRAM_VERSION "\(.*\)"$/\1/p' etl/command/version.h)
architecture=$(dpkg --print-architecture)
mkdir -p "$directory"
package=$directory/nightcube_${version}_$architecture.deb
tree=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-deb.XXXXXX")
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"

# The packages that own the libraries which the program names itself. dpkg knows a file by one of its paths only, and is
# asked once: it reads all its lists each time.
depends() {
    ldd "$program" >"$tree/ldd"
    readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | while read -r library; do
        path=$(awk -v name="$library" '$1 == name { print $3 }' "$tree/ldd")
        [ -z "$path" ] || printf '%s\n' "$path" "$(readlink -f "$path")" "${path#/usr}" "/usr$path"
    done | sort -u >"$tree/paths"
    sed -n 's|^#define LIBCURL_FILE "\(.*\)".*|*/\1|p' backup/store/libcurl.h >>"$tree/paths"
    xargs dpkg-query -S <"$tree/paths" 2>/dev/null | cut -d: -f1 | sort -u | paste -s -d, | sed 's/,/, /g'
    rm "$tree/ldd" "$tree/paths"
}

needed=$(depends)
DESTDIR=$tree PREFIX=/usr scripts/install.sh install "$program" >/dev/null
gzip -9n "$tree/usr/share/man/man1/nightcube.1" "$tree/usr/share/man/man5/nightcube-job.5"
strip --strip-unneeded "$tree/usr/bin/nightcube"
mkdir -m 755 "$tree/DEBIAN"
cat >"$tree/DEBIAN/control" <<END
Package: nightcube
Version: $version
Architecture: $architecture
Maintainer: The nightcube authors <nightcube@localhost>
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Depends: $needed, libsqliteodbc, odbcinst
Recommends: tzdata, age
Suggests: odbc-postgresql, odbc-mariadb, tdsodbc
Section: database
Priority: optional
Description: keeps business-activity (BAM) databases healthy at night
 Partitions, archives and drops completed activity instances, loads a star
 schema, processes cubes and backs everything up, encrypted, in an order that
 cannot lose a row; restores any of it. Takes over BizTalk BAM installations.
END
cat >"$tree/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    if command -v systemd-sysusers >/dev/null && command -v systemd-tmpfiles >/dev/null; then
        systemd-sysusers /usr/lib/sysusers.d/nightcube.conf || :
        systemd-tmpfiles --create /usr/lib/tmpfiles.d/nightcube.conf || :
    fi
    [ ! -d /run/systemd/system ] || systemctl daemon-reload || :
fi
END
# Databases, backups and keys stay, also when the package is purged.
cat >"$tree/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl stop 'nightcube@*.timer' || :
fi
END
cat >"$tree/DEBIAN/postrm" <<'END'
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || :
fi
END
chmod 755 "$tree/DEBIAN/postinst" "$tree/DEBIAN/prerm" "$tree/DEBIAN/postrm"
dpkg-deb --root-owner-group --build "$tree" "$package" >/dev/null
echo "$package"
