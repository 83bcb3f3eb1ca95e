# Bad input: each is refused with a message that names it, with its own exit code, and nothing is changed.
. "$SOURCE/tests/scenario/story.bash"

at 2026-09-01T02:00:00Z
site_new bad
order=$SOURCE/config/examples/purchase-order.xml
exits 0 deploy "$order" --no-backup
exits 0 import "$SOURCE/config/examples/twelve-orders.csv"
exits 0 nightly

# refuses CODE MESSAGE ARGUMENT..: and changes nothing
refuses() {
    unchanged "$1" "${@:3}"
    told "$2"
}

# The command line.
refuses 64 "no command"
refuses 64 "unknown command 'nighty'" nighty
told "did you mean 'nightly'?"
refuses 64 "unknown option '--planned'" nightly --planned
refuses 64 "argument is missing" import
refuses 64 "'yearly'" set window PurchaseOrder 1 yearly
refuses 64 "'many'" set window PurchaseOrder many month
refuses 65 "there is no activity 'PurchaseOrders'" set window PurchaseOrders 1 month
refuses 66 "nowhere.xml" status --config nowhere.xml
refuses 66 "nofile.xml" deploy nofile.xml
refuses 66 "nofile.xml" run nofile.xml
refuses 66 "nofile.csv" import nofile.csv
refuses 66 "nofile.abf" restore nofile.abf
refuses 65 "'OrdersCube'" query OrdersCube
refuses 65 "'Locations'" query OrderCube --rows Locations
refuses 65 "'Turnover'" query OrderCube --measures Turnover

# Definitions: all faults of a file at once, each with its line.
refuses 65 "activity 'PurchaseOrder' exists already" deploy "$order" --no-backup
sed 's/PurchaseOrder/Other/g; s/Sales/OtherSales/; s/OrderCube/OtherCube/g' "$order" >other.xml
sed 's|</Activity>|</Activities>|' other.xml >broken.xml
refuses 65 "broken.xml:14:" deploy broken.xml
sed 's|<CheckpointRef>ShipTime<|<CheckpointRef>Ship<|; s|<LevelAliasRef>CityAlias<|<LevelAliasRef>Cities<|' other.xml >refs.xml
refuses 65 "refs.xml:30:" deploy refs.xml
told "refs.xml:58:"
told '"Cities"'
sed 's|Name="Amount" ID="Amount" DataType="FLOAT"|Name="Quantity" ID="Quantity" DataType="MONEY"|' other.xml >types.xml
refuses 65 "types.xml:8:" deploy types.xml
sed 's|Name="City" ID="City"|Name="RecordID" ID="City"|' other.xml >reserved.xml
refuses 65 "reserved.xml:6:" deploy reserved.xml
printf '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><BAMDefinition>&a;</BAMDefinition>' >entity.xml
refuses 65 "entity.xml" deploy entity.xml
refuses 65 "PurchaseOrderView" remove --activity PurchaseOrder --no-backup

# Events.
line() {
    printf '%s\n' '{"op":"begin","activity":"PurchaseOrder","id":"good"}' "$2" >events.jsonl
    refuses 65 "line 2: $1" import events.jsonl
}
line "checkpoint 'Quantity'" '{"op":"update","activity":"PurchaseOrder","id":"1","data":{"Quantity":"many"}}'
line "checkpoint 'Quantity'" '{"op":"update","activity":"PurchaseOrder","id":"1","data":{"Quantity":1.5}}'
line "column" '{"op":"update","activity":"PurchaseOrder","id":"1","data":{"Quantity":9223372036854775808}}'
line "checkpoint 'City'" '{"op":"update","activity":"PurchaseOrder","id":"1","data":{"City":5}}'
line "checkpoint 'RecvTime'" '{"op":"update","activity":"PurchaseOrder","id":"1","data":{"RecvTime":"2026-02-30T00:00:00Z"}}'
line "checkpoint 'City'" "{\"op\":\"update\",\"activity\":\"PurchaseOrder\",\"id\":\"1\",\"data\":{\"City\":\"$(printf '%051d' 0)\"}}"
line "activity 'PurchaseOrder' has no checkpoint 'Town'" '{"op":"update","activity":"PurchaseOrder","id":"1","data":{"Town":"x"}}'
line "no activity 'Invoice'" '{"op":"begin","activity":"Invoice","id":"1"}'
line "unknown op 'start'" '{"op":"start","activity":"PurchaseOrder","id":"1"}'
line "'id' is missing" '{"op":"begin","activity":"PurchaseOrder"}'
line "" '{"op":"begin","activity":"PurchaseOrder","id":"1"'
printf 'ActivityID,Quantity\n1,5\n2,abc\n' >wide.csv
refuses 65 "line 3: column 'Quantity': 'abc'" import wide.csv
printf 'ActivityID,Quantiti\n1,5\n' >wide.csv
refuses 65 "no checkpoint 'Quantiti'" import wide.csv
printf '<log><trace><event>' >cut.xes
refuses 65 "cut.xes" import cut.xes
head -c 3000 "$NIGHTCUBE" >binary
refuses 65 "unknown format" import binary
: >empty
refuses 65 "empty" import empty

# Settings: a database that cannot be reached, a driver that is not there, a typing error.
cp "$base/nightcube.xml" "$home/good.xml"
settings() {
    sed "$1" good.xml >"$base/nightcube.xml"
}
settings 's|Database=BAMPrimaryImport.db|Database=gone/BAMPrimaryImport.db|'
refuses 69 "PrimaryImport" show activities
refuses 69 "PrimaryImport" nightly
settings 's|Driver=SQLite3;Database=BAMPrimaryImport.db|Driver=Oracle12;Database=x|'
refuses 69 "Oracle12" show activities
settings 's|<State |<Stat |'
refuses 78 "nightcube.xml:" show activities
settings '/<Archive/d'
refuses 78 "Archive" nightly
cp good.xml "$base/nightcube.xml"

# A run that another one holds up.
exec 9>>"$base/state/nightcube.lock"
flock -n 9 || fail "nobody should hold the lock"
refuses 75 "another run holds the lock" nightly
refuses 75 "another run holds the lock" set index PurchaseOrder ByCity City
exec 9>&-

# A library that is loaded when it is needed, and is not there, or is another one.
mkdir none other
: >none/libcurl.so.4
cp "$(dirname "$NIGHTCUBE")/tests/fault-shim.so" other/libcurl.so.4
for place in none other; do
    AWS_ACCESS_KEY_ID=id AWS_SECRET_ACCESS_KEY=key LD_LIBRARY_PATH=$home/$place \
        refuses 69 "stores over the network need libcurl" list --store s3:bucket
done

# Jobs that would lose data.
job() {
    printf '<Job xmlns="urn:nightcube:job:1" Name="bad">\n%s\n</Job>\n' "$1" >job.xml
}
job '<PurgeCube Name="purge" Cube="OrderCube"/>'
refuses 78 "job.xml:2: step 'purge': rule purge-after-truncate" run job.xml
told "rule full-process-after-purge"
job '<BackupDatabase Name="star" Database="StarSchema"/><BackupAnalysis Name="analysis" Database="*"/>'
refuses 78 "rule analysis-before-star" run job.xml
job '<MaintainDate Name="m" Activity="*"/>'
refuses 78 "job.xml:2:" run job.xml --plan
refuses 64 "no step 'maintian'" nightly --only maintian
exits 0 nightly
finish
