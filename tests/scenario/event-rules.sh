# The rules of events, told with JSON Lines and CSV: whatever the order, what is stored is what was meant.
. "$SOURCE/tests/scenario/story.bash"

# e OP ID [MEMBERS]: one event; data is given without its braces.
e() {
    printf '{"op":"%s","activity":"PurchaseOrder","id":"%s"%s}\n' "$1" "$2" "${3:+,$3}"
}
d() {
    e "$1" "$2" "\"data\":{$3}"
}
RECV='"RecvTime":"2026-01-05T08:00:00Z"' SHIP='"ShipTime":"2026-01-05T09:00:00Z"'
columns="ActivityID, City, Quantity, time(RecvTime), time(ShipTime)"
active() {
    sql primary "SELECT $columns, IsVisible, IsComplete FROM bam_PurchaseOrder_Active WHERE ActivityID LIKE '$1%' ORDER BY 1"
}
completed() {
    sql primary "SELECT $columns FROM bam_PurchaseOrder_CompletedInstances WHERE ActivityID LIKE '$1%' ORDER BY 1"
}
new_site() {
    site_new "$1"
    exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
}

at 2026-09-01T02:00:00Z
new_site one
{
    d update early "$RECV,\"City\":\"Seattle\""
    e end early-end
    d update twice-updated '"City":"Seattle","Quantity":1'
    d update twice-updated '"City":"Redmond"'
} >first.jsonl
exits 0 import first.jsonl
same "an update before the begin makes an invisible row" "early|Seattle||08:00:00||0|0
early-end|||||0|1" "$(active early)"
same "no view shows it" "0 0" "$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_AllInstances') $(
    sql primary 'SELECT count(*) FROM bam_Sales_PurchaseOrderView_View')"
{
    d begin early '"Quantity":5'
    d begin early-end "$RECV"
    e begin twice-updated
    # A token that ended before it was announced; the root ends last.
    e begin a1; d update A1T "$SHIP"; e end A1T; e continue a1 '"token":"A1T"'; e end a1
    # The same, and the root waits for another token that is open.
    e begin a2; e end A2T; e continue a2 '"token":"A2T"'; e continue a2 '"token":"A2U"'; e end a2
    # Two tokens: both must end.
    d begin t1 "$RECV"; e continue t1 '"token":"T1A"'; e continue t1 '"token":"T1B"'; e end t1
    e end T1A; d update T1B "$SHIP"; e end T1B
    e begin t2; e continue t2 '"token":"T2A"'; e continue t2 '"token":"T2B"'; e end t2; e end T2A
    # Nested: a token's token belongs to the root; also when announced from within.
    e begin n1; e continue n1 '"token":"N1A"'; e continue N1A '"token":"N1B"'; e end n1; e end N1A
    d end N1B "$SHIP"
    e begin n2; e continue N2A '"token":"N2B"'; d update N2B "$SHIP"; e continue n2 '"token":"N2A"'; e end N2B; e end n2; e end N2A
    e begin n3; e continue n3 '"token":"N3A"'; e continue N3A '"token":"N3B"'; e end N3A; e end n3
    # Duplicates change nothing.
    e begin d1; e begin d1; e continue d1 '"token":"D1T"'; e continue d1 '"token":"D1T"'
    d update D1T '"Quantity":7'; d update D1T '"Quantity":7'; e end d1; e end d1; e end D1T
    # Explicit NULLs erase nothing; empty text is a value.
    d begin z1 "$RECV,\"City\":\"Seattle\",\"Quantity\":3"; d update z1 '"City":null,"Quantity":null,"RecvTime":null'; e end z1
    d begin z2 '"City":"Seattle"'; d update z2 '"City":""'; e end z2
    # References follow the instance, from a token too.
    e begin r1; e continue r1 '"token":"R1T"'; e end r1
    e reference R1T '"reference":{"name":"Invoice","type":"Document","data":"I-1"}'
    e reference R1T '"reference":{"name":"Service","data":"S-1"}'; e end R1T
    e begin r2; e reference r2 '"reference":{"name":"Invoice","type":"Document","data":"I-2"}'
} >second.jsonl
exits 0 import second.jsonl
same "the begin makes it visible, with all it had" "early|Seattle|5|08:00:00||1|0" "$(active early)"
same "a begin after the end completes at once" "early-end|||08:00:00|" "$(completed early-end)"
same "the later update wins" "twice-updated|Redmond|1|||1|0" "$(active twice)"
same "a token that ended before it was announced" "a1||||09:00:00" "$(completed a)"
same "one closed, one open: waits" "a2|||||1|1" "$(active a2)"
same "two tokens, both ended" "t1|||08:00:00|09:00:00" "$(completed t)"
same "two tokens, one ended: waits" "t2|||||1|1" "$(active t2)"
same "nested tokens" "n1||||09:00:00
n2||||09:00:00" "$(completed n)"
same "a nested token that is open holds the root" "n3|||||1|1" "$(active n3)"
same "duplicates" "d1||7||" "$(completed d)"
same "NULL erases nothing, empty text is a value" "z1|Seattle|3|08:00:00|
z2||||" "$(completed z)"
same "empty text is not NULL" 1 "$(sql primary "SELECT City = '' FROM bam_PurchaseOrder_Completed WHERE ActivityID = 'z2'")"
same "no token keeps a row" "" "$(sql primary "SELECT ActivityID FROM bam_PurchaseOrder_Active WHERE ActivityID GLOB '[A-Z]*'")"
same "only open tokens continue, under their roots" "A2U|a2 N3B|n3 T2B|t2" \
    "$(sql primary 'SELECT * FROM bam_PurchaseOrder_Continuations ORDER BY 1' | tr '\n' ' ' | sed 's/ $//')"
same "references of a completed instance" "r1|Invoice|Document|I-1
r1|Service|BizTalkService|S-1" "$(sql primary "SELECT c.ActivityID, ReferenceName, ReferenceType, ReferenceData
    FROM bam_PurchaseOrder_CompletedRelationships JOIN bam_PurchaseOrder_Completed c USING (RecordID) ORDER BY 2")"
same "references of an active one" "r2|I-2" "$(sql primary 'SELECT ActivityID, ReferenceData FROM bam_PurchaseOrder_ActiveRelationships')"

# An event for a completed instance opens a new row, which is counted and listed; a second completion is refused.
d update a1 '"City":"Late"' >late.jsonl
exits 0 import late.jsonl --json
same "late events are counted" 1 "$(sed -n 's/.*"late": *\([0-9]*\).*/\1/p' out)"
same "the late row is invisible" "a1|Late||||0|0" "$(active a1)"
exits 0 show incomplete
same "and listed" 1 "$(awk '$2 == "a1" && $NF == "yes"' out | wc -l)"
{ e begin a1; e end a1; d begin after "$RECV"; } >second-life.jsonl
unchanged 65 import second-life.jsonl
told "completed a second time while the first is still online"
exits 1 import second-life.jsonl --reject rejects
same "what was refused is collected" 1 "$(grep -c '"op":"end","activity":"PurchaseOrder","id":"a1"' rejects)"
same "and the rest goes on" "after|||08:00:00||1|0" "$(active after)"
same "the first completion stands" "a1||||09:00:00" "$(completed a1)"

# Cut into one import a line, the same comes out, record by record.
tables="SELECT * FROM bam_PurchaseOrder_Active ORDER BY 1; SELECT * FROM bam_PurchaseOrder_Completed ORDER BY 1;
    SELECT * FROM bam_PurchaseOrder_CompletedRelationships; SELECT * FROM bam_PurchaseOrder_Continuations ORDER BY 1"
new_site whole
exits 0 import first.jsonl
exits 0 import second.jsonl
whole=$(sql primary "$tables")
new_site lines
cat first.jsonl second.jsonl >both.jsonl
n=0
while IFS= read -r line; do
    # The number keeps one line from being taken for another that says the same.
    n=$((n + 1))
    printf '%s\n%*s\n' "$line" "$n" "" >line.jsonl
    exits 0 import line.jsonl
done <both.jsonl
same "one import a line" "$whole" "$(sql primary "$tables")"
finish
