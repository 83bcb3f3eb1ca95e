# A night into an object store, and back from it on a bare machine: S3 and Azure Blob, as their emulators speak them.
. "$SOURCE/tests/scenario/story.bash"

emulators=${NIGHTCUBE_EMULATORS:-$SOURCE/build/emulators}/node_modules/.bin
[ -x "$emulators/s3rver" ] && [ -x "$emulators/azurite-blob" ] || skip "the emulators are not installed"

servers=
trap 'kill $servers 2>/dev/null' EXIT
mkdir s3 azure
s3_port=$((20000 + $$ % 10000)) azure_port=$((30000 + $$ % 10000))
"$emulators/s3rver" -d s3 -p $s3_port -a 127.0.0.1 --silent --configure-bucket backups >s3.log 2>&1 &
servers="$servers $!"
"$emulators/azurite-blob" --blobPort $azure_port --location azure --silent --skipApiVersionCheck --disableTelemetry >azure.log 2>&1 &
servers="$servers $!"
for port in $s3_port $azure_port; do
    for _ in $(seq 100); do
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
        sleep 0.1
    done
done

# Secrets stand in files of their own; the emulators' keys are published.
mkdir credentials
export CREDENTIALS_DIRECTORY=$home/credentials
umask 077
azure_key=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==
printf S3RVER >credentials/AWS_ACCESS_KEY_ID
printf S3RVER >credentials/AWS_SECRET_ACCESS_KEY
printf %s $azure_key >credentials/AZURE_STORAGE_KEY
export AWS_ENDPOINT_URL=http://127.0.0.1:$s3_port
export AZURE_STORAGE_BLOB_ENDPOINT=http://127.0.0.1:$azure_port/devstoreaccount1

at 2026-09-01T02:00:00Z
site_new host
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
exits 0 import "$SOURCE/config/examples/twelve-orders.csv"
exits 0 nightly
key=$(find "$home/host" -name identity.txt)
exits 0 copy --to s3:backups/night --verbose
! grep -q "Signature=" out err || fail "a signature stands in the log"
exits 0 copy --store s3:backups/night --to azblob:devstoreaccount1/nights --verbose
! grep -qF "$azure_key" out err || fail "a key stands in the log"
orders=$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_AllInstances')

n=0
for store in s3:backups/night azblob:devstoreaccount1/nights; do
    n=$((n + 1))
    site bare$n
    exits 0 list --store $store
    exits 0 verify --store $store --sample 2 --identity-file "$key"
    exits 0 restore --run 1 --store $store --identity-file "$key"
    same "the orders from $store" "$orders" "$(sql primary 'SELECT count(*) FROM bam_PurchaseOrder_AllInstances')"
    exits 0 drill --store $store --identity-file "$key"
done

# A wrong key is a matter of permission, and nothing of it is told.
printf %s bm90IHRoZSBrZXkgdGhhdCBvcGVucyBpdA== >credentials/AZURE_STORAGE_KEY
exits 77 list --store azblob:devstoreaccount1/nights
! grep -q bm90IHRoZSBrZXk err || fail "a key stands in the error"
finish
