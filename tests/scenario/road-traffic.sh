# A real log: the program's stores and cube agree with a script that reads the log by itself.
. "$SOURCE/tests/scenario/story.bash"

log=$NIGHTCUBE_DATA/event-logs/road-traffic-fines.xes.gz
[ -f "$log" ] || skip "no road-traffic-fines.xes.gz in the test data"

at 2026-09-01T02:00:00Z
site_new fines
exits 0 define "$log"
cp out definition.xml
exits 0 deploy definition.xml --no-backup

# Import and a bare parse of the same log, one after the other.
gunzip -c "$log" >log.xes
started=$EPOCHREALTIME
"$NIGHTCUBE" import "$log" --json >out 2>err &
import=$!
watch_memory $import
wait $import || fail "import: $(cat err)"
imported=$EPOCHREALTIME
xmllint --stream --noout log.xes || fail "xmllint"
parsed=$EPOCHREALTIME
awk -v a="$started" -v b="$imported" -v c="$parsed" -v kib="$(cat memory)" 'BEGIN {
    printf "import %.2f s, bare parse %.2f s, ratio %.2f, peak %.1f MiB\n", b - a, c - b, (b - a) / (c - b), kib / 1024
    exit (b - a) / (c - b) > 10 || kib > 128 * 1024 }' | tee measured
[ "${PIPESTATUS[0]}" -eq 0 ] || fail "too slow or too large"
same "cases" 150370 "$(sed -n 's/.*"records": *\([0-9]*\).*/\1/p' out)"

# Meanwhile, one line a case, from the log alone: the first time of each class and the last value of each attribute.
# amount and the like in cents; times as seconds since 1970, UTC.
awk -F'"' '
function epoch(t,    y, m, d, days) { # days from the civil calendar
    y = substr(t, 1, 4) + 0; m = substr(t, 6, 2) + 0; d = substr(t, 9, 2) + 0
    if (m <= 2) { y--; m += 12 }
    days = 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * m - 457) / 5) + d - 719469
    return days * 86400 + substr(t, 12, 2) * 3600 + substr(t, 15, 2) * 60 + substr(t, 18, 2) \
        - (substr(t, 24, 1) "1") * (substr(t, 25, 2) * 3600 + substr(t, 28, 2) * 60)
}
function cents(x) { return x == "" ? "" : sprintf("%.0f", x * 100) }
BEGIN {
    n = split("Create Fine|Send Fine|Insert Fine Notification|Add penalty|Send for Credit Collection|Payment|" \
        "Insert Date Appeal to Prefecture|Send Appeal to Prefecture|Receive Result Appeal from Prefecture|" \
        "Notify Result Appeal to Offender|Appeal to Judge", class, "|")
}
/<trace>/ { split("", value); split("", time); id = "" }
/<event>/ { inside = 1; name = ""; when = "" }
/<(string|int|float)/ && inside && $2 != "concept:name" { value[$2] = $4 }
/<string key="concept:name"/ { if (inside) name = $4; else id = $4 }
/<date/ && inside { when = $4 }
/<\/event>/ { inside = 0; events++; if (!(name in time)) time[name] = epoch(when) }
/<\/trace>/ {
    line = id
    for (i = 1; i <= n; i++)
        line = line "|" time[class[i]]
    print line "|" cents(value["amount"]) "|" cents(value["totalPaymentAmount"]) "|" cents(value["expense"]) "|" \
        value["article"] "|" value["vehicleClass"] "|" value["points"] "|" value["dismissal"] "|" value["lastSent"]
}
END { print events >"events" }' log.xes | LC_ALL=C sort >cases &
reader=$!

exits 0 nightly
same "night one drops nothing" 150370 "$(sql primary 'SELECT count(*) FROM bam_RoadTrafficFines_CompletedInstances')"
at 2027-09-01T02:00:00Z
exits 0 nightly
same "night two archives all" "0 150370" "$(sql primary 'SELECT count(*) FROM bam_RoadTrafficFines_CompletedInstances') $(
    sql archive 'SELECT count(*) FROM bam_RoadTrafficFines_InstancesView')"

wait $reader
rm log.xes
same "the script's own counts" "150370 561470" "$(wc -l <cases) $(cat events)"

seconds=''
for class in Create_Fine Send_Fine Insert_Fine_Notification Add_penalty Send_for_Credit_Collection Payment \
    Insert_Date_Appeal_to_Prefecture Send_Appeal_to_Prefecture Receive_Result_Appeal_from_Prefecture \
    Notify_Result_Appeal_to_Offender Appeal_to_Judge; do
    seconds="$seconds, strftime('%s', [${class//_/ }])"
done
sql archive "SELECT ActivityID$seconds, printf('%.0f', amount * 100), printf('%.0f', totalPaymentAmount * 100),
    CASE WHEN expense IS NOT NULL THEN printf('%.0f', expense * 100) END, article, vehicleClass, points, dismissal, lastSent
    FROM bam_RoadTrafficFines_InstancesView" | LC_ALL=C sort >archived
cmp cases archived || fail "archived rows differ: $(diff cases archived | head -n 4)"

# compare WHAT LEVELS MEASURES AWK: a query against the same question put to the cases.
compare() {
    exits 0 query RoadTrafficFinesCube --rows "$2" --measures "$3" --format csv
    same "$1" "$(awk -F'|' "$4" cases | LC_ALL=C sort)" "$(tail -n +2 out |
        awk -F, '{ $NF = sprintf("%.0f", $NF * 100); print }' OFS=, | LC_ALL=C sort)"
}

compare "cases and amounts by month of the fine, UTC" StartTime.Year,StartTime.Month Count,SumAmount '
    { m = strftime("%Y,%m", $2, 1); sub(",0", ",", m); count[m]++; sum[m] += $13 }
    END { for (m in count) print m "," count[m] "," sum[m] }'
compare "payments by class of vehicle" vehicleClass Count,SumTotalPaymentAmoun '
    { count[$17]++; sum[$17] += $14 } END { for (v in count) print v "," count[v] "," sum[v] }'
compare "expenses by article and points" article,points Count,SumExpense '
    { k = $16 "," $18; count[k]++; sum[k] += $15; if ($15 != "") any[k] = 1 }
    END { for (k in count) print k "," count[k] "," sum[k] + 0 }'
compare "unknown members are members" lastSent MinAmount,MaxAmount '
    { if (!($20 in max) || $13 > max[$20]) max[$20] = $13; if (!($20 in min) || $13 < min[$20]) min[$20] = $13 }
    END { for (k in max) print k "," min[k] / 100 "," max[k] }'

# Progress: the deepest stage, later siblings first; the stages in the definition's own order.
sed -n 's/.*<ProgressStage Name="\([^"]*\)".*/\1/p' definition.xml >stages
same "stages" 11 "$(wc -l <stages)"
exits 0 query RoadTrafficFinesCube --rows Progress --measures Count --format csv
same "cases by stage" "$(awk -F'|' 'NR == FNR { stage[NR] = $1; next }
    FNR == 1 { split("Create Fine|Send Fine|Insert Fine Notification|Add penalty|Send for Credit Collection|Payment|" \
        "Insert Date Appeal to Prefecture|Send Appeal to Prefecture|Receive Result Appeal from Prefecture|" \
        "Notify Result Appeal to Offender|Appeal to Judge", c, "|"); for (i in c) column[c[i]] = i + 1 }
    { for (i = 11; $(column[stage[i]]) == ""; i--) ; count[stage[i]]++ }
    END { for (s in count) print s "," count[s] }' stages cases | LC_ALL=C sort)" "$(tail -n +2 out | LC_ALL=C sort)"
finish
