# The twelve orders of the documentation: what is stored, and what the cube answers, counted by hand.
. "$SOURCE/tests/scenario/story.bash"

at 2026-09-01T02:00:00Z
site_new orders
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
exits 0 import "$SOURCE/config/examples/twelve-orders.csv" --json
same "twelve records" 12 "$(sed -n 's/.*"records": *\([0-9]*\).*/\1/p' out)"

same "orders that were delivered are completed" "123 124 125 126 128" \
    "$(sql primary 'SELECT group_concat(ActivityID, " ") FROM (SELECT * FROM bam_PurchaseOrder_Completed ORDER BY RecordID)')"
same "the others are active" "127 129 130 131 132 133 134" \
    "$(sql primary 'SELECT group_concat(ActivityID, " ") FROM (SELECT * FROM bam_PurchaseOrder_Active ORDER BY ActivityID)')"
same "durations are seconds" "123|1440.0|15660.0|17100.0
127|2100.0||
132|||" "$(sql primary 'SELECT ActivityID, ShipDuration, DeliveryDuration, TotalDuration
    FROM bam_Sales_PurchaseOrderView_View WHERE ActivityID IN (123, 127, 132) ORDER BY ActivityID')"
same "a range's lower end belongs to it, its upper end does not" "25 45 87|Small
100 120 150 200 230 234|Medium
250 340 450|Large" "$(sql primary 'SELECT group_concat(Quantity, " "), OrderSize FROM
    (SELECT * FROM bam_Sales_PurchaseOrderView_View ORDER BY Quantity) GROUP BY OrderSize ORDER BY min(Quantity)')"

exits 0 nightly --json

# Seattle received 133, shipped 129 131, delivered 123 124 126 128; Redmond 132 134, 127 130, 125.
exits 0 query OrderCube --rows Location,Progress --measures OrderCount,QuantityTotal --format csv
same "orders and pieces by city and stage" "Location.City,Progress.Stage,OrderCount,QuantityTotal
Redmond,Received,2,145
Redmond,Shipped,2,225
Redmond,Delivered,1,87
Seattle,Received,1,230
Seattle,Shipped,2,370
Seattle,Delivered,4,1174" "$(cat out)"

exits 0 query OrderCube --rows Location.City --measures OrderCount,QuantityTotal --totals --format csv
same "totals" "Location.City,OrderCount,QuantityTotal
Redmond,5,457
Seattle,7,1774
(total),12,2231" "$(cat out)"

for part in "completed,5,1261" "active,7,970" "all,12,2231"; do
    exits 0 query OrderCube --measures OrderCount,QuantityTotal --part "${part%%,*}" --format csv
    same "the part ${part%%,*}" "OrderCount,QuantityTotal
${part#*,}" "$(cat out)"
done
exits 0 query OrderCube --measures OrderCount,QuantityTotal --format csv
same "without --part all of them" "12,2231" "$(tail -n 1 out)"

exits 0 query OrderCube --rows OrderSize --measures OrderCount,QuantityTotal --format csv
same "by size" "OrderSize.Range,OrderCount,QuantityTotal
Small,3,157
Medium,6,1034
Large,3,1040" "$(cat out)"

# Nine were shipped: 24 15 30 35 35 23 33 45 50 minutes after they came. Five were delivered: 285 290 355 385 368 minutes.
exits 0 query OrderCube --measures ShipDurationAvg,TotalDurationAvg,FirstReceived,AmountTotal,AmountMax --format csv
same "averages count what is there, and nothing has no maximum" \
    "ShipDurationAvg,TotalDurationAvg,FirstReceived,AmountTotal,AmountMax
1933.3333333333333,20196,2026-01-05T08:00:00Z,," "$(cat out)"

exits 0 query OrderCube --rows Received.Year,Received.Month,Received.Day --where Location.City=Redmond --measures OrderCount --format csv
same "a slice by day" "Received.Year,Received.Month,Received.Day,OrderCount
2026,1,5,5" "$(cat out)"

exits 0 query OrderCube --rows Location --columns Progress --measures QuantityTotal --totals
same "the pivot table" "Seattle 230 370 1174 1774" "$(awk '$1 == "Seattle" { $1 = $1; print }' out)"
same "its last line" "(total) 375 595 1261 2231" "$(awk '{ $1 = $1 } END { print }' out)"

# An order goes on: 132 is shipped and delivered. Nothing is counted twice.
cat >later.csv <<END
ActivityID,ShipTime,DeliveryTime,IsComplete
132,2026-01-06T08:00:00Z,2026-01-06T12:00:00Z,1
END
exits 0 import later.csv --activity PurchaseOrder
at 2026-09-02T02:00:00Z
exits 0 nightly
exits 0 query OrderCube --rows Location,Progress --measures OrderCount,QuantityTotal --where Location.City=Redmond --format csv
same "132 moved on" "Location.City,Progress.Stage,OrderCount,QuantityTotal
Redmond,Received,1,45
Redmond,Shipped,2,225
Redmond,Delivered,2,187" "$(cat out)"
exits 0 query OrderCube --measures OrderCount,QuantityTotal --part completed --format csv
same "six are completed now" "6,1361" "$(tail -n 1 out)"
exits 0 query OrderCube --measures OrderCount,QuantityTotal --format csv
same "still twelve" "12,2231" "$(tail -n 1 out)"
finish
