# Job files: plan, parts of a job, going on after a failure, frequencies, purges, and what the exit codes say.
. "$SOURCE/tests/scenario/story.bash"

examples=$SOURCE/config/examples
at 2026-09-01T02:00:00Z
site_new jobs
exits 0 deploy "$examples/purchase-order.xml" --no-backup
exits 0 import "$examples/twelve-orders.csv"
for job in per-activity purge; do
    sed 's/POCube/OrderCube/' "$examples/$job.xml" >$job.xml
done

# did CODE ARGUMENT..: runs it; `same` then compares $did, "step state, step state, ..."
did() {
    exits "$1" "${@:2}" --json
    did=$(sed -n 's/.*"step":"\([^"]*\)",.*"state":"\([^"]*\)".*/\1 \2/p' out | paste -sd, | sed 's/,/, /g')
}
containers() {
    find "$base/backups" -name '*.abf' | wc -l
}

# The built-in job is the example, and a plan touches nothing.
exits 0 show job nightly
cmp out "$examples/nightly.xml" || fail "show job nightly is not the example"
cp out nightly.xml
unchanged 0 run nightly.xml --plan
same "the plan" "backup-primary backup-others maintain/spawn maintain/begin maintain/copy maintain/backup-archive \
maintain/end-archiving load process backup-analysis backup-star" "$(awk 'NR > 1 { print $1 }' out | paste -sd' ')"
same "a plan makes no backup" 0 "$(containers)"
exits 0 history
same "and is no run" 0 "$(awk 'NR > 1' out | wc -l)"

# Parts of it.
did 0 run per-activity.xml --only maintain-purchase-order/spawn
same "one part of a step" "maintain-purchase-order/spawn done" "$did"
same "did its work" 5 "$(sql primary 'SELECT MaxRecordID FROM bam_Metadata_Partitions')"
did 0 run per-activity.xml --only load-pocube
same "one step" "load-pocube done" "$did"
did 0 run per-activity.xml --from process-pocube
same "from a step on" "process-pocube done, backup-analysis done, backup-star done" "$did"
did 0 run per-activity.xml
same "all of it" "backup-primary done, maintain-purchase-order/spawn done, maintain-purchase-order/begin done, \
maintain-purchase-order/copy done, maintain-purchase-order/backup-archive done, maintain-purchase-order/end-archiving done, \
load-pocube done, process-pocube done, backup-analysis done, backup-star done" "$did"

# Step by step, as told.
printf 'skip\nskip\nrun\nstop\n' | "$NIGHTCUBE" run per-activity.xml --step --json >out 2>err
same "stopped by hand" 130 $?
told "maintain-purchase-order/begin: begin archiving PurchaseOrder -- run, skip or stop?"
grep -q '^    bam_PurchaseOrder_20260901T020000Z: online window of ' err || fail "the step did not say what it would do"
same "one was run" "maintain-purchase-order/begin" "$(sed -n 's/.*"step":"\([^"]*\)",.*"state":"done".*/\1/p' out)"

# A backup of this day is there; the next day it is not.
did 0 run per-activity.xml
same "not twice a day" "backup-primary skipped" "${did%%,*}"
at 2026-09-01T23:59:59Z
did 0 run per-activity.xml
same "nor late on the same day" "backup-primary skipped" "${did%%,*}"
at 2026-09-02T00:00:00Z
did 0 run per-activity.xml
same "but on the next" "backup-primary done" "${did%%,*}"

# A step fails: what was done stays done, the rest follows when it is resumed, and not when the file is another one.
mv "$base/BAMStarSchema.db" "$home/kept.db"
did 69 run per-activity.xml
same "the steps before it were done" "backup-primary skipped, maintain-purchase-order/spawn done" "$(echo "$did" | cut -d, -f1,2)"
exits 0 history --json
same "the journal says so" 69 "$(sed -n '1s/.*"exit_code": *\([0-9]*\).*/\1/p' out)"
mv "$home/kept.db" "$base/BAMStarSchema.db"
sed 's/ Frequency="daily"//' per-activity.xml >changed.xml
exits 78 run changed.xml --resume
did 0 run per-activity.xml --resume
same "resumed" "load-pocube done, process-pocube done, backup-analysis done, backup-star done" \
    "$(echo "$did" | grep -o 'load-pocube.*')"
same "what was done is not done again" "" "$(echo "$did" | grep -o 'spawn done')"

# With OnError="continue" the others go on; the exit code is still the failure's. After it the weekly ones are due again.
mv "$base/BAMArchive.db" "$home/kept.db"
did 69 run "$examples/backup-only.xml"
same "the others were backed up" "backup-primary done, backup-others skipped, backup-archive failed, \
backup-analysis skipped, backup-star skipped" "$did"
mv "$home/kept.db" "$base/BAMArchive.db"
did 0 run "$examples/backup-only.xml"
same "no period counts after a part of a set" "backup-primary done, backup-others skipped, backup-archive done, \
backup-analysis done, backup-star done" "$did"

# A drop without a backup of the archive is a warning.
sed 's/BackupArchive="true"/BackupArchive="false"/' nightly.xml >careless.xml
at 2027-09-01T02:00:00Z
did 1 run careless.xml
same "said and done" 1 "$(echo "$did" | grep -c 'maintain/backup-archive skipped, maintain/end-archiving done')"
told "not backed up"
same "five orders are in the archive alone" "0 5" "$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_CompletedInstances') $(
    sql archive 'SELECT count(*) FROM bam_PurchaseOrder_InstancesView')"

# The archive's views are made anew over the tables that are there.
sqlite3 "$(database archive)" 'DROP VIEW bam_PurchaseOrder_InstancesView'
exits 0 maintain --rebuild-archive-views
same "all of the archive again" 5 "$(sql archive 'SELECT count(*) FROM bam_PurchaseOrder_InstancesView')"
exits 65 maintain --rebuild-archive-views --activity PurchaseOrdr
told "there is no activity 'PurchaseOrdr'"

exits 0 status
at 2027-09-02T03:59:00Z
exits 0 status
at 2027-09-02T04:01:00Z
exits 1 status
told "no good run"

# An archive that was configured once and is gone from the settings is no purge.
sed '/<Archive /d' "$base/nightcube.xml" >"$base/without.xml"
exits 78 --config "$base/without.xml" run nightly.xml
told "put <Archive> back, or purge by intent"

# A purge refills the cube from what it is told to read.
pieces() {
    exits 0 query OrderCube --measures OrderCount,QuantityTotal --part "$1" --format csv
    tail -n 1 out
}
same "before" "12,2231" "$(pieces all)"
exits 78 run purge.xml --from purge # whose facts nobody has truncated
told "run the job from its TruncateFacts step"
exits 0 run purge.xml
same "primary import and archive: nothing is lost" "12,2231 5,1261" "$(pieces all) $(pieces completed)"
sed 's/+Archive//' purge.xml >online.xml
exits 0 run online.xml
same "primary import alone: what is online" "7,970 7,970" "$(pieces all) $(pieces active)"
exits 0 purge OrderCube --history PrimaryImport+Archive
same "and all of it again" "12,2231" "$(pieces all)"
exits 0 purge OrderCube --history None
printf 'ActivityID,DeliveryTime,IsComplete\n129,2027-09-02T05:00:00Z,1\n' >later.csv
exits 0 import later.csv
exits 0 nightly
same "none: only what completes from now on" "1,120" "$(pieces completed)"
finish
