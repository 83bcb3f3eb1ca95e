#!/bin/sh
# cube.sh BUILD: the cube engine against DuckDB. Prints "name<TAB>ratio<TAB>goal", one line a goal;
# README.md says what is measured. Figures in seconds and bytes go to build/bench/cube-<set>.txt.
#   BENCH_ROWS   facts of both sets (default 2000000)
#   BENCH_LARGE  facts of both sets for the second time, and of the dense cube that is queried from
#                outside (default 10000000; 0: neither)
#   BENCH_SETS   which sets (default "dense sparse")
#   BENCH_REPEAT rounds of the smaller sets, ours and the peer's in turn; medians count (default 3)
set -eu
cd "$(dirname "$0")/../.."

build=$(cd "$1" && pwd)
rows=${BENCH_ROWS:-2000000}
large=${BENCH_LARGE:-10000000}
rounds=${BENCH_REPEAT:-3}
place=$PWD/build/bench
mkdir -p "$place/cubes"
. tests/bench/lib/figures.sh

bench() { "$build/cube-bench" "$@"; }
peer() { (cd "$place" && node ../../tests/bench/cube_peer.mjs "$@"); }

install_peer() {
    if ! cmp -s tests/bench/package.json "$place/package.json" || [ ! -d "$place/node_modules" ]; then
        cp tests/bench/package.json "$place/package.json"
        (cd "$place" && npm install --no-audit --no-fund --loglevel=error) >&2
    fi
}

# star_of SET ROWS: the star schema, made once, then a copy is worked on.
star_of() {
    if [ ! -f "$place/$1-$2.db" ]; then
        say "$1: star schema of $2 facts"
        rm -f "$place/$1-$2.db.part"
        bench star "$1" 0 "$2" "$place/$1-$2.db.part"
        mv "$place/$1-$2.db.part" "$place/$1-$2.db"
    fi
    cp "$place/$1-$2.db" "$place/star.db"
}

# round SET ROWS: each thing once, what is compared as close together as can be.
round() {
    rm -rf "$place/cubes/$1"
    say "$1: processing $2 facts"
    bench fetch "$place/star.db"
    bench full "$place/star.db" "$place/cubes/$1"
    bench base "$1" "$2"
    [ "$1" = sparse ] && bench ask "$place/cubes/$1" "$place/queries.txt"
    [ "$1" = dense ] && bench rollup "$place/cubes/$1"
    say "$1: the peer"
    peer facts "$1" "$2" "$place/queries.txt"
}

# measure SET ROWS ROUNDS
measure() {
    star_of "$1" "$2"
    for _ in $(seq "$3"); do
        round "$1" "$2"
    done
    echo "base_bytes	$(cat "$place/cubes/$1/Sales"/*[0-9].seg | wc -c)"
    say "$1: adding one per cent"
    bench star "$1" "$2" "$(($2 + $2 / 100))" "$place/star.db"
    bench add "$place/star.db" "$place/cubes/$1"
    if [ "$1" = sparse ]; then
        say "$1: processing with the least memory that can be set"
        bench full "$place/star.db" "$place/cubes/spilling" 128
        rm -rf "$place/cubes/spilling"
    fi
    rm -f "$place/star.db"
}

measure_large() {
    say "dense: queries on $large facts"
    rm -rf "$place/cubes/large" "$place/peer.db"
    bench make dense "$large" "$place/cubes/large"
    bench ask "$place/cubes/large" "$place/queries.txt"
    cat >"$place/nightcube.xml" <<XML
<Nightcube xmlns="urn:nightcube:config:1">
  <Databases>
    <PrimaryImport Connection="Driver=SQLite3;Database=$place/none.db"/>
    <StarSchema Connection="Driver=SQLite3;Database=$place/none-star.db"/>
  </Databases>
  <Analysis Name="Bench" Directory="$place/cubes/large"/>
  <State Directory="$place/state"/>
</Nightcube>
XML
    bench spawn "$build/nightcube" "$place/nightcube.xml" "$place/queries.txt"
    echo "cube_bytes	$(cat "$place"/cubes/large/Sales/* | wc -c)"
    peer database dense "$large" "$place/peer.db" "$place/queries.txt"
    rm -f "$place/peer.db"
}

# judge SET ROWS NAME ROUNDS: measures a set and says what came of it, under that name.
judge() {
    figures=$place/cube-$3.txt
    measure "$1" "$2" "$4" >"$figures"
    if [ "$1" = dense ]; then
        ratio "cube.$3.rollup144" '<=0.15' "$figures" 'f["rollup144"]' 'f["peer_sets_base"]'
        ratio "cube.$3.process_full" '<=0.5' "$figures" 'f["process_full"]' 'f["peer_sets_facts"]'
    else
        ratio "cube.$3.process_full" '<=1.0' "$figures" 'f["process_full"]' 'f["peer_base"] + f["fetch"]'
        ratio "cube.$3.query_inside" '<=0.5' "$figures" 'f["query_inside"]' 'f["peer_query"]'
        ratio "cube.$3.spilling_memory" '<=1' "$figures" 'f["spilling_peak_bytes"]' 'f["spilling_memory_bytes"]'
    fi
    ratio "cube.$3.base_build" '<=0.5' "$figures" 'f["base_build"]' 'f["fetch"]'
    ratio "cube.$3.process_add" '<=0.05' "$figures" 'f["process_add"]' 'f["process_full"]'
    ratio "cube.$3.peak_memory" '<=1' "$figures" 'f["peak_bytes"]' \
        '(3 * f["base_bytes"] + 67108864 < f["memory_bytes"] ? 3 * f["base_bytes"] + 67108864 : f["memory_bytes"])'
}

install_peer
peer queries "$place/queries.txt"
for set in ${BENCH_SETS:-dense sparse}; do
    judge "$set" "$rows" "$set" "$rounds"
    [ "$large" -eq 0 ] || judge "$set" "$large" "${set}_large" 1
    if [ "$set" = dense ] && [ "$large" -gt 0 ]; then
        figures=$place/cube-large.txt
        measure_large >"$figures"
        ratio cube.dense.query_process '<=0.2' "$figures" 'f["query_process"]' 'f["peer_query"]'
        ratio cube.dense.query_inside '<=0.01' "$figures" 'f["query_inside"]' 'f["peer_query"]'
        ratio cube.dense.file_size '<=0.5' "$figures" 'f["cube_bytes"]' 'f["peer_file_bytes"]'
    fi
done
