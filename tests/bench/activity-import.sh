#!/bin/sh
# activity-import.sh BUILD: import and copy against what the bare drivers do. Prints "name<TAB>ratio<TAB>goal", one line a
# goal; README.md says what is measured. Figures in seconds and bytes go to build/bench/import-*.txt and copy-*.txt.
#   BENCH_ROWS     rows that are imported and copied for speed (default 1000000)
#   BENCH_LARGE    the same for memory (default 5000000; 0 leaves it out)
#   BENCH_REPEAT   rounds of both sides of each ratio in turn, of which the medians count (default 3)
#   BENCH_ENGINES  which engines (default "sqlite postgresql mariadb")
set -eu
cd "$(dirname "$0")/../.."

build=$(cd "$1" && pwd)
rows=${BENCH_ROWS:-1000000}
large=${BENCH_LARGE:-5000000}
rounds=${BENCH_REPEAT:-3}
place=$PWD/build/bench
data=$(cd "${NIGHTCUBE_DATA:-../shared/data}" 2>/dev/null && pwd || true)
. tests/bench/lib/figures.sh

bench() { "$build/import-bench" "$@"; }

# The connection string of ENGINE's database for PURPOSE.
connection_of() { eval "echo \"\$BENCH_$1_$2\""; }

# An installation whose primary import is CONNECTION.
site() {
    rm -rf "$place/site"
    mkdir -p "$place/site"
    cat >"$place/site/nightcube.xml" <<XML
<Nightcube xmlns="urn:nightcube:config:1">
  <Databases>
    <PrimaryImport Connection="$(printf '%s' "$1" | sed 's/&/\&amp;/g; s/"/\&quot;/g')"/>
    <StarSchema Connection="Driver=SQLite3;Database=$place/site/star.db"/>
  </Databases>
  <State Directory="$place/site/state"/>
</Nightcube>
XML
    nightcube setup
}

nightcube() { "$build/nightcube" --config "$place/site/nightcube.xml" --quiet "$@" >&2; }

import() { bench run import "$build/nightcube" --config "$place/site/nightcube.xml" --quiet import "$1"; }

make_csv() {
    [ -f "$place/orders-$1.csv" ] || { bench csv "$1" "$place/part.csv" && mv "$place/part.csv" "$place/orders-$1.csv"; }
}

# The bare insert into a twin of the table that the import fills, before each import and after the last.
bare_twin() {
    bench table "$connection" bam_Order_Completed Twin
    bench insert bare "$connection" Twin "$rows"
    bench drop "$connection" Twin
}

measure_import() {
    say "$1: import of $rows rows"
    connection=$(connection_of "$1" speed)
    site "$connection"
    for round in $(seq "$rounds"); do
        [ "$round" -eq 1 ] || nightcube remove --activity Order --no-backup
        nightcube deploy tests/bench/orders.xml --no-backup
        bare_twin
        import "$place/orders-$rows.csv"
    done
    bare_twin
}

measure_import_memory() {
    say "$1: import of $large rows"
    site "$(connection_of "$1" memory)"
    nightcube deploy tests/bench/orders.xml --no-backup
    import "$place/orders-$large.csv"
}

# The table that the import has filled goes to another engine, as a partition goes to the archive.
measure_copy() {
    say "$1 to $2: copy of $rows rows"
    source=$(connection_of "$1" speed)
    target=$(connection_of "$2" speed)
    for round in $(seq "$rounds"); do
        bench fetch fetch "$source" bam_Order_Completed "$rows"
        bench archive "$target" bam_Order_Completed Copy
        bench insert insert "$target" Copy "$rows"
        bench drop "$target" Copy
        bench copy copy "$source" bam_Order_Completed "$target" Copy
        bench drop "$target" Copy
    done
}

measure_copy_memory() {
    say "$1 to $2: copy of $large rows"
    target=$(connection_of "$2" memory)
    bench copy copy "$(connection_of "$1" memory)" bam_Order_Completed "$target" Copy
    bench drop "$target" Copy
}

measure_road_traffic() {
    say "sqlite: road-traffic log"
    log=$place/road-traffic-fines.xes
    gunzip -c "$data/event-logs/road-traffic-fines.xes.gz" >"$log"
    site "Driver=SQLite3;Database=$place/site/primary.db"
    "$build/nightcube" --quiet define "$log" >"$place/site/definition.xml"
    nightcube deploy "$place/site/definition.xml" --no-backup
    for round in $(seq "$rounds"); do
        bench run xmllint xmllint --stream --noout "$log"
    done
    import "$log"
    rm -f "$log"
}

# Once more, with databases on all engines around it.
if [ -z "${BENCH_INSIDE-}" ]; then
    mkdir -p "$place"
    self=$PWD/tests/bench/activity-import.sh
    cd "$place"
    rm -f BENCH_sqlite_*.db*
    BENCH_INSIDE=1 with_database sqlite BENCH_sqlite_speed BENCH_sqlite_memory -- \
        "$build/with-database" postgresql BENCH_postgresql_speed BENCH_postgresql_memory -- \
        "$build/with-database" mariadb BENCH_mariadb_speed BENCH_mariadb_memory -- "$self" "$build"
    rm -f BENCH_sqlite_*.db* orders-*.csv
    rm -rf site
    exit
fi

make_csv "$rows"
for engine in $(engines); do
    measure_import "$engine" >"$place/import-$engine.txt"
    ratio "activity.$engine.wide_import" '>=0.5' "$place/import-$engine.txt" 'f["bare"]' 'f["import"]'
done
for from in $(engines); do
    for to in $(engines); do
        [ "$from" != "$to" ] || continue
        measure_copy "$from" "$to" >"$place/copy-$from-$to.txt"
        ratio "activity.$from-$to.copy" '>=0.8' "$place/copy-$from-$to.txt" \
            '(f["fetch"] > f["insert"] ? f["fetch"] : f["insert"])' 'f["copy"]'
    done
done

if [ -f "$data/event-logs/road-traffic-fines.xes.gz" ]; then
    measure_road_traffic >"$place/import-road-traffic.txt"
    ratio activity.sqlite.road_traffic '<=6' "$place/import-road-traffic.txt" 'f["import"]' 'f["xmllint"]'
fi

[ "$large" -gt 0 ] || exit 0
make_csv "$large"
for engine in $(engines); do
    measure_import_memory "$engine" >"$place/import-$engine-large.txt"
    ratio "activity.$engine.import_memory_mib" '<=64' "$place/import-$engine-large.txt" 'f["import_bytes"]' 1048576
    sed 's/^/large_/' "$place/import-$engine-large.txt" >>"$place/import-$engine.txt"
    ratio "activity.$engine.import_over_history" '>=0.8' "$place/import-$engine.txt" \
        "f[\"import\"] * $large" "f[\"large_import\"] * $rows"
done
# Each engine reads once and writes once.
for from in $(engines); do
    to=$(engines | tr ' ' '\n' | grep -A1 "^$from\$" | tail -n +2)
    to=${to:-$(engines | cut -d ' ' -f 1)}
    measure_copy_memory "$from" "$to" >"$place/copy-$from-$to-large.txt"
    ratio "activity.$from-$to.copy_memory_mib" '<=64' "$place/copy-$from-$to-large.txt" 'f["peak_bytes"]' 1048576
done
