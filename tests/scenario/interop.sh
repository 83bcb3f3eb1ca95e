# A backup opens without the program: age, zstd, tar, sha256sum and any CSV loader.
. "$SOURCE/tests/scenario/story.bash"

at 2026-09-01T02:00:00Z
site_new interop
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
exits 0 import "$SOURCE/config/examples/twelve-orders.csv"
cat >nasty.jsonl <<'END'
{"op":"begin","activity":"PurchaseOrder","id":"nasty 1","data":{"City":"a \"quoted\", two\r\nlines\t\u0001 and 東京 🚚","Amount":0.30000000000000004,"Quantity":-9223372036854775808}}
{"op":"begin","activity":"PurchaseOrder","id":"nasty 2","data":{"City":"","Amount":1.2345678901234567e90,"Quantity":9223372036854775807}}
{"op":"begin","activity":"PurchaseOrder","id":"nasty 3","data":{"Amount":5e-324,"RecvTime":"2026-01-05T08:00:00.123456Z"}}
{"op":"end","activity":"PurchaseOrder","id":"nasty 1"}
{"op":"reference","activity":"PurchaseOrder","id":"nasty 2","reference":{"name":"Invoice","type":"Document","data":"I,1"}}
END
exits 0 import nasty.jsonl
exits 0 nightly
exits 0 backup PrimaryImport --to "file:$home/here" --file plain --no-encryption
exits 0 backup PrimaryImport --to "file:$home/here" --file loose --no-compression
exits 0 backup PrimaryImport --to "file:$home/here" --file bare.abf --no-encryption --no-compression
told "clear text"

# opened NAME PIPE..: unpacks what the pipe gives and checks its sums.
opened() {
    mkdir "$1"
    "${@:2}" | tar -x -C "$1" || fail "$1: tar"
    (cd "$1" && sha256sum --quiet -c SHA256SUMS) || fail "$1: sums"
    # The sums name every file but the two that come after.
    same "$1: what the sums name" "$(cd "$1" && find . -type f ! -name SHA256SUMS ! -name manifest.xml -printf '%P\n' | sort)" \
        "$(sed 's/^[0-9a-f]*  //' "$1/SHA256SUMS" | sort)"
    find "$1" -name '*.xml' -exec xmllint --noout {} + || fail "$1: XML"
}
sealed() { age -d -i "$base/identity.txt" "$1" | zstd -qdc; }
recovered() { age -d -i "$base/recovery.txt" "$1" | zstd -qdc; }
latest() { find "$base/backups" -name "$1_*-r1.abf"; }

opened night sealed "$(latest PrimaryImport)"
opened recovery recovered "$(latest PrimaryImport)"
opened plain zstd -qdc here/plain.abf
opened loose age -d -i "$base/identity.txt" here/loose.abf
opened bare cat here/bare.abf
opened star sealed "$(latest StarSchema)"
opened archive sealed "$(latest Archive)"
opened analysis sealed "$(latest BAMAnalysis)"
same "with either key the same" "" "$(diff -r night recovery)"
for file in "$base"/analysis/OrderCube/*; do
    cmp "$file" "$(find analysis -name "$(basename "$file")")" || fail "cube file $file"
done

# loads FOLDER DATABASE: every table, chunk by chunk, by a loader that knows nothing of us; the same rows come out.
loads() {
    local table part scratch=$1.db rows
    sqlite3 -readonly "$(database "$2")" ".schema --nosys" | grep -v '^CREATE VIEW\|^/\*' | sqlite3 "$scratch"
    for table in $(sqlite3 "$scratch" "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
        ORDER BY name LIKE '%\_OnlineIDs' ESCAPE '\'"); do
        for chunk in "$1/data/$table"/*.csv; do
            [ ! -f "$chunk" ] || sqlite3 "$scratch" ".import --csv --skip 1 \"$chunk\" \"$table\"" || fail "$chunk"
        done
        # Not in the backup, and no loss: they are the keys of what is.
        [[ $table != *_OnlineIDs ]] || for part in $(sqlite3 "$scratch" "SELECT name FROM sqlite_master WHERE type = 'table'
            AND (name GLOB '${table%_OnlineIDs}_Completed' OR name GLOB '${table%_OnlineIDs}_[0-9]*Z')"); do
            sqlite3 "$scratch" "INSERT INTO \"$table\" SELECT \"ActivityID\" FROM \"$part\""
        done
        rows=$(sql "$2" "SELECT count(*) FROM \"$table\"")
        same "$table: rows" "$rows" "$(sqlite3 "$scratch" "SELECT count(*) FROM \"$table\"")"
        # Times are written as RFC 3339; the CSV loader takes them and NULL as text.
        same "$table: values" "$(sql "$2" "SELECT * FROM \"$table\"" | plain_times | sort)" \
            "$(sqlite3 "$scratch" "SELECT * FROM \"$table\"" | plain_times | sort)"
    done
}
plain_times() { sed -E 's/([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9:]{8}(\.[0-9]+)?)Z/\1 \2/g'; }

loads bare primary
loads star star
same "numbers at the edge" "-9223372036854775808 0.30000000000000004 1.2345678901234567e+90 9223372036854775807" "$(
    echo $(grep -ohE '0\.30*4|-9223372036854775808|1\.2345678901234567e\+90|9223372036854775807' bare/data/bam_PurchaseOrder_*/*.csv | sort))"
same "empty text is quoted, NULL is not" '"",9223372036854775807 ,,' "$(
    awk -F, '/^nasty 2/ { printf "%s,%s ", $5, $6 } /^nasty 3/ { printf ",%s,", $5 $6 }' bare/data/bam_PurchaseOrder_Active/*.csv)"
same "a time keeps its fraction" 1 "$(grep -c '^nasty 3,.*,2026-01-05T08:00:00.123456Z,' bare/data/bam_PurchaseOrder_Active/*.csv)"

# The same on the other side: what age sealed is read by the program only when it is a backup.
age -r "$(grep -o 'age1[0-9a-z]*' "$base/nightcube.xml" | head -n 1)" -o resealed.abf here/plain.abf
exits 0 verify resealed.abf
age -r "$(grep -o 'age1[0-9a-z]*' "$base/nightcube.xml" | head -n 1)" -o other.abf <(tar -c bare/backup.xml | zstd -q)
exits 65 verify other.abf
finish
