# A call for memory gets none, once or from then on: one clear error and exit code 70, or a way that needs less (code 0), and the
# same command brings the databases to where nothing was ever disturbed. Nothing breaks: no signal ends the program.
. "$SOURCE/tests/scenario/story.bash"
. "$SOURCE/tests/fault/points.bash"

# The heavy part: whole nights, an import, a restore.
if [ "$(long_rounds 0 1)" -eq 1 ]; then
    night_before

    act() { "$NIGHTCUBE" nightly; }
    story night base
    strike_all memory:%d "0 70" < <(spread 24 "$(total allocations)")
    strike_all memory:%d+ "0 70" < <(spread 8 "$(total allocations)")

    act() { "$NIGHTCUBE" import "$home/late.jsonl"; }
    story import deployed
    strike_all memory:%d "0 70" < <(spread 8 "$(total allocations)")

    site base
    exits 0 nightly
    act() { "$NIGHTCUBE" restore --run 2 --allow-overwrite; }
    story restore base
    strike_all memory:%d "0 70" < <(spread 8 "$(total allocations)")
else
    at 2026-09-01T02:00:00Z
    site_new base
    exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
    exits 0 import "$SOURCE/config/examples/twelve-orders.csv"
    exits 0 nightly
fi
site base

# What only reads: the same answer, or one error and none.
reads() {
    local number code total
    "$NIGHTCUBE" "$@" >reference 2>err || fail "$*: ended with $? undisturbed"
    LD_PRELOAD=$shim NIGHTCUBE_FAULT=trace NIGHTCUBE_FAULT_LOG=$home/reads.trace "$NIGHTCUBE" "$@" >out 2>err
    story=reads total=$(awk '$2 == "allocations" { print $3 }' reads.trace)
    for number in $(spread 4 "$total"); do
        echo "$* memory:$number" >>struck
        code=0
        LD_PRELOAD=$shim NIGHTCUBE_FAULT=memory:$number "$NIGHTCUBE" "$@" >out 2>err || code=$?
        case $code in
        0) cmp -s reference out || fail "$* memory:$number: another answer" ;;
        70) [ "$(grep -c '^error: ' err)" -eq 1 ] || fail "$* memory:$number: is not told in one line: $(cat err)" ;;
        *) fail "$* memory:$number: ended with $code: $(cat err)" ;;
        esac
    done
    echo "reads $*: $total calls for memory"
}

reads query OrderCube --rows Location --columns Progress --totals
reads query OrderCube --rows Received.Month --order-by QuantityTotal --top 3 --format json
reads show partitions
reads show cubes --design
reads show definition
reads nightly --plan
reads status --json
reads history
reads list
reads show levels
reads help nightly
checked
finish
