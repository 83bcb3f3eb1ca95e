# The drill: the set of the second night is restored, the night is run again, and all is as if nothing had happened.
. "$SOURCE/tests/scenario/story.bash"

# What the three databases and the cube hold, whatever the order in which tables were made and rows were put in.
held() {
    dump_files --readonly | comparable
    for part in completed active all; do
        exits 0 query OrderCube --rows Location,Received.Year,Received.Month,OrderSize,Progress --part $part --totals --format csv
        cat "$home/out"
    done
}
day() { # ID_FROM ID_TO DATE: orders of a day, every fifth of them not yet delivered
    awk -v from="$1" -v to="$2" -v date="$3" 'BEGIN { print "ActivityID,RecvTime,City,Quantity,Amount,ShipTime,DeliveryTime,IsComplete"
        for (i = from; i <= to; i++) {
            open = i % 5 == 0
            printf "o%d,%sT08:%02d:00Z,%s,%d,%d.25,%sT09:%02d:30Z,%s,%s\n", i, date, i % 60, i % 3 ? "Seattle" : "Zürich", i * 7 % 600,
                i, date, i % 60, open ? "" : date "T15:00:00Z", open ? "" : 1
        } }' >"day-$3.csv"
    exits 0 import "day-$3.csv"
}

site_new drill
at 2026-09-01T02:00:00Z
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
exits 0 set window PurchaseOrder 1 month
exits 0 import "$SOURCE/config/examples/twelve-orders.csv"
day 1 300 2026-08-31
exits 0 nightly
at 2026-11-01T02:00:00Z
day 301 500 2026-10-31
printf '%s\n' '{"op":"end","activity":"PurchaseOrder","id":"o5","data":{"DeliveryTime":"2026-10-31T20:00:00Z"}}' \
    '{"op":"continue","activity":"PurchaseOrder","id":"o10","token":"T10"}' \
    '{"op":"reference","activity":"PurchaseOrder","id":"o10","reference":{"name":"Invoice","data":"I-10"}}' >late.jsonl
exits 0 import late.jsonl
exits 0 nightly
same "the second night archived what the first had swapped out" "245 161 106" "$(
    sql archive 'SELECT count(*) FROM bam_PurchaseOrder_InstancesView') $(
    sql primary 'SELECT count(*) FROM bam_PurchaseOrder_CompletedInstances') $(
    sql primary 'SELECT count(*) FROM bam_PurchaseOrder_ActiveInstances')"
held >undisturbed

# Some days later everything is lost but the backups and the key.
at 2026-11-05T09:00:00Z
day 501 520 2026-11-04
sqlite3 -readonly "$(database primary)" .dump | sort >primary-3
exits 0 nightly
cp -r "$base" "$home/saved"
rm "$base"/*.db
rm -r "$base/analysis" "$base/state"

exits 0 restore --run 2
same "what is left to do is told" 1 "$(grep -c 'PurchaseOrder: 106 incomplete instances' out)"
same "the primary import is that of night 2, the archive that of night 1" "245 161 106 0" "$(
    sql primary 'SELECT count(*) FROM bam_PurchaseOrder_20260901T020000Z') $(
    sql primary 'SELECT count(*) FROM bam_PurchaseOrder_Completed') $(
    sql primary 'SELECT count(*) FROM bam_PurchaseOrder_ActiveInstances') $(
    sql archive "SELECT count(*) FROM sqlite_master WHERE name LIKE 'bam_PurchaseOrder_Instances_%'")"
same "the IDs that are online are gathered anew" 406 "$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_OnlineIDs')"
at 2026-11-01T02:00:00Z
exits 0 nightly
held >again
cmp undisturbed again || fail "not what the undisturbed night got: $(diff undisturbed again | head -n 10)"

# A set that is there is not replaced unasked.
before=$(contents)
exits 73 restore --run 2
same "untouched" "$before" "$(contents)"
exits 0 restore --run 2 --allow-overwrite
exits 0 nightly
held >again
cmp undisturbed again || fail "over the old ones: not what the undisturbed night got"

# By time, on a bare machine: a store and a key are enough.
site bare
exits 0 setup
exits 0 restore --as-of 2026-11-03T00:00:00Z --store "file:$home/saved/backups" --identity-file "$home/saved/recovery.txt" --allow-overwrite
same "the set of night 2" "245" "$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_20260901T020000Z')"

# Beside the old one under another name: the same tables, row for row, and the old one stays as it is.
site drill
key="--identity-file $home/saved/identity.txt"
of_night_3() { find "$home/saved/backups" -name "$1_[0-9]*-r3.abf"; }
unchanged 0 restore "$(of_night_3 PrimaryImport)" --database PrimaryImport --as Copy $key
sqlite3 -readonly "$base/Copy.db" .dump | sort >copy
cmp primary-3 copy || fail "the copy differs: $(diff primary-3 copy | head -n 10)"
unchanged 0 restore "$(of_night_3 StarSchema)" --as StarCopy $key
same "the star schema, row for row" "$(sqlite3 "$home/saved/BAMStarSchema.db" .dump | sort)" "$(sqlite3 "$base/StarCopy.db" .dump | sort)"
unchanged 0 restore "$(of_night_3 BAMAnalysis)" --to-connection "$home/cubes" $key
same "the cubes, byte for byte" "" "$(diff -r "$home/saved/analysis" "$home/cubes")"
unchanged 0 restore "$(of_night_3 PrimaryImport)" --only 'bam_PurchaseOrder_Active*' --as Part $key
same "some tables alone" "bam_PurchaseOrder_Active bam_PurchaseOrder_ActiveRelationships" "$(
    sqlite3 "$base/Part.db" "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1)")"
unchanged 0 restore "$(of_night_3 PrimaryImport)" --only PurchaseOrder --as OneActivity $key
tables_of() { sqlite3 "$base/$1.db" "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"; }
# The IDs that are online are gathered for a whole database, which writers need them in.
same "one activity with its partitions" "$(sqlite3 "$base/Copy.db" "SELECT name FROM sqlite_master WHERE type = 'table'
    AND name GLOB 'bam_PurchaseOrder_*' AND name <> 'bam_PurchaseOrder_OnlineIDs' ORDER BY 1")" "$(tables_of OneActivity)"
same "and the views over them" "$(sqlite3 "$base/Copy.db" 'SELECT count(*) FROM bam_PurchaseOrder_AllInstances')" \
    "$(sqlite3 "$base/OneActivity.db" 'SELECT count(*) FROM bam_PurchaseOrder_AllInstances')"
unchanged 0 restore "$(of_night_3 StarSchema)" --only OrderCube --as OneCube $key
same "one cube's facts and dimensions" "$(sqlite3 "$home/saved/BAMStarSchema.db" "SELECT name FROM sqlite_master WHERE type = 'table'
    AND name GLOB 'bam_OrderCube_*' ORDER BY 1")" "$(tables_of OneCube)"
unchanged 0 restore "$(of_night_3 BAMAnalysis)" --only OrderCube --to-connection "$home/one-cube" $key
same "one cube" "" "$(diff -r "$home/saved/analysis/OrderCube" "$home/one-cube/OrderCube")"
unchanged 65 restore "$(of_night_3 PrimaryImport)" --only PurchaseOrders --as None $key
told "nothing in the container is called 'PurchaseOrders'"
finish
