#!/bin/sh
# A night of work on sample data: purchase orders of eight months are imported, two nights run with the clock
# moved between them, and what they backed up is restored elsewhere and compared. All lies below build/demo,
# made anew each time.
set -eu

cd "$(dirname "$0")/.."
place=${1:-build/demo}
orders=${ORDERS:-20000}
unset NIGHTCUBE_CONFIG

rm -rf "$place"
mkdir -p "$place"
place=$(cd "$place" && pwd)
XDG_DATA_HOME=$place/data
export XDG_DATA_HOME

# The clock is fixed so that eight months fit into a minute; see `nightcube help`, NIGHTCUBE_NOW.
at() {
    NIGHTCUBE_NOW=$1
    export NIGHTCUBE_NOW
}

title() {
    printf '\n== %s\n' "$1"
}

say() {
    printf '\n$ nightcube %s\n' "$*"
    ./nightcube --quiet "$@"
}

title 'Set up: databases, keys, settings (SQLite, no server needed)'
at 2026-09-01T02:00:00Z
say setup

title 'Deploy an activity with a view and a cube'
say deploy config/examples/purchase-order.xml --no-backup
say set window PurchaseOrder 1 month

title "Import twelve orders from a CSV file, then $orders more as events"
say import config/examples/twelve-orders.csv
scripts/generate-orders.sh "$orders" >"$place/orders.jsonl"
say import "$place/orders.jsonl"

title 'The first night: completed orders become a partition, the cube is built, all is backed up'
say nightly
say show partitions

title 'The second night, two months later: the partition has left the online window'
at 2026-11-01T02:00:00Z
say nightly
say show partitions

title 'Orders by city and progress'
say query OrderCube --rows Location --columns Progress --measures OrderCount,QuantityTotal --totals

title 'Orders by month and size'
say query OrderCube --rows Received.Year,Received.Month --columns OrderSize --measures OrderCount

title 'The backups'
say list

title 'The nights as a page'
say report --output "$place/night.html" --index

title 'Proof: all is backed up, restored elsewhere and backed up again; the tables are equal'
sed -e 's/BAM\([A-Za-z]*\)\.db/Restored\1.db/' -e 's/Directory="analysis"/Directory="RestoredAnalysis"/' \
    "$XDG_DATA_HOME/nightcube/nightcube.xml" >"$XDG_DATA_HOME/nightcube/elsewhere.xml"
tables=0
for database in PrimaryImport Archive StarSchema; do
    say backup "$database" --to "file:$place/proof" --file "$database.abf" >/dev/null
    say restore "$place/proof/$database.abf" --database "$database" --as "Restored$database"
    ./nightcube --quiet --config "$XDG_DATA_HOME/nightcube/elsewhere.xml" backup "$database" \
        --to "file:$place/proof" --file "$database-again.abf" >/dev/null
    for file in "$database" "$database-again"; do
        ./nightcube --quiet verify "$place/proof/$file.abf" --tables >"$place/proof/$file.txt"
    done
    if ! cmp "$place/proof/$database.txt" "$place/proof/$database-again.txt"; then
        echo "demo: the restored $database differs" >&2
        exit 65
    fi
    tables=$((tables + $(wc -l <"$place/proof/$database.txt") - 1))
done
say backup BAMAnalysis --to "file:$place/proof" --file cubes.abf >/dev/null
say restore "$place/proof/cubes.abf" --database BAMAnalysis --as RestoredAnalysis
for settings in nightcube elsewhere; do
    ./nightcube --quiet --config "$XDG_DATA_HOME/nightcube/$settings.xml" query OrderCube \
        --rows Location,Received.Month --columns Progress --format csv >"$place/proof/$settings.csv"
done
cmp "$place/proof/nightcube.csv" "$place/proof/elsewhere.csv"
printf '\n%s tables with equal rows and checksums, and a cube with equal answers, restored beside the live ones.\n' \
    "$tables"

title 'Done'
printf 'Everything lies in %s; open night.html there in a browser.\nGo on with: export XDG_DATA_HOME=%s; ./nightcube help\n' \
    "$place" "$XDG_DATA_HOME"
