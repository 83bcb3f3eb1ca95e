# make install puts everything in its place, what is installed works, make uninstall takes all of it away; the Debian
# package holds the same and its program says that all is well.
set -eu
here=$PWD
place=$here/root
export PREFIX=/opt/nc DESTDIR=$place

"$SOURCE/scripts/install.sh" install "$NIGHTCUBE"
installed=$place/opt/nc
for file in bin/nightcube share/man/man1/nightcube.1 share/man/man5/nightcube-job.5 \
    share/bash-completion/completions/nightcube lib/systemd/system/nightcube@.timer lib/sysusers.d/nightcube.conf \
    share/nightcube/schema/job.xsd share/nightcube/examples/nightly.xml; do
    [ -s "$installed/$file" ] || { echo "missing: $file"; exit 1; }
done
grep -q '^ExecStart=/opt/nc/bin/nightcube ' "$installed/lib/systemd/system/nightcube@.service"
grep -q ' /opt/nc/share/nightcube/examples/system.xml$' "$installed/lib/tmpfiles.d/nightcube.conf"
"$installed/bin/nightcube" help man | cmp - "$installed/share/man/man1/nightcube.1"
bash -n "$installed/share/bash-completion/completions/nightcube"

touch "$installed/share/nightcube/mine"
"$SOURCE/scripts/install.sh" uninstall "$NIGHTCUBE"
left=$(cd "$place" && find . -type f)
[ "$left" = ./opt/nc/share/nightcube/mine ] || { echo "left behind: $left"; exit 1; }
unset PREFIX DESTDIR

command -v dpkg-deb >/dev/null && command -v readelf >/dev/null || exit 77
package=$("$SOURCE/scripts/make-deb.sh" "$NIGHTCUBE" "$here/deb")
dpkg-deb --info "$package" | grep -q 'Depends: .*libarchive13.*libsqliteodbc'
dpkg-deb --contents "$package" | awk '{ print $2 }' | sort -u | grep -qx root/root
dpkg-deb -x "$package" "$here/package"
dpkg-deb -e "$package" "$here/control"
for script in "$here"/control/p*; do
    sh -n "$script"
done
"$here/package/usr/bin/nightcube" setup >/dev/null
"$here/package/usr/bin/nightcube" doctor || [ $? -eq 1 ]
