# Whole nights on each engine, killed at random moments, and with calls of the databases or of the file system that fail,
# once or from then on, and both again while the next run puts that right: one clear error, and the run after brings the
# databases to where nothing was ever disturbed. NIGHTS and ENGINES choose: NIGHTS=killed ENGINES=mariadb.
. "$SOURCE/tests/scenario/story.bash"
. "$SOURCE/tests/scenario/engines.bash"
. "$SOURCE/tests/fault/points.bash"
. "$SOURCE/tests/fault/writers.bash"

# The engines' own words, NATIVE:SQLSTATE, for an error that says nothing more and for another transaction in the way.
declare -A error=([sqlite]=1:HY000 [postgresql]=7:P0001 [mariadb]=1105:HY000)
declare -A conflict=([sqlite]=5:HY000 [postgresql]=7:40P01 [mariadb]=1213:40001)

killed() {
    # Between any two calls, and at any moment: also while a server works on what was asked last.
    strike_some 1 180 'kill:%d' 137 "$calls"
    strike_some 1 180 'after:%d' '137 0' "$micros"
}

killed_again() {
    strike_some 1 140 'kill:%d,kill:%d' '137 0' "$calls" "$calls"
    strike_some 0 70 "odbc:%d:${error[$engine]},kill:%d" '137 70 0' "$statements" "$calls"
    strike_some 0 70 "kill:%d,odbc:%d:${conflict[$engine]}" "137 $busy" "$calls" "$statements"
    strike_some 0 70 'after:%d,after:%d' '137 0' "$micros" "$micros"
}

# The number of the statement that commits the first drop of a partition.
commit_of_drop() {
    awk '$2 == "statements" { number = $3 }
        / DROP TABLE "bam_PurchaseOrder_/ { dropped = 1 }
        dropped && / statement COMMIT/ { print number; exit }' "$home/$story.trace"
}

# 0: nothing depended on it, or it was tried again.
failed() {
    strike_each 1 "odbc:%d:${error[$engine]}" '70 0' "$statements"
    strike_each 0 "odbc:%d:${conflict[$engine]}" "$busy" "$statements"
    strike_each "$embedded" "lost:%d:${conflict[$engine]}" "$busy" "$statements"
    # Also the one answer that would have a partition dropped again.
    strike_all "lost:%d:${conflict[$engine]}" "$busy" < <(commit_of_drop)
    strike_each "$embedded" "odbc:%d+:${error[$engine]}" '70 0' "$statements"
    strike_each 0 "odbc:%d+:${conflict[$engine]}" "$busy" "$statements"
    strike_some 0 60 "fetch:%d:${conflict[$engine]}" "$busy" "$(total fetches)"
    strike_some 0 60 "prepare:%d:${error[$engine]}" '70 0' "$(total prepares)"
    strike_some 0 10 "connect:%d:${conflict[$engine]}" "$busy" "$(total connects)"
    [ "$engine" = sqlite ] || strike_each 1 'cut:%d' '69 0' "$statements"
    # The driver has cut a value and says so in passing.
    strike_each 0 'truncate:%d' '65 0' "$statements"
    strike_some 0 60 'cutrow:%d' '65 0' "$(total fetches)"
    # The last one takes away who held the database.
    [ "$engine" = sqlite ] || strike_all "odbc:%d:${conflict[$engine]}" 0 <<<"$statements"
}

full() {
    strike_some 0 60 'full:%d' '74 0' "$writes"
    strike_some 0 60 'full:%d+' '74 0' "$writes"
    strike_some 0 60 'eio:%d' '74 0' "$writes"
    strike_some "$embedded" 60 'eio:%d+' '74 0' "$writes"
    strike_some "$embedded" 60 'flush:%d' '74 0' "$(total flushes)"
    strike_some 0 60 'flush:%d+' '74 0' "$(total flushes)"
    strike_some 0 60 'short:%d' 0 "$writes"
    strike_some "$embedded" 10 'short:%d+' 0 "$writes"
}

# While others write.
written() {
    local striker=write_through
    [ "$(long_rounds 0 1)" -eq 1 ] || [ "$engine" = postgresql ] || return 0
    strike_some 1 30 'kill:%d,kill:%d' '137 0' "$calls" "$calls"
    strike_some 0 30 'after:%d,after:%d' '137 0' "$micros" "$micros"
    strike_some 0 20 "odbc:%d:${conflict[$engine]},lost:%d:${conflict[$engine]}" "$busy" "$statements" "$statements"
    [ "$engine" = sqlite ] || strike_some 0 20 'cut:%d,cut:%d' '69 0' "$statements" "$statements"
}

# without_archive NAME CODE CHANGE: the archive is not where the settings say, or cannot be written to, for one night: CHANGE,
# as of sed, of its line in the settings.
without_archive() {
    local copy="$story.archive-$1" settings
    site_copy base "$copy"
    site "$copy"
    settings=$XDG_CONFIG_HOME/nightcube/nightcube.xml
    cp "$settings" "$copy.xml"
    sed -i "/<Archive /$3" "$settings"
    exits "$2" nightly
    [ "$(grep '^error: ' err | sort -u | wc -l)" -eq 1 ] || fail "$copy: is not told in one line: $(cat err)"
    [ "$(ask primary 'SELECT count(*) FROM "bam_Metadata_Partitions" WHERE "ArchivedTime" IS NOT NULL')" -eq 0 ] ||
        fail "$copy: a partition is gone"
    cp "$copy.xml" "$settings"
    exits 0 nightly
    same "$copy: what the databases hold" "$(cat "$story.reference")" "$(holdings)"
    site_drop "$copy"
}

# A disk of its own, `room`, for the archive of the site NAME on a server.
make_room() {
    local db account=mysql
    db=$(database_of "$1")
    case $engine in
    postgresql)
        account=postgres
        room=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-room.XXXXXX")
        ;;
    mariadb)
        room=$(my -e 'SELECT @@datadir')${db}_archive
        dump_mariadb "${db}_archive" >archive.sql
        ;;
    esac
    mount -t tmpfs -o "size=64m,uid=$account" tmpfs "$room" 2>/dev/null || {
        [ "$engine" = mariadb ] || rmdir "$room"
        return 1
    }
    trap leave_room EXIT
    case $engine in
    postgresql)
        psql -qX -d "$db" -c "CREATE TABLESPACE room LOCATION '$room'" -c 'CREATE ROLE roomy SUPERUSER LOGIN' \
            -c 'ALTER ROLE roomy SET default_tablespace TO room'
        sed -i '/<Archive /s|Uid=nightcube|Uid=roomy|' "$XDG_CONFIG_HOME/nightcube/nightcube.xml"
        ;;
    mariadb) my -D "${db}_archive" <archive.sql ;;
    esac
}

leave_room() {
    umount -l "$room"
    [ "$engine" = mariadb ] || rmdir "$room"
}

give_room() {
    mount -o "remount,size=$1" "$room"
}

# KIB...: so much room is left in the archive, each time for a night; then there is enough. (On an embedded engine: full.)
full_archive() {
    local copy="$story.archive-full" kib
    site_copy base "$copy"
    site "$copy"
    make_room "$copy" || {
        echo "nothing can be mounted here: an archive on a full disk was not tried"
        site_drop "$copy"
        return 0
    }
    for kib in "$@"; do
        give_room $(($(df -k --output=used "$room" | tail -n 1) + kib))k
        exits 74 nightly
        told "make room where the server keeps its data"
        [ "$(grep '^error: ' err | sort -u | wc -l)" -eq 1 ] || fail "$copy: is not told in one line: $(cat err)"
        [ "$(ask primary 'SELECT count(*) FROM "bam_Metadata_Partitions" WHERE "ArchivedTime" IS NOT NULL')" -eq 0 ] ||
            fail "$copy: a partition is gone"
    done
    give_room 64m
    exits 0 nightly
    same "$copy: what the databases hold" "$(cat "$story.reference")" "$(holdings)"
    site_drop "$copy" 2>/dev/null
    leave_room
    trap - EXIT
}

archive() {
    [ "$(long_rounds 0 1)" -eq 1 ] || [ "$engine" = postgresql ] || return 0
    case $engine in
    sqlite) without_archive missing 69 's|archive.db|gone.db|' ;;
    postgresql)
        without_archive missing 69 's|archive&quot|gone\&quot|'
        psql -qX -d postgres -c 'CREATE ROLE reader SUPERUSER LOGIN' -c 'ALTER ROLE reader SET default_transaction_read_only TO on'
        without_archive read-only 77 's|Uid=nightcube|Uid=reader|'
        full_archive $(long_rounds "" 4) 24
        ;;
    mariadb)
        my -e "CREATE USER IF NOT EXISTS reader@'%' IDENTIFIED BY ''; GRANT SELECT ON *.* TO reader@'%'"
        without_archive missing 69 's|_archive"|_gone"|'
        without_archive read-only 77 's|Uid=root|Uid=reader|'
        full_archive 4 100
        ;;
    esac
}

act() { "$NIGHTCUBE" nightly; }
for name in ${ENGINES:-sqlite postgresql mariadb}; do
    engine "$name"
    night_before 60
    story "$name" base
    calls=$(total calls) statements=$(total statements) writes=$(total writes) micros=$(total micros)
    # The journal is always SQLite's, which does not know the words of another engine.
    busy='69 0'
    embedded=1 # in make test what does not depend on the engine
    [ "$name" = sqlite ] || busy='69 70 0' embedded=0
    for part in ${NIGHTS:-killed killed_again failed full written archive}; do $part; done
    for each in base quiet deployed "$story"; do site_drop "$each"; done
done

checked
[ ! -f acknowledged ] || awk '{ n += $1 } END { print n " events acknowledged to writers" }' acknowledged
finish
