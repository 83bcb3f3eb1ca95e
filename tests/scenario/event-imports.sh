# Events by the thousand and again: every order of events, wide and long CSV, the same import twice, also after the archive.
. "$SOURCE/tests/scenario/story.bash"

at 2026-09-01T02:00:00Z
site_new orders
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup

# All 120 orders of begin, continuation, end, the token's update and the token's end; the ID is the order.
awk 'BEGIN {
    event[1] = "begin\",\"id\":\"%s\",\"data\":{\"City\":\"Seattle\"}"
    event[2] = "continue\",\"id\":\"%s\",\"token\":\"T%s\""
    event[3] = "end\",\"id\":\"%s\""
    event[4] = "update\",\"id\":\"T%s\",\"data\":{\"ShipTime\":\"2026-01-05T09:00:00Z\"}"
    event[5] = "end\",\"id\":\"T%s\""
    permute("", "12345")
}
function permute(done, rest,    i, line) {
    if (rest == "")
        for (i = 1; i <= 5; i++) {
            line = "{\"op\":\"" event[substr(done, i, 1)] "}"
            gsub(/%s/, done, line)
            print line
        }
    for (i = 1; i <= length(rest); i++)
        permute(done substr(rest, i, 1), substr(rest, 1, i - 1) substr(rest, i + 1))
}' >every-order.jsonl
exits 0 import every-order.jsonl --activity PurchaseOrder
same "each is completed once" "120 120" "$(
    sql primary 'SELECT count(*) || " " || count(DISTINCT ActivityID) FROM bam_PurchaseOrder_Completed WHERE City = "Seattle"')"
# The token was announced before its root was through, and was updated before it was announced and ended.
same "with what came under its token in time" "$(sql primary "SELECT ActivityID FROM bam_PurchaseOrder_Completed" | awk '
    function at(c) { return index($1, c) }
    at(2) < (at(1) > at(3) ? at(1) : at(3)) && at(4) < (at(2) > at(5) ? at(2) : at(5))' | sort)" \
    "$(sql primary 'SELECT ActivityID FROM bam_PurchaseOrder_Completed WHERE ShipTime IS NOT NULL ORDER BY 1')"
same "nothing that is left shows" 0 "$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_ActiveInstances')"

# Wide CSV: a row is an update; an unquoted empty field erases nothing, a quoted one is empty text.
cat >wide.csv <<'END'
ActivityID,City,Quantity,RecvTime,IsComplete
w1,Seattle,,2026-01-05T08:00:00Z,
w1,,7,,
w1,,,,1
w2,"New York, ""NY""",1,2026-01-05T08:00:00+02:00,0
w2,"",,,
w3,Zürich,-9223372036854775808,2026-01-05 08:00:00,true
END
exits 0 import wide.csv
wide="SELECT ActivityID, City, Quantity, RecvTime FROM bam_PurchaseOrder_AllInstances WHERE ActivityID LIKE 'w%' ORDER BY 1"
same "wide CSV" "w1|Seattle|7|2026-01-05 08:00:00
w2||1|2026-01-05 06:00:00
w3|Zürich|-9223372036854775808|2026-01-05 08:00:00" "$(sql primary "$wide")"
same "who is completed" "w1 w3" "$(sql primary "SELECT group_concat(ActivityID, ' ') FROM
    (SELECT * FROM bam_PurchaseOrder_Completed WHERE ActivityID LIKE 'w%' ORDER BY 1)")"
printf 'ActivityID,City\r\nw4,"two\r\nlines"\r\n' >dos.csv
exits 0 import dos.csv
same "a field over two lines" "two\\r\\nlines" "$(sql primary "SELECT replace(replace(City, char(13), '\\r'), char(10), '\\n')
    FROM bam_PurchaseOrder_Active WHERE ActivityID = 'w4'")"

# Rejects are collected; what is good is taken.
cat >mixed.csv <<'END'
ActivityID,Quantity,IsComplete
m1,1,1
m2,many,1
m3,3,1
END
unchanged 65 import mixed.csv
told "line 3"
exits 1 import mixed.csv --reject rejects.csv
same "the good ones are there" "m1 m3" "$(sql primary "SELECT group_concat(ActivityID, ' ') FROM
    (SELECT * FROM bam_PurchaseOrder_Completed WHERE ActivityID LIKE 'm%' ORDER BY 1)")"
same "the bad one is kept" 1 "$(grep -c '^m2,many,1$' rejects.csv)"

# The same again, under another name too: nothing doubles, nothing is late.
cp every-order.jsonl copy.jsonl
again() {
    unchanged 0 import every-order.jsonl --activity PurchaseOrder
    unchanged 0 import copy.jsonl --activity PurchaseOrder --json
    same "$1: all skipped" 600 "$(sed -n 's/.*"skipped": *\([0-9]*\).*/\1/p' out)"
    unchanged 0 import wide.csv
    unchanged 0 import mixed.csv --reject rejects.csv
    same "$1: the rejects are still there" 1 "$(grep -c '^m2,many,1$' rejects.csv)"
}
again "the same day"
exits 0 nightly
again "when they were swapped out"
at 2027-09-01T02:00:00Z
exits 0 nightly
same "all are in the archive" "0 124" "$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_CompletedInstances') $(
    sql archive 'SELECT count(*) FROM bam_PurchaseOrder_InstancesView')"
again "when they were archived"

# Long CSV: a row is an event. Counts and times agree with a script that reads it by itself.
log=$NIGHTCUBE_DATA/event-logs/running-example.csv
if [ -f "$log" ]; then
    site_new running
    exits 0 define "$log"
    cp out running.xml
    exits 0 deploy running.xml --no-backup
    exits 0 import "$log"
    activity=$(sql primary 'SELECT ActivityName FROM bam_Metadata_Activities')
    # Case and cost stand in columns of their own; no field is quoted.
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        { cost[$column["case:concept:name"]] = $column["Costs"] }
        $column["concept:name"] == "register request" { first[$column["case:concept:name"]] = $column["time:timestamp"] }
        END { for (c in cost) print c "|" cost[c] "|" first[c] }' "$log" | sort >cases
    # Its times are one hour ahead of UTC.
    same "cases of the long CSV" "$(cat cases)" "$(sql primary "SELECT ActivityID, Costs,
        datetime([register request], '+1 hour') || '+01:00' FROM [bam_${activity}_Completed]" | sort)"
fi
finish
