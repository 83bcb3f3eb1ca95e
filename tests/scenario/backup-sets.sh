# Backups of many nights: history is written once, old sets go, what is left restores: beside the databases, on a bare
# machine, from a copy, with another key.
. "$SOURCE/tests/scenario/story.bash"

stored() { (cd "$base/backups" && ls -- *"$1"*.abf 2>/dev/null | wc -l); }

at 2026-09-01T02:00:00Z
site_new shop
cp "$(find "$home/shop" -name identity.txt)" "$home/key.txt"
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
exits 0 set window PurchaseOrder 2 day
for day in 01 02 03 04 05 06; do
    at "2026-09-${day}T01:00:00Z"
    printf 'ActivityID,RecvTime,City,Quantity,ShipTime,DeliveryTime,IsComplete\n' >orders.csv
    for n in 1 2 3; do
        echo "$day-$n,2026-09-${day}T00:0$n:00Z,Seattle,$n,2026-09-${day}T00:1$n:00Z,2026-09-${day}T00:3$n:00Z,1" >>orders.csv
    done
    exits 0 import "$home/orders.csv" --activity PurchaseOrder
    at "2026-09-${day}T02:00:00Z"
    exits 0 nightly
done

# Each partition stands in one container, whatever the number of nights.
same "partitions in the archive" 3 "$(sql archive "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name LIKE 'bam_PurchaseOrder_Instances_%'")"
same "each in one container" 3 "$(stored Archive_bam_PurchaseOrder_Instances_)"
same "and so in the primary import" 5 "$(stored PrimaryImport_bam_PurchaseOrder_2026)"
before=$(contents)

# A drill restores the newest set, leaves no trace but its record, and touches nothing.
exits 0 drill
same "all is right" 0 "$(grep -c differs out)"
[ "$before" = "$(contents)" ] || fail "the drill changed a database"
same "no scratch is left" 0 "$(find "$base/state" -maxdepth 1 -name 'drill-*' | wc -l)"
grep -q 'Kind="drilled"' "$base"/backups/catalogue/*.xml || fail "the drill was not recorded"

# A run restores from the containers of several nights.
exits 0 restore --run 5 --allow-overwrite
same "the primary import of run 5" "12" "$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_AllInstances' 2>/dev/null || echo none)"
exits 0 restore --as-of 2026-09-06T12:00:00Z --allow-overwrite
same "the primary import of run 6" 12 "$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_AllInstances')"

# The host is lost: a bare machine with the key and the store.
mv "$base/backups" "$home/saved"
rm -rf "$home/shop"
site bare
exits 0 list --store "file:$home/saved"
exits 0 list --store "file:$home/saved" --json
exits 77 restore --run 6 --store "file:$home/saved"
exits 0 restore --run 6 --store "file:$home/saved" --identity-file "$home/key.txt"
same "orders in the primary import and the archive" 18 \
    "$(($(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_AllInstances') + $(sql archive 'SELECT count(*) FROM bam_PurchaseOrder_InstancesView')))"

# A copy of the store is as good.
exits 0 copy --store "file:$home/saved" --to "file:$home/second"
same "nothing is left to copy" 0 "$("$NIGHTCUBE" copy --store "file:$home/saved" --to "file:$home/second" --json | grep -c '"copied"')"
site bare2
exits 0 restore --run 6 --store "file:$home/second" --identity-file "$home/key.txt"

# Another key: the old one opens nothing any more.
exits 0 key generate --output "$home/new.txt" --json
recipient=$(sed -n 's/.*"identity".*"\(age1[^"]*\)".*/\1/p' out)
exits 0 key rewrap --all --store "file:$home/second" --identity-file "$home/key.txt" --recipient "$recipient"
exits 77 key check --store "file:$home/second" --identity-file "$home/key.txt"
exits 0 key check --store "file:$home/second" --identity-file "$home/new.txt"
exits 0 verify --store "file:$home/second" --sample 3 --identity-file "$home/new.txt"
site bare3
exits 77 restore --run 6 --store "file:$home/second" --identity-file "$home/key.txt"
exits 0 restore --run 6 --store "file:$home/second" --identity-file "$home/new.txt"
same "the same rows" "$(XDG_DATA_HOME=$home/bare2; base=$home/bare2/nightcube; sql archive 'SELECT count(*) FROM bam_PurchaseOrder_InstancesView')" \
    "$(sql archive 'SELECT count(*) FROM bam_PurchaseOrder_InstancesView')"

# One that cannot be rewritten does not keep the others from it.
cp -r "$home/second" "$home/third"
broken=$(ls "$home/third"/*.abf | head -n 1)
printf 'age-encryption.org/v1\n' >"$broken"
others=$(($(ls "$home/third"/*.abf | wc -l) - 1))
exits 65 key rewrap --all --store "file:$home/third" --identity-file "$home/new.txt" --recipient "$recipient" --json
same "the others are rewritten" $others "$(grep -o '"sha256"' out | wc -l)"
told "$(basename "$broken")"

# Retention: two days are kept, and all of the archive.
cat >nightcube.xml <<END
<Nightcube xmlns="urn:nightcube:config:1">
  <Databases>
    <PrimaryImport Connection="Driver=SQLite3;Database=$base/BAMPrimaryImport.db"/>
    <Archive Connection="Driver=SQLite3;Database=$base/BAMArchive.db"/>
    <StarSchema Connection="Driver=SQLite3;Database=$base/BAMStarSchema.db"/>
  </Databases>
  <Analysis Name="BAMAnalysis" Directory="$base/analysis"/>
  <Backup Store="file:$home/second"><Recipient>$recipient</Recipient><Identity File="$home/new.txt"/>
    <Keep Daily="1"/></Backup>
  <State Directory="$base/state"/>
</Nightcube>
END
objects=$(ls "$home/second" | wc -l)
exits 0 prune --plan --config "$home/nightcube.xml"
same "a plan removes nothing" "$objects" "$(ls "$home/second" | wc -l)"
exits 0 prune --config "$home/nightcube.xml" --json
grep -q '"state": *"removed"' out || fail "nothing was pruned"
same "the archive's partitions stay" 3 "$(ls "$home/second" | grep -c Archive_bam_PurchaseOrder_Instances_)"
exits 0 prune --config "$home/nightcube.xml" --json
same "there is no more to do" 0 "$(grep -c '"removed"' out)"
exits 0 drill --config "$home/nightcube.xml"
exits 65 restore --run 2 --config "$home/nightcube.xml" --allow-overwrite
exits 0 restore --run 6 --config "$home/nightcube.xml" --allow-overwrite

# What is deployed is backed up with its definition and the job files, but for one that shows a password.
rm nightcube.xml
site_new papers
mkdir -p "$base/jobs"
"$NIGHTCUBE" show job nightly >"$base/jobs/weekly.xml"
echo '<Backup xmlns="http://schemas.microsoft.com/analysisservices/2003/engine"><Object><DatabaseID>BAMAnalysis</DatabaseID></Object>
<File>night.abf</File><Password>hush</Password></Backup>' >"$base/jobs/open.xmla"
sed 's|hush|{secret:night}|' "$base/jobs/open.xmla" >"$base/jobs/closed.xmla"
sed 's|hush|<![CDATA[hush]]>|' "$base/jobs/open.xmla" >"$base/jobs/wrapped.xmla"
sed 's|<Password>|<Password >|' "$base/jobs/open.xmla" >"$base/jobs/spaced.xmla"
iconv -f UTF-8 -t UTF-16 "$base/jobs/weekly.xml" >"$base/jobs/wide.xml"
mkdir "$base/jobs/folder.xml"
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml"
for each in open wrapped spaced; do
    told "$each.xmla' is not backed up: it holds a password"
done
told "folder.xml' is not backed up"
held() { age -d -i "$base/identity.txt" "$base/backups/$("$NIGHTCUBE" list PrimaryImport --json | tail -n 1 | sed 's/.*"file":"\([^"]*\)".*/\1/')" | zstd -dq | tar -t | grep '^files/' | sort | paste -sd ' '; }
same "files in the backup" "files/definition.xml files/deployed.xml files/jobs/closed.xmla files/jobs/nightly.xml files/jobs/weekly.xml files/jobs/wide.xml files/objects.csv" "$(held)"
at 2026-09-07T03:00:00Z
exits 0 remove "$SOURCE/config/examples/purchase-order.xml"
same "also before a removal" 1 "$(held | grep -c files/deployed.xml)"
finish
