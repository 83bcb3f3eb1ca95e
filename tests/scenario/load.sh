# A large house through two whole nights: 100 activities, one of them with 1,000 checkpoints, 5,000 live partitions of another, 20
# million rows of it, half of them in those partitions and half new. Counts, sums and answers are right, what has left the window is
# dropped and nothing else, no step takes more memory than is stated, and nothing is left lying. What it took goes to standard output.
# Small in make test; LOAD_ROWS, LOAD_PARTITIONS, LOAD_ACTIVITIES and LOAD_CHECKPOINTS choose.
. "$SOURCE/tests/scenario/story.bash"

part=1 # with LONG_SECONDS a part of it, which a quiet machine does in that time
[ -z "${LONG_SECONDS:-}" ] || part=$((LONG_SECONDS < 3600 ? 3600 / LONG_SECONDS : 1))
rows=${LOAD_ROWS:-$(long_rounds 1000 $((20000000 / part)))}
partitions=${LOAD_PARTITIONS:-$(long_rounds 10 $((5000 / part + 10)))}
activities=${LOAD_ACTIVITIES:-$(long_rounds 4 100)}
checkpoints=${LOAD_CHECKPOINTS:-$(long_rounds 30 1000)}
each=$((rows / 2 / partitions)) # rows of a partition
history=$((each * partitions))

# measured WHAT MiB ARGUMENTS..: runs the program, notes seconds and peak memory: so much at the most beyond `known`, what it takes to
# know the tables of the house without reading a row.
known=0
measured() {
    local what=$1 bound=$(($2 + known)) began=$EPOCHREALTIME code=0 process
    shift 2
    "$NIGHTCUBE" "$@" >out 2>err &
    process=$!
    watch_memory $process
    wait $process || code=$?
    [ $code -eq 0 ] || fail "$what: exit code $code: $(head -n 5 err)"
    awk -v what="$what" -v began="$began" -v ended="$EPOCHREALTIME" -v kib="$(cat memory)" -v bound="$bound" 'BEGIN {
        printf "%-40s %8.1f s %6.0f MiB\n", what, ended - began, kib / 1024
        exit kib > bound * 1024 }' || fail "$what: more than $bound MiB"
}

# orders FIRST COUNT: completed orders as a wide CSV, and what they add up to by city in the file `added`.
orders() {
    awk -v first="$1" -v count="$2" '
        BEGIN {
            split("Seattle Redmond Bellevue Tacoma Spokane Everett Olympia Renton", city, " ")
            print "ActivityID,RecvTime,City,Quantity,Amount,ShipTime,DeliveryTime,IsComplete"
            for (i = first; i < first + count; i++) {
                quantity = 1 + (i * 7919) % 500
                name = city[1 + i % 8]
                day = sprintf("2026-%02d-%02dT%02d:", 1 + i % 8, 1 + int(i / 8) % 28, int(i / 224) % 22)
                printf "PO-%08d,%s00:00Z,%s,%d,%d.5,%s10:30Z,%s59:59Z,1\n", i, day, name, quantity, quantity * 3, day, day
                orders[name]++
                sum[name] += quantity
            }
            for (name in orders)
                print name "," orders[name] "," sum[name] >>"added"
        }'
}

# The other activities, each with a view and a cube of all it has: one of many checkpoints, the others of five.
others() {
    awk -v activities="$activities" -v checkpoints="$checkpoints" '
        function count(a) { return a == 1 ? checkpoints : 5 }
        function type(c) { return c == 1 ? "DATETIME" : c % 3 == 0 ? "INT" : c % 3 == 1 ? "FLOAT" : "NVARCHAR\" DataLength=\"20" }
        function element(what, name, rest) { printf "<%s Name=\"%s\" ID=\"%s\"%s\n", what, name, name, rest }
        BEGIN {
            print "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">"
            for (a = 1; a < activities; a++) {
                element("Activity", "Other" a, ">")
                for (c = 1; c <= count(a); c++)
                    printf "<Checkpoint Name=\"C%d\" ID=\"O%dC%d\" DataType=\"%s\"/>\n", c, a, c, type(c)
                print "</Activity>"
            }
            for (a = 1; a < activities; a++) {
                element("View", "View" a, ">")
                element("ActivityView", "AView" a, " ActivityRef=\"Other" a "\">")
                for (c = 1; c <= count(a); c++)
                    printf "<Alias Name=\"C%d\" ID=\"A%dC%d\"><CheckpointRef>O%dC%d</CheckpointRef></Alias>\n", c, a, c, a, c
                print "</ActivityView></View>"
            }
            for (a = 1; a < activities; a++) {
                element("Cube", "Cube" a, " ActivityViewRef=\"AView" a "\">")
                element("Measure", "Count" a, " AliasRef=\"A" a "C2\" AggregationFunction=\"Count\"/>")
                element("Measure", "Sum" a, " AliasRef=\"A" a "C3\" AggregationFunction=\"Sum\"/>")
                element("DataDimension", "Text" a, "><LevelAliasRef>A" a "C2</LevelAliasRef></DataDimension>")
                print "</Cube>"
            }
            print "</BAMDefinition>"
        }'
}

# instances COUNT: so many of each of them, as events.
instances() {
    awk -v activities="$activities" -v checkpoints="$checkpoints" -v rows="$1" '
        BEGIN {
            for (i = 1; i <= rows; i++)
                for (a = 1; a < activities; a++) {
                    printf "{\"op\":\"begin\",\"activity\":\"Other%d\",\"id\":\"%d\",\"data\":{\"C1\":\"2026-08-31T08:00:00Z\"", a, i
                    for (c = 2; c <= (a == 1 ? checkpoints : 5); c++)
                        printf c % 3 == 0 ? ",\"C%d\":%d" : c % 3 == 1 ? ",\"C%d\":%d.25" : ",\"C%d\":\"text %d\"", c, (i + c) % 20
                    printf "}}\n{\"op\":\"end\",\"activity\":\"Other%d\",\"id\":\"%d\"}\n", a, i
                }
        }'
}

# All of Completed as so many nights of seven months would have left it, a swap each.
into_partitions() {
    sqlite3 "$(database primary)" >cut.sql <<END
.mode list
SELECT 'PRAGMA synchronous = 0; PRAGMA journal_mode = MEMORY; BEGIN;';
WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < $partitions),
night(i, moment) AS (SELECT i, datetime('2026-09-01 01:00:00', ((i - $partitions) * (5000 * 3600 / $partitions)) || ' seconds') FROM number),
part(i, moment, name) AS (SELECT i, moment, 'bam_PurchaseOrder_' || strftime('%Y%m%dT%H%M%SZ', moment) FROM night),
made(sql) AS (SELECT group_concat(replace(sql, '" ON "', '_@" ON "'), '; ') FROM sqlite_master
    WHERE tbl_name IN ('bam_PurchaseOrder_Completed', 'bam_PurchaseOrder_CompletedRelationships') AND sql IS NOT NULL
    AND type IN ('table', 'index')),
listed(columns) AS (SELECT group_concat('"' || name || '"', ', ') FROM pragma_table_info('bam_PurchaseOrder_Completed')
    WHERE name <> 'LastModified')
SELECT replace(replace(replace(made.sql, '"bam_PurchaseOrder_CompletedRelationships"', '"' || name || '_Relationships"'),
    '"bam_PurchaseOrder_Completed"', '"' || name || '"'), '_@"', '_' || i || '"')
    || '; INSERT INTO "' || name || '" (' || columns || ', "LastModified") SELECT ' || columns || ', ''' || moment
    || ''' FROM "bam_PurchaseOrder_Completed" WHERE "RecordID" BETWEEN ' || ((i - 1) * $each + 1) || ' AND ' || (i * $each)
    || '; INSERT INTO "bam_Metadata_Partitions" VALUES (''PurchaseOrder'', ''' || name || ''', ''' || name || '_Relationships'', '''
    || moment || ''', ' || ((i - 1) * $each + 1) || ', ' || (i * $each) || ', 0, NULL);'
FROM part, made, listed;
SELECT 'DELETE FROM "bam_PurchaseOrder_Completed"; COMMIT;';
END
    sqlite3 -bail "$(database primary)" <cut.sql >cut.out || fail "cut into partitions"
    rm cut.sql
}

# What is where: rows that are online, rows in the archive, partitions that are left, all quantities.
places() {
    echo "$(sql primary 'SELECT count(*) FROM "bam_PurchaseOrder_CompletedInstances"')" \
        "$(sql archive 'SELECT count(*) FROM "bam_PurchaseOrder_InstancesView"' 2>/dev/null || echo 0)" \
        "$(sql primary "SELECT count(*) FROM \"bam_Metadata_Partitions\" WHERE \"ActivityName\" = 'PurchaseOrder' AND \"ArchivedTime\" IS NULL")"
}

# The cubes answer for all that there ever was.
answers() {
    exits 0 query OrderCube --rows Location --measures OrderCount,QuantityTotal --format csv
    same "$1: orders by city" "$(awk -F, '{ n[$1] += $2; q[$1] += $3 } END { for (c in n) print c "," n[c] "," q[c] }' added |
        LC_ALL=C sort)" "$(tail -n +2 out | LC_ALL=C sort)"
    for number in 1 $((activities - 1)); do
        exits 0 query "Cube$number" --measures "Count$number" --format csv
        same "$1: instances of activity $number" "$small" "$(tail -n +2 out)"
    done
}

export TMPDIR=$home/tmp
mkdir tmp
at 2026-09-01T02:00:00Z
site_new load
sed -i 's/<Analysis /&MemoryMiB="128" /' "$base/nightcube.xml"
others >others.xml
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
measured "deploy $((activities - 1)) activities" 64 deploy others.xml --no-backup
exits 0 set window PurchaseOrder 6 month
measured "plan a night" 64 nightly --plan
known=$(($(cat memory) / 1024))

orders 1 "$history" >orders.csv
measured "import $history rows" 64 import orders.csv --activity PurchaseOrder
into_partitions
measured "plan a night, $partitions partitions" 64 nightly --plan
known=$(($(cat memory) / 1024))
orders $((history + 1)) $((rows - history)) >orders.csv
measured "import $((rows - history)) rows over them" 64 import orders.csv --activity PurchaseOrder
rm orders.csv
small=$((rows / 100000 + 10))
instances $small >instances.jsonl
measured "import $small rows of each other" 64 import instances.jsonl
rm instances.jsonl

measured "the first night" 128 nightly
same "the first night drops nothing" "$rows 0 $((partitions + 1))" "$(places)"
answers "the first night"
measured "show partitions" 64 show partitions

at 2026-09-02T02:00:00Z
gone=$(sql primary "SELECT count(*) FROM bam_Metadata_Partitions WHERE CreationTime < '2026-03-02 02:00:00'")
[ "$gone" -gt 0 ] || fail "nothing has left the window"
measured "the second night, $gone partitions leave" 128 nightly
same "the second night archives what left the window" "$((rows - gone * each)) $((gone * each)) $((partitions + 1 - gone))" "$(places)"
answers "the second night"
same "all quantities" "$(awk -F, '{ s += $3 } END { printf "%d", s }' added)" \
    $(($(sql primary 'SELECT sum(Quantity) FROM bam_PurchaseOrder_CompletedInstances') +
        $(sql archive 'SELECT sum(Quantity) FROM bam_PurchaseOrder_InstancesView')))
last=$(cd "$base/backups" && echo PrimaryImport_????????T??????Z_20260902*)
measured "verify the second night's primary import" 64 verify "$last"

same "nothing lies about" "" "$(find tmp "$base" -mindepth 1 \( -path 'tmp/*' -o -name '*.part' -o -name '*.restoring*' -o -name '*-journal' \))"
for name in primary archive star; do
    same "$name is whole" ok "$(sqlite3 -readonly "$(database $name)" 'PRAGMA quick_check(1)')"
    du -m "$(database $name)" | awk -v name="$name" '{ printf "%-40s %17d MiB\n", name, $1 }'
done
du -sm "$base/backups" "$base/analysis" | awk '{ sub(".*/", "", $2); printf "%-40s %17d MiB\n", $2, $1 }'
finish
