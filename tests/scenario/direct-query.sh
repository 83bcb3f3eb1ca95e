# A cube in DirectQuery mode: the same answers, no facts in its files nor in its backup, and back from that with ProcessDefault.
. "$SOURCE/tests/scenario/story.bash"

# Every question of `ask` to both kinds of answers; the sample has no doubles whose sums could differ.
ask() {
    for question in "--rows Location,Progress --totals" "--rows Received.Year,Received.Month --columns OrderSize" \
        "--rows Progress.Stage1,Progress.Stage --part active" "--where Location=Seattle,OrderSize=Large" \
        "--rows Location --top 1 --order-by QuantityTotal" "--part completed" "--where Location=Nowhere" \
        "--rows Location --where Progress.Stage=Delivered --part active"; do
        echo "== $question"
        # shellcheck disable=SC2086
        "$NIGHTCUBE" --quiet query OrderCube $question --format csv 2>&1
    done
}

at 2026-09-01T02:00:00Z
site_new orders
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
exits 0 import "$SOURCE/config/examples/twelve-orders.csv"
exits 0 nightly
exits 0 show cubes
same "in memory" "memory" "$(awk '$1 == "OrderCube" { print $8 }' out)"
ask >memory
same "some of it is answered" 5 "$(grep -c '^Seattle,' memory)"

sed -i 's|<Analysis |<Analysis StorageMode="directquery" |' "$base/nightcube.xml"
at 2026-09-02T02:00:00Z
exits 0 nightly
exits 0 show cubes
same "in DirectQuery mode" "directquery 12" "$(awk '$1 == "OrderCube" { print $8, $9 }' out)"
same "no facts in its files" "cube.xml" "$(ls "$base/analysis/OrderCube")"
ask >direct
same "the same answers" "" "$(diff memory direct)"

# What is loaded counts at once, without processing.
echo '{"op":"begin","id":"999","data":{"City":"Tacoma","Quantity":5}}' >one.jsonl
exits 0 import one.jsonl --activity PurchaseOrder
exits 0 load
exits 0 query OrderCube --where Location=Tacoma --measures OrderCount --format csv
same "a fact is there once it is loaded" "1" "$(tail -n 1 out)"

# The backup holds metadata, and that is enough to come back.
exits 0 backup BAMAnalysis --to "file:$home/store" --file cubes.abf --no-encryption
exits 0 verify "$home/store/cubes.abf" --json
same "metadata alone" 0 "$(zstd -dc "$home/store/cubes.abf" | tar -t | grep -c '\.seg$')"
rm -r "$base/analysis"
exits 0 restore "$home/store/cubes.abf"
exits 0 query OrderCube --measures OrderCount --format csv
same "a restored cube answers from the star schema" "13" "$(tail -n 1 out)"

sed -i 's| StorageMode="directquery"||' "$base/nightcube.xml"
exits 0 process
exits 0 query OrderCube --measures OrderCount --format csv
same "back in memory" "13" "$(tail -n 1 out)"
same "with its facts" 1 "$(ls "$base/analysis/OrderCube" | grep -c '[0-9]\.seg$' | awk '{ print ($1 > 0) }')"
finish
