#!/bin/sh
# backup.sh BUILD: backup, restore and verification against the bare driver and the usual programs. Prints
# "name<TAB>ratio<TAB>goal", one line a goal; README.md says what is measured. Figures in seconds, bytes and CPU seconds go
# to build/bench/backup-<engine>.txt.
#   BENCH_ROWS     rows of the table (default 5000000; the history of the night has as many)
#   BENCH_ENGINES  which engines (default "sqlite postgresql mariadb")
#   BENCH_REPEAT   how often the short measurements are repeated; the best counts (default 3)
set -eu
cd "$(dirname "$0")/../.."
top=$PWD
. tests/bench/lib/figures.sh

build=$(cd "$1" && pwd)
rows=${BENCH_ROWS:-5000000}
repeat=${BENCH_REPEAT:-3}
place=$top/build/bench
mkdir -p "$place"
bench() { "$build/backup-bench" "$@"; }
nightcube() { "$build/nightcube" --config "$work/nightcube.xml" "$@"; }

# timed NAME COMMAND...: seconds, CPU seconds and peak memory of a run of the program.
timed() {
    name=$1
    shift
    bench run "$name" "$build/nightcube" "$@" --config "$work/nightcube.xml" --quiet
}

quoted() { printf '%s' "$1" | sed 's/"/\&quot;/g'; }

write_settings() {
    cat >"$work/nightcube.xml" <<XML
<Nightcube xmlns="urn:nightcube:config:1">
  <Databases>
    <PrimaryImport Connection="$(quoted "$PRIMARY")"/>
    <Archive Connection="$(quoted "$ARCHIVE")"/>
    <StarSchema Connection="$(quoted "$STAR")"/>
    <Other Name="Orders" Connection="$(quoted "$ORDERS")"/>
  </Databases>
  <Analysis Name="Bench" Directory="$work/cubes"/>
  <Backup Store="file:$work/store"/>
  <State Directory="$work/state"/>
</Nightcube>
XML
    nightcube setup >&2
}

# The container of the newest backup of a database.
newest() { ls -t "$work"/store/"$1"_*.abf | head -n 1; }

# ---- one table: there and back ----

measure_backup() {
    bench fill "$ORDERS" orders 1 "$rows"
    for _ in $(seq "$repeat"); do
        bench fetch "$ORDERS" orders "$rows"
        timed backup backup Orders
    done
    echo "stored_bytes	$(wc -c <"$(newest Orders)")"
}

measure_verify() {
    container=$(newest Orders)
    for _ in $(seq "$repeat"); do
        bench run age_zstd_sha256sum sh -c 'age -d -i "$1" "$2" | zstd -d | sha256sum' sh "$work/identity.txt" "$container"
        timed verify verify "$container"
    done
}

measure_restore() {
    container=$(newest Orders)
    for n in $(seq "$repeat"); do
        bench insert "$TARGET" "insert_$n" "$rows"
        timed restore restore "$container" --to-connection "$TARGET" --allow-overwrite
    done
}

# What a shop without us does; parameters of the server out of the connection string.
measure_pg_dump() {
    port=$(printf '%s\n' "$ORDERS" | sed 's/.*Port=\([0-9]*\).*/\1/')
    schema=$(printf '%s\n' "$ORDERS" | sed 's/.*search_path TO "\([^"]*\)".*/\1/')
    recipient=$(sed -n 's:.*<Recipient>\(.*\)</Recipient>.*:\1:p' "$work/nightcube.xml" | head -n 1)
    dump="pg_dump -h 127.0.0.1 -p $port -U nightcube -n '\"$schema\"' postgres | zstd -3"
    for _ in $(seq "$repeat"); do
        bench run pg_dump_zstd_age sh -c "$dump | age -r $recipient >$work/pg_dump.age"
    done
    echo "pg_dump_bytes	$(sh -c "$dump" | wc -c)"
    rm -f "$work/pg_dump.age"
}

# ---- a night ----

# Ten old partitions in the archive hold the history; each night brings one more of a hundredth of its rows.
measure_night() {
    part=$((rows / 10))
    for n in 0 1 2 3 4 5 6 7 8 9; do
        bench fill "$ARCHIVE" "bam_Order_Instances_2026010${n}T000000Z" $((n * part + 1)) $part
    done
    timed night_first backup PrimaryImport Archive StarSchema
    for n in $(seq "$repeat"); do
        bench fill "$ARCHIVE" "bam_Order_Instances_2026010${n}T120000Z" $((rows + n * rows / 100 + 1)) $((rows / 100))
        timed night_next backup PrimaryImport Archive StarSchema
    done
}

measure() {
    rm -rf "$work/store"
    write_settings
    say "$engine: backup"
    measure_backup
    [ "$engine" != postgresql ] || measure_pg_dump
    say "$engine: verification"
    measure_verify
    say "$engine: restore"
    measure_restore
    say "$engine: a night"
    measure_night
}

# The best of each figure, the largest of memory.
best() {
    awk -F '\t' '$1 ~ /bytes$/ { if ($2 > f[$1]) f[$1] = $2; next }
        !($1 in f) || $2 < f[$1] { f[$1] = $2 }
        END { for (name in f) printf "%s\t%s\n", name, f[name] }' "$1" | sort
}

judge() {
    figures=$place/backup-$engine.txt
    [ "$engine" = mariadb ] && fetch='>=0.5' || fetch='>=0.8'
    ratio "backup.$engine.fetch" "$fetch" "$figures" 'f["fetch"]' 'f["backup"]'
    if [ "$engine" = postgresql ]; then
        ratio backup.postgresql.two_connections '>=1.2' "$figures" 'f["fetch"]' 'f["backup"]'
        ratio backup.postgresql.size '<=1.1' "$figures" 'f["stored_bytes"]' 'f["pg_dump_bytes"]'
    fi
    ratio "backup.$engine.night" '<=0.05' "$figures" 'f["night_next"]' 'f["night_first"]'
    ratio "backup.$engine.restore" '>=0.8' "$figures" 'f["insert"]' 'f["restore"]'
    ratio "backup.$engine.verify" '>=1.0' "$figures" 'f["age_zstd_sha256sum"]' 'f["verify"]'
    ratio "backup.$engine.memory_mib" '<=64' "$figures" \
        '(f["backup_peak_bytes"] > f["restore_peak_bytes"] ? f["backup_peak_bytes"] : f["restore_peak_bytes"])' 1048576
}

# Inside with_database the script calls itself.
if [ "${2-}" = inside ]; then
    engine=$3
    work=$4
    measure >"$work/figures"
    exit
fi

for engine in $(engines); do
    work=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-bench.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && with_database "$engine" PRIMARY ARCHIVE STAR ORDERS TARGET -- "$top/tests/bench/backup.sh" "$build" inside "$engine" "$work")
    best "$work/figures" >"$place/backup-$engine.txt"
    judge
    rm -rf "$work"
done
