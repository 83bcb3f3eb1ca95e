# The same night in other worlds: time zones, languages, masks, accounts, homes and names of places. Everywhere the databases
# hold the same and the cube answers the same, byte for byte.
. "$SOURCE/tests/scenario/story.bash"

at 2026-11-01T06:30:00Z # the hour that New York has twice
examples=$SOURCE/config/examples

# A night's work in the installation that XDG_DATA_HOME or HOME names; prints what came of it.
cat >night.sh <<'END'
set -eu
"$NIGHTCUBE" --quiet setup >/dev/null
"$NIGHTCUBE" --quiet deploy "$1/purchase-order.xml" --no-backup >/dev/null
"$NIGHTCUBE" --quiet import "$1/twelve-orders.csv" >/dev/null
"$NIGHTCUBE" --quiet nightly >/dev/null
"$NIGHTCUBE" --quiet query OrderCube --rows Location,Received.Day --columns Progress --format csv
"$NIGHTCUBE" --quiet show partitions --json
"$NIGHTCUBE" --quiet verify --sample 3 >/dev/null
"$NIGHTCUBE" --quiet report --output "${XDG_DATA_HOME:-$HOME}/night.html"
END

# world NAME [ENVIRONMENT..]: the night there, against the first one.
world() {
    local name=$1
    shift
    mkdir -p "$home/$name"
    env XDG_DATA_HOME="$home/$name" "$@" sh night.sh "$examples" >"$name.out" 2>"$name.err" || {
        fail "$name: the night failed"
        head -n 5 "$name.err"
    }
    site "$name"
    if [ "$name" = home ]; then
        wanted=$(contents)
        return
    fi
    same "$name: answers" "$(cat home.out)" "$(cat "$name.out")"
    same "$name: databases" "$wanted" "$(contents)"
}

world home TZ=UTC LC_ALL=C.UTF-8
[ -s home.out ] || fail "nothing came of the first night"
for zone in $(long_rounds America/New_York 'America/New_York Asia/Kolkata'); do
    world "zone-${zone#*/}" TZ=$zone
done
for language in $(long_rounds tr_TR.UTF-8 'C POSIX tr_TR.UTF-8 de_DE.UTF-8 nonsense'); do
    world "language-$language" LC_ALL=$language LANG=$language
done
world "a place with blanks, äöü and 数" TZ=UTC

# Nobody else reads what a night leaves, whatever the mask.
umask 000
world open-mask TZ=Asia/Kolkata LC_ALL=de_DE.UTF-8
same "open mask: for the owner alone" "" "$(find "$home/open-mask" -type f -perm /077 ! -name night.html)"
umask 077
world closed-mask TZ=UTC LC_ALL=C
umask 022

# Without a home there is no default place, and that is said; a settings file is enough.
mkdir nowhere
cd nowhere
env -u HOME -u XDG_DATA_HOME -u XDG_CONFIG_HOME "$NIGHTCUBE" show activities >"$home/out" 2>"$home/err" && fail "a home from nowhere"
told "hint: "
cd ..
site home
env -u HOME -u XDG_DATA_HOME -u XDG_CONFIG_HOME "$NIGHTCUBE" --quiet --config "$base/nightcube.xml" show activities >out 2>err ||
    fail "no home, but settings"
grep -q PurchaseOrder out || fail "no home, but settings: nothing shown"

# Another account: its own home works, a home it may not write to is refused with the place named.
if [ "$(id -u)" = 0 ] && command -v runuser >/dev/null; then
    work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-nobody.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    cp "$NIGHTCUBE" night.sh "$examples/purchase-order.xml" "$examples/twelve-orders.csv" "$work"
    mkdir "$work/home" "$work/locked"
    chown nobody "$work/home"
    chmod 755 "$work" "$work/nightcube" "$work/locked"
    chmod 644 "$work"/*.*
    as() { runuser -u nobody -- env -u XDG_DATA_HOME -u XDG_CONFIG_HOME NIGHTCUBE="$work/nightcube" "$@"; }
    (cd "$work" && as HOME="$work/home" sh night.sh .) >out 2>err || fail "an account without rights: $(cat err)"
    same "another account: answers" "$(cat home.out)" "$(cat out)"
    (cd "$work" && as HOME="$work/locked" "$work/nightcube" setup) >out 2>err
    same "a home that is locked" 77 $?
    told "$work/locked"

    # An archive that may only be read: nothing is dropped, and what the error says mends it.
    cp -a "$work/home" "$work/reader"
    own=$work/reader/.local/share/nightcube
    dropped() { sqlite3 -readonly "$own/BAMPrimaryImport.db" 'SELECT count(*) FROM bam_Metadata_Partitions WHERE ArchivedTime IS NOT NULL'; }
    at 2027-11-01T02:00:00Z
    chmod 444 "$own/BAMArchive.db"
    (cd "$work" && as HOME="$work/reader" "$work/nightcube" --quiet maintain) >out 2>err
    same "an archive that may only be read: exit code, dropped" "77 0" "$? $(dropped)"
    told "Archive: attempt to write a readonly database"
    told "its -wal and -shm beside it"
    chmod 644 "$own"/BAMArchive.db*
    (cd "$work" && as HOME="$work/reader" "$work/nightcube" --quiet maintain) >out 2>err || fail "an archive that is mended: $(cat err)"
    same "an archive that is mended: dropped" 1 "$(dropped)"

    # A store that may be added to but not deleted from: what has had its time is retained, which is no failure.
    own=$work/home/.local/share/nightcube
    sed -i 's|<Backup \([^>]*\)>|<Backup \1><Keep Daily="1"/>|' "$own/nightcube.xml"
    chown root "$own/backups" "$own"/backups/*.abf
    chmod 1777 "$own/backups"
    for day in 02 03; do
        at 2026-11-${day}T02:00:00Z
        (cd "$work" && as HOME="$work/home" "$work/nightcube" --quiet nightly) >out 2>err || fail "adding only: $(cat err)"
    done
    (cd "$work" && as HOME="$work/home" "$work/nightcube" prune) >out 2>err || fail "prune: $(cat err)"
    told "is retained"
    grep -q 'the store does not let it go' out || fail "prune does not say what is retained"

    # A store that may only be read, as one on a disk that is put away: what is right in it is right.
    chown -R root "$own/backups"
    chmod -R u+w,go+rX,go-w "$own/backups"
    (cd "$work" && as HOME="$work/home" "$work/nightcube" verify --sample 2) >out 2>err || fail "verify, reading only: $(cat err)"
    same "verified, reading only" 2 "$(grep -c ' right ' out)"
    told "does not get to know it"
    (cd "$work" && as HOME="$work/home" "$work/nightcube" key check) >out 2>err || fail "key check, reading only: $(cat err)"
    (cd "$work" && as HOME="$work/home" "$work/nightcube" drill) >out 2>err
    same "a drill that cannot be recorded" 77 $?
    grep -q ' right ' out || fail "a drill that cannot be recorded does not tell what it found"
fi
finish
