# A backup, a copy, a retention and a change of keys that are killed or run out of disk: no store shows half of anything, and
# the same command, given again, brings it to where nothing was ever disturbed.
. "$SOURCE/tests/scenario/story.bash"
. "$SOURCE/tests/fault/points.bash"

at 2026-09-01T01:00:00Z
site_new base
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
exits 0 set window PurchaseOrder 2 day
sed -i 's|</Backup>|<Keep Daily="1"/></Backup>|' "$base/nightcube.xml"
grep -q '<Keep' "$base/nightcube.xml" || fail "no rule of retention"
for day in 01 02 03 04; do
    at "2026-09-${day}T01:00:00Z"
    printf 'ActivityID,RecvTime,City,Quantity,IsComplete\n%s,2026-09-%sT00:01:00Z,Seattle,%s,1\n' "$day" $day $day >orders.csv
    exits 0 import "$home/orders.csv" --activity PurchaseOrder
    at "2026-09-${day}T02:00:00Z"
    exits 0 nightly
done
at 2026-09-05T09:00:00Z
exits 0 key generate --output "$home/new.txt"
recipient=$(sed -n 's/^# public key: //p' new.txt)
export recipient
seconds() { "$NIGHTCUBE" list --all --json "$@" 2>/dev/null | sed 's/"\(verified\|bytes\)":[^,}]*,\?//g' | LC_ALL=C sort; }
export -f seconds

# What a store shows, whole: each backup in it verifies.
verifies() { # [STORE] [IDENTITY]
    local store=${1:-file:$base/backups} key=${2:-$base/identity.txt}

    "$NIGHTCUBE" list --json --store "$store" 2>/dev/null | sed 's/.*"container":"\([^"]*\)".*/\1/' >shown
    # shellcheck disable=SC2046
    [ ! -s shown ] || "$NIGHTCUBE" verify $(cat shown) --store "$store" --identity-file "$key" >verified 2>&1 || cat verified
}
export -f verifies
# Of the changes of names one in so many; all of them in make test-long.
every() { boundaries 'link|rename|unlink' | awk -v step="$(long_rounds "$1" 1)" 'NR % step == 0'; }
lists() { seconds && seconds --store "file:$XDG_DATA_HOME/second"; }
export -f lists

# A backup given again is one more backup: the databases are as they were, and what the store shows is right.
act() { "$NIGHTCUBE" backup PrimaryImport BAMAnalysis --full; }
story backup base
strike_all kill:%d 137 < <(every 24 | head -n 6; spread 3 "$(total calls)")
strike_all full:%d+ "74 0" < <(spread 3 "$(total writes)")

# Listings are compared from here on.
holdings() { lists && verifies; }
act() { "$NIGHTCUBE" prune; }
story prune base
grep -q '"removed":true' prune.reference || fail "nothing was pruned"
strike_all kill:%d 137 < <(every 16; spread 2 "$(total calls)")
strike_all full:%d+ "74 0" < <(spread 2 "$(total writes)")

act() { "$NIGHTCUBE" copy --to "file:$XDG_DATA_HOME/second"; }
holdings() { lists && verifies "file:$XDG_DATA_HOME/second"; }
story copy base
strike_all kill:%d 137 < <(every 24; spread 2 "$(total calls)")
strike_all full:%d+ "74 0" < <(spread 2 "$(total writes)")

# Which key opens it is no matter of listings: afterwards the new one opens all of it.
act() { "$NIGHTCUBE" key rewrap --all --identity-file "$XDG_DATA_HOME/nightcube/identity.txt" --identity-file "$home/new.txt" --recipient "$recipient"; }
holdings() { lists && verifies "file:$base/backups" "$home/new.txt"; }
litter() { :; }
export home
story rewrap base
strike_all kill:%d 137 < <(every 16; spread 2 "$(total calls)")
strike_all full:%d+ "74 0" < <(spread 2 "$(total writes)")

# The same over a network, killed at any moment.
emulators=${NIGHTCUBE_EMULATORS:-$SOURCE/build/emulators}/node_modules/.bin
if [ -x "$emulators/s3rver" ]; then
    port=$((20000 + $$ % 10000))
    mkdir s3
    "$emulators/s3rver" -d s3 -p $port -a 127.0.0.1 --silent --configure-bucket backups >s3.log 2>&1 &
    trap 'kill %1 2>/dev/null' EXIT
    for _ in $(seq 100); do
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
        sleep 0.1
    done
    export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER AWS_ENDPOINT_URL=http://127.0.0.1:$port
    # S3 never adds a part of an object (docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html); s3rver keeps what came of an
    # upload that was cut, without the checksum that it writes behind a whole one.
    drop_cut_uploads() {
        [ ! -d "$home/s3/backups/$1" ] || find "$home/s3/backups/$1" -name '*._S3rver_object' | while read -r object; do
            [ -f "$object.md5" ] || rm "$object"
        done
    }
    export -f drop_cut_uploads
    act() {
        drop_cut_uploads "${XDG_DATA_HOME##*/}"
        "$NIGHTCUBE" copy --quiet --to "s3:backups/${XDG_DATA_HOME##*/}"
    }
    holdings() { seconds --store "s3:backups/${XDG_DATA_HOME##*/}" && verifies "s3:backups/${XDG_DATA_HOME##*/}"; }
    story upload base
    strike_some 3 200 'after:%d' '137 0' "$(total micros)"
fi

checked
finish
