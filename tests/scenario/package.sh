# The Debian package on a machine: it installs, brings the first night in four commands more, and goes again without a
# trace but the data. The machine is a thin layer over this one, taken away afterwards.
set -eu
[ "$(id -u)" = 0 ] || { echo "skipped: not root"; exit 77; }
for program in dpkg-deb readelf unshare runuser systemd-sysusers systemd-tmpfiles; do
    command -v $program >/dev/null || { echo "skipped: no $program"; exit 77; }
done
unshare -m true 2>/dev/null || { echo "skipped: no mounts of one's own"; exit 77; }

mkdir layer
"$SOURCE/scripts/make-deb.sh" "$NIGHTCUBE" "$PWD/deb" >/dev/null
cp "$SOURCE/config/examples/twelve-orders.csv" deb
cp "$SOURCE/config/examples/purchase-order.xml" deb/orders.xml
chmod -R a+rX deb

cat >inside.sh <<'END'
set -eu
cd /tmp
cp /mnt/orders.xml .
chmod a+r orders.xml
dpkg --no-triggers -i /mnt/nightcube_*.deb >/dev/null 2>&1 || { dpkg --no-triggers -i /mnt/nightcube_*.deb; exit 1; }
as() { runuser -u nightcube -- env -i PATH=/usr/bin:/bin "$@"; }

# The commands of README's "Every night by itself"; the timer's start is that of its service.
sed -n '/^## Every night/,/^## Restore/s/^    sudo \(.*\)/\1/p' /usr/share/doc/nightcube/README.md | sed 's/  *#.*//' >commands
[ "$(wc -l <commands)" -eq 4 ]
while read -r line; do
    case $line in
    '-u nightcube '*) as ${line#-u nightcube } >/dev/null ;;
    'systemctl enable --now nightcube@nightly.timer')
        as nightcube import /mnt/twelve-orders.csv >/dev/null
        as $(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/nightcube@.service | sed 's/%i/nightly/') >/dev/null
        ;;
    *) echo "what is: $line"; exit 1 ;;
    esac
done <commands
as nightcube doctor || [ $? -eq 1 ]
[ "$(stat -c %U:%a /etc/nightcube/identity.txt)" = nightcube:600 ]
[ "$(stat -c %U:%a /var/lib/nightcube)" = nightcube:700 ]
ls /var/backups/nightcube/PrimaryImport_*.abf >/dev/null
man -w nightcube >/dev/null 2>&1 || [ -s /usr/share/man/man1/nightcube.1.gz ]

# A new version leaves the settings alone.
before=$(sha256sum </etc/nightcube/nightcube.xml)
dpkg --no-triggers -i /mnt/nightcube_*.deb >/dev/null 2>&1
[ "$before" = "$(sha256sum </etc/nightcube/nightcube.xml)" ]

dpkg -L nightcube | grep nightcube >installed
dpkg --no-triggers -P nightcube >/dev/null 2>&1
left=$(xargs ls -d <installed 2>/dev/null || :)
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
ls /var/lib/nightcube/BAMPrimaryImport.db /etc/nightcube/nightcube.xml >/dev/null
END

unshare -m sh -eu -c '
    mount -t tmpfs -o size=1g none layer
    mkdir layer/upper layer/work layer/root
    mount -t overlay overlay -o lowerdir=/,upperdir=layer/upper,workdir=layer/work layer/root || exit 77
    mount --bind deb layer/root/mnt
    mount -t proc none layer/root/proc
    mount -t tmpfs none layer/root/run
    cp inside.sh layer/root/inside.sh
    # What this machine has of its own is not there.
    rm -rf layer/root/etc/nightcube layer/root/var/lib/nightcube layer/root/var/backups/nightcube
    chroot layer/root sh /inside.sh
' || exit $?
