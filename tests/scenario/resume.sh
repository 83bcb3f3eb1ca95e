# A run that failed is resumed: what it has done is not done again, and what it left is done, to the end of its step.
. "$SOURCE/tests/scenario/story.bash"

at 2026-09-01T02:00:00Z
site_new orders
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
sed 's/PurchaseOrder/Other/g; s/Sales/OtherSales/; s/OrderCube/OtherCube/g' "$SOURCE/config/examples/purchase-order.xml" >other.xml
exits 0 deploy other.xml --no-backup
for activity in PurchaseOrder Other; do
    exits 0 import "$SOURCE/config/examples/twelve-orders.csv" --activity $activity
    exits 0 set window $activity 1 day
done
exits 0 nightly

# Something of the partition's name lies in the archive: the activity is left alone, the others and the cubes go on.
at 2026-11-01T02:00:00Z
copy=bam_PurchaseOrder_Instances_20260901T020000Z
sqlite3 "$(database archive)" "CREATE TABLE $copy(ActivityID TEXT)"
exits 65 nightly
told "$copy"
told "activity 'PurchaseOrder' is left as it is for the rest of this run"
state() { sql journal "SELECT State FROM nightcube_Steps WHERE RunID = $1 AND Name = '$2'"; }
same "what failed is noted" failed "$(state 2 maintain/copy)"
same "the rest was done" "done" "$(state 2 process)"
partition() { sql primary "SELECT ArchivingInProgress, ArchivedTime IS NOT NULL FROM bam_Metadata_Partitions WHERE ActivityName = '$1'"; }
same "the other activity's partition went" "0|1 dropped" "$(partition Other) $(
    sql primary "SELECT CASE WHEN BackedUpTime <= DroppedTime THEN 'dropped' END FROM nightcube_Trail WHERE ActivityName = 'Other'")"
same "after one backup of the archive" 1 "$(sql journal "SELECT count(*) FROM nightcube_Steps WHERE RunID = 2 AND Name = 'maintain/backup-archive' AND State = 'done'")"
same "the failed one kept its own" "1|0 5" "$(partition PurchaseOrder) $(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_CompletedInstances')"

sqlite3 "$(database archive)" "DROP TABLE $copy"
exits 0 nightly --resume
same "steps of the resumed run" "maintain/spawn
maintain/begin
maintain/copy
maintain/backup-archive
maintain/end-archiving" "$(sql journal 'SELECT Name FROM nightcube_Steps WHERE RunID = 3 ORDER BY StepID')"
same "the partition is in the archive" 5 "$(sql archive "SELECT count(*) FROM $copy")"
same "and nowhere else" 0 "$(sql primary "SELECT count(*) FROM sqlite_master WHERE name = 'bam_PurchaseOrder_20260901T020000Z'")"

exits 0 nightly --resume
told "nothing to resume"
finish
