# What servers do to a run, on real ones: connections are ended and the server is killed in the middle of a night, its disk is
# full, it is set up wrongly, tables are changed by hand. Each time one error that names SQLSTATE, object and cure, and nothing
# lost or doubled. PARTS and ENGINES choose: PARTS=crashed ENGINES=mariadb.
#
# Where mounting is allowed the servers keep their data on a small file system of their own, which can be filled.
. "$SOURCE/tests/scenario/story.bash"
if [ -z "${MARIADB:-}" ] && [ -z "${SMALL_DISK:-}" ] && unshare -m true 2>/dev/null; then
    SMALL_DISK=$(mktemp -d "${TMPDIR:-/tmp}/nightcube-disk.XXXXXX")
    export SMALL_DISK
    unshare -m bash -c 'mount -t tmpfs -o size=700m,mode=1777 tmpfs "$SMALL_DISK" && exec bash "$0"' "$0"
    code=$?
    rmdir "$SMALL_DISK"
    exit $code
fi
[ -z "${SMALL_DISK:-}" ] || [ -n "${MARIADB:-}" ] || export TMPDIR=$SMALL_DISK
. "$SOURCE/tests/scenario/engines.bash"
. "$SOURCE/tests/fault/points.bash"
unset TMPDIR

# Every connection to the databases of the site $1 ends, as an administrator ends them; for the shell.
ending_connections() {
    case $engine in
    postgresql)
        echo "psql -qAtX -d postgres -c \"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$(database_of "$1")'\""
        ;;
    mariadb)
        echo "mariadb --no-defaults -h 127.0.0.1 -P $mariadb_port -u root -N -B -e \"SELECT concat('KILL ', id, ';') FROM information_schema.processlist WHERE db LIKE '$(database_of "$1")%'\" | mariadb --no-defaults -h 127.0.0.1 -P $mariadb_port -u root -f"
        ;;
    esac
}

server_pid() {
    case $engine in
    postgresql) head -n 1 "$(psql -qAtX -d postgres -c 'SHOW data_directory')/postmaster.pid" ;;
    mariadb) cat "$(my -e 'SELECT @@pid_file')" ;;
    esac
}

answers() {
    case $engine in
    postgresql) psql -qAtX -d postgres -c 'SELECT 1' >/dev/null 2>&1 ;;
    mariadb) my -e 'SELECT 1' >/dev/null 2>&1 ;;
    esac
}

# A script that kills the server as a power cut would, and starts it again as it was started.
write_killer() {
    local pid
    pid=$(server_pid)
    {
        echo "pid=\$(cat '$home/$engine.pid')"
        echo 'kill -9 $pid $(ps -o pid= --ppid $pid)'
        # Its parent does not look, so that its number stays in use.
        [ "$engine" != postgresql ] || echo "rm -f '$(readlink "/proc/$pid/cwd")/postmaster.pid' '$(readlink "/proc/$pid/cwd")'/../.s.PGSQL.*.lock"
        echo "cd '$(readlink "/proc/$pid/cwd")'"
        printf 'for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do\n    '
        [ "$(id -u)" != 0 ] || stat -c 'setpriv --reuid %u --regid %g --clear-groups ' "/proc/$pid" | tr -d '\n'
        printf "'%s' " "$(readlink "/proc/$pid/exe")"
        tail -z -n +2 "/proc/$pid/cmdline" | xargs -0 -n 1 printf "'%s' "
        printf '>>server.log 2>&1 </dev/null &\n'
        echo "    pid=\$!; echo \$pid >'$home/$engine.pid'"
        echo '    for wait in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do'
        echo '        kill -0 $pid 2>/dev/null || break'
        case $engine in
        postgresql) echo "        psql -qAtX -h 127.0.0.1 -p $postgresql_port -d postgres -c 'SELECT 1' >/dev/null 2>&1 && exit 0" ;;
        mariadb) echo "        mariadb --no-defaults -h 127.0.0.1 -P $mariadb_port -u root -e 'SELECT 1' >/dev/null 2>&1 && exit 0" ;;
        esac
        echo '        sleep 0.25'
        echo '    done'
        echo 'done'
        echo 'exit 1'
    } >"$engine.killer"
    echo "$pid" >"$engine.pid"
}

stop_servers() {
    local file
    for file in "$home"/*.pid; do
        [ -f "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null
    done
}
trap stop_servers EXIT

# As `strike` of points.bash, with the fault's command for this copy.
strike_call() {
    export NIGHTCUBE_FAULT_CALL
    case $what in
    ended) NIGHTCUBE_FAULT_CALL=$(ending_connections "$story.${1//:/-}") ;;
    crashed) NIGHTCUBE_FAULT_CALL="sh $home/$engine.killer" ;;
    esac
    strike "$1" "$2"
}

# At statement $1 the error is told with its state, the database and the cure. Which state it is, is the driver's affair.
told_of_loss() {
    site_copy "$story_base" "$story.told"
    site "$story.told"
    NIGHTCUBE_FAULT_CALL=$(ending_connections "$story.told") NIGHTCUBE_FAULT=call:$1 LD_PRELOAD=$shim act >out 2>err &&
        fail "$engine: nobody noticed that the connection was gone"
    told 'SQLSTATE '
    told 'PrimaryImport: '
    told 'hint: what was under way is undone as a whole'
    site_drop "$story.told"
    site "$story"
}

ended() {
    told_of_loss $((statements / 3))
    strike_some 1 120 'call:%d' '69 0' "$statements"
}

crashed() {
    write_killer
    # One at a time: the others' server is the same.
    STRIKES=1 strike_some 1 25 'call:%d' '69 0' "$statements"
}

# All instances with their references: RecordIDs have gaps where a batch was undone.
orders() {
    ask primary 'SELECT "ActivityID", "Amount", "City" FROM "bam_PurchaseOrder_Completed" UNION ALL SELECT "ActivityID", "Amount", "City" FROM "bam_PurchaseOrder_Active"' | LC_ALL=C sort
    ask primary 'SELECT "ActivityID", "ReferenceName", "ReferenceData" FROM "bam_PurchaseOrder_CompletedRelationships"' | LC_ALL=C sort
}

# The disk is full while an import is under way; with room again it goes on where it stopped.
full() {
    local free code
    [ -n "${SMALL_DISK:-}" ] || {
        echo "$engine: no full disk: mounting a small one is not allowed here"
        return
    }
    site_copy deployed full
    site full
    write_killer
    # So that it is the tables that find no room, not the log.
    [ "$engine" != postgresql ] || psql -qAtX -d postgres -c 'SELECT pg_switch_wal()' -c CHECKPOINT >/dev/null
    free=$(df --output=avail -k "$SMALL_DISK" | tail -n 1)
    head -c "$((free - 160))k" /dev/zero >"$SMALL_DISK/filler"
    "$NIGHTCUBE" import many.jsonl >out 2>err
    code=$?
    rm "$SMALL_DISK/filler"
    told 'SQLSTATE '
    told "table 'bam_PurchaseOrder_"
    if answers; then
        same "$engine: exit code with the disk full" 74 $code
        told 'hint: make room where the server keeps its data'
    else
        # MariaDB 10.11 does not always live through it.
        same "$engine: exit code with the disk full and the server dead" 69 $code
        told 'hint: what was under way is undone as a whole; when the server is up again'
        sh "$engine.killer"
    fi
    exits 0 import many.jsonl
    orders >full.orders
    site_copy deployed roomy
    site roomy
    exits 0 import many.jsonl
    orders >roomy.orders
    cmp -s full.orders roomy.orders || fail "$engine: the disk was full: $(diff full.orders roomy.orders 2>&1 | head -n 10)"
    site_drop full
    site_drop roomy
}

# The driver says that it cut a value (01004), which is an error though the call succeeded.
truncated() {
    local number
    site_copy deployed traced
    site traced
    NIGHTCUBE_FAULT=trace NIGHTCUBE_FAULT_LOG=$home/import.trace LD_PRELOAD=$shim exits 0 import early.jsonl
    number=$(awk '/ statement / { n++ } / statement INSERT INTO "bam_PurchaseOrder_Completed"/ { print n; exit }' import.trace)
    site_drop traced
    site_copy deployed cut
    site cut
    NIGHTCUBE_FAULT=truncate:$number LD_PRELOAD=$shim exits 65 import early.jsonl
    told 'SQLSTATE 01004'
    told "write table 'bam_PurchaseOrder_Completed'"
    told 'nightcube doctor'
    same "$engine: rows after a value was cut" 0 "$(ask primary 'SELECT count(*) FROM "bam_PurchaseOrder_Completed"')"
    exits 0 import early.jsonl
    site_drop cut
}

# by_hand NAME SQL..: somebody changes the primary import of a copy of `base`.
by_hand() {
    local statement
    site_copy base by-hand
    site by-hand
    shift
    for statement; do ask primary "$statement" >/dev/null 2>sql.err || fail "$engine: $statement: $(cat sql.err)"; done
}

# says TEXT: doctor's lines hold it.
says() {
    grep -qF -e "$1" out || {
        fail "doctor does not say: $1"
        grep -vh '^ok' out err | cut -c 1-200 | sed 's/^/    /'
    }
}

by_hand_all() {
    local cascade='' partition completed='"bam_PurchaseOrder_Completed"' index
    [ "$engine" != postgresql ] || cascade=CASCADE
    site base
    partition=$(ask primary 'SELECT min("InstancesTable") FROM "bam_Metadata_Partitions" WHERE "ArchivedTime" IS NULL')

    by_hand "a column is dropped" "ALTER TABLE $completed DROP COLUMN \"Amount\" $cascade"
    exits 65 doctor
    says "table 'bam_PurchaseOrder_Completed', column 'Amount' is missing"
    exits 65 import many.jsonl
    told "column 'Amount' is missing"
    told 'hint: ALTER TABLE "bam_PurchaseOrder_Completed" ADD COLUMN "Amount" double'
    ask primary "$(sed -n 's/^hint: \(ALTER [^;]*\);.*/\1/p' err)"
    exits 0 import many.jsonl

    by_hand "a column has another type" "ALTER TABLE $completed DROP COLUMN \"Amount\" $cascade" \
        "ALTER TABLE $completed ADD COLUMN \"Amount\" bigint"
    exits 65 import many.jsonl
    told "column 'Amount' is "
    told 'hint: make "Amount" in "bam_PurchaseOrder_Completed" double'
    exits 65 doctor

    by_hand "a partition is dropped" "DROP TABLE \"$partition\" $cascade"
    exits 65 doctor
    says "partition '$partition' is missing"
    exits 65 nightly
    told "there is no table '$partition'"
    told 'hint: was a table or view changed by hand? nightcube doctor says'
    same "$engine: partitions dropped though one is missing" 0 \
        "$(ask primary 'SELECT count(*) FROM "bam_Metadata_Partitions" WHERE "ArchivedTime" IS NOT NULL')"

    index=$(ask primary "$(index_query)")
    case $engine in
    postgresql) by_hand "an index is dropped" "DROP INDEX \"$index\"" ;;
    mariadb) by_hand "an index is dropped" "DROP INDEX \"$index\" ON $completed" ;;
    esac
    exits 0 doctor
    says "table 'bam_PurchaseOrder_Completed' has no index over 'LastModified'"
    says 'CREATE INDEX '
    exits 0 nightly

    by_hand "a view is dropped" "DROP VIEW \"bam_PurchaseOrder_AllRelationships\" $cascade"
    exits 65 doctor
    says "view 'bam_PurchaseOrder_AllRelationships' is missing"
    exits 0 maintain
    exits 0 doctor
    site_drop by-hand
}

index_query() {
    case $engine in
    postgresql) echo "SELECT indexname FROM pg_indexes WHERE schemaname = 'primary' AND tablename = 'bam_PurchaseOrder_Completed' AND indexname LIKE '%LastModified%'" ;;
    mariadb) echo "SELECT min(index_name) FROM information_schema.statistics WHERE table_schema = database() AND table_name = 'bam_PurchaseOrder_Completed' AND column_name = 'LastModified'" ;;
    esac
}

# What an administrator does.
as_admin() {
    case $engine in
    postgresql) psql -qAtX -d "$(database_of "$1")" -c "$2" ;;
    mariadb) my -e "SET sql_mode = 'ANSI_QUOTES'; $2" ;;
    esac >sql.out 2>&1 || fail "$engine: $2: $(cat sql.out)"
}

settings_say() {
    sed -i "$1" "$XDG_CONFIG_HOME/nightcube/nightcube.xml"
}

wrong() {
    wrong_$engine
    site_drop wrong
}

wrong_postgresql() {
    local encoding
    site_copy base wrong
    site wrong
    for encoding in SQL_ASCII LATIN1; do
        dropdb --if-exists wrong_encoding
        createdb -T template0 -E $encoding --locale=C wrong_encoding
        psql -qX -d wrong_encoding -c 'CREATE SCHEMA star'
        cp "$XDG_CONFIG_HOME/nightcube/nightcube.xml" right.xml
        settings_say "/<StarSchema /s/Database=$(database_of wrong)/Database=wrong_encoding/"
        exits 78 nightly
        told "StarSchema: the encoding is $encoding"
        told 'hint: it must be UTF8: createdb -T template0 -E UTF8'
        exits 78 doctor
        says "the encoding is $encoding"
        cp right.xml "$XDG_CONFIG_HOME/nightcube/nightcube.xml"
    done
    as_admin wrong "ALTER DATABASE $(database_of wrong) SET default_transaction_isolation TO 'serializable'"
    as_admin wrong "ALTER DATABASE $(database_of wrong) SET idle_in_transaction_session_timeout TO '50ms'"
    as_admin wrong "ALTER DATABASE $(database_of wrong) SET \"TimeZone\" TO 'Asia/Kolkata'"
    exits 0 doctor
    says 'PrimaryImport: isolation'
    exits 0 nightly
    # An account that may read and write, and not create.
    as_admin wrong "DO \$\$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'weak') THEN CREATE ROLE weak LOGIN; END IF; END \$\$"
    as_admin wrong "GRANT USAGE ON SCHEMA \"primary\" TO weak; GRANT ALL ON ALL TABLES IN SCHEMA \"primary\" TO weak"
    exits 0 import many.jsonl
    settings_say '/<PrimaryImport /s/Uid=nightcube/Uid=weak/'
    exits 77 doctor
    says 'cannot create a table'
    says 'GRANT USAGE, CREATE ON SCHEMA'
    says 'belongs to nightcube'
    exits 77 maintain
    told 'SQLSTATE 42501'
    told 'hint: nightcube doctor says which rights are missing'
    as_admin wrong 'ALTER ROLE weak SET default_transaction_read_only TO on'
    exits 77 doctor
    says 'transactions are read-only'
    as_admin wrong 'DROP OWNED BY weak; DROP ROLE weak'
}

wrong_mariadb() {
    local primary
    site_copy base wrong
    site wrong
    primary=$(database_of wrong)_primary
    as_admin wrong 'SET GLOBAL max_allowed_packet = 8388608, GLOBAL idle_transaction_timeout = 1, GLOBAL tx_isolation = "READ-COMMITTED", GLOBAL default_storage_engine = MyISAM, GLOBAL time_zone = "+05:30"'
    exits 0 doctor
    says 'PrimaryImport: packet'
    says 'PrimaryImport: isolation'
    exits 0 nightly
    same 'tables without transactions' 0 "$(my -e "SELECT count(*) FROM information_schema.tables WHERE table_schema = '$primary' AND engine <> 'InnoDB' AND table_type = 'BASE TABLE'")"
    as_admin wrong 'SET GLOBAL max_allowed_packet = 67108864, GLOBAL idle_transaction_timeout = 0, GLOBAL tx_isolation = "REPEATABLE-READ", GLOBAL default_storage_engine = InnoDB, GLOBAL time_zone = "SYSTEM"'

    as_admin wrong "ALTER TABLE $primary.\"bam_PurchaseOrder_Active\" CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
    exits 78 doctor
    says 'bam_PurchaseOrder_Active.ActivityID is utf8mb4_general_ci'
    as_admin wrong "ALTER TABLE $primary.\"bam_Metadata_Activities\" CONVERT TO CHARACTER SET latin1"
    exits 78 nightly
    told 'PrimaryImport: the collation of the metadata is latin1_'
    told 'hint: keys that differ in case or end blanks would count as equal: ALTER TABLE t CONVERT TO'
    for table in bam_Metadata_Activities bam_PurchaseOrder_Active; do
        as_admin wrong "ALTER TABLE $primary.\"$table\" CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
    done
    as_admin wrong "ALTER TABLE $primary.\"bam_PurchaseOrder_Continuations\" ENGINE = MyISAM"
    exits 78 doctor
    says 'bam_PurchaseOrder_Continuations is in MyISAM'
    as_admin wrong "ALTER TABLE $primary.\"bam_PurchaseOrder_Continuations\" ENGINE = InnoDB"
    exits 0 nightly

    as_admin wrong "CREATE OR REPLACE USER weak@'%' IDENTIFIED BY ''; GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON $primary.* TO weak@'%'"
    exits 0 import many.jsonl
    settings_say '/<PrimaryImport /s/Uid=root/Uid=weak/'
    exits 77 doctor
    says 'cannot create a table'
    says 'GRANT ALL ON'
    exits 77 maintain
    told 'hint: nightcube doctor says which rights are missing'
    as_admin wrong "GRANT CREATE, DROP, ALTER, INDEX ON $primary.* TO weak@'%'"
    exits 77 doctor
    says 'cannot create a view'
    same 'tables that the trial left' 0 "$(my -e "SELECT count(*) FROM information_schema.tables WHERE table_schema = '$primary' AND table_name LIKE 'nightcube_Doctor%'")"
    as_admin wrong "DROP USER weak@'%'"
}

# Another host's night begins in the midst of this one, on the same databases: its state is elsewhere.
claimed() {
    site_copy base claimed
    site claimed
    sed 's|/state"|/other-state"|' "$XDG_CONFIG_HOME/nightcube/nightcube.xml" >"$XDG_CONFIG_HOME/nightcube/other.xml"
    cat >other-night.sh <<END
env -u LD_PRELOAD -u NIGHTCUBE_FAULT "$NIGHTCUBE" --config "$XDG_CONFIG_HOME/nightcube/other.xml" nightly >other.out 2>other.err
echo \$? >other.code
END
    NIGHTCUBE_FAULT_CALL="sh other-night.sh" NIGHTCUBE_FAULT=call:$((statements / 2)) LD_PRELOAD=$shim exits 0 nightly
    same "$engine: exit code of another host's night" 75 "$(cat other.code)"
    grep -q "another installation's run holds PrimaryImport: nightly (process .* on .*) since " other.err ||
        fail "$engine: another host's night: $(cat other.err)"
    exits 0 --config "$XDG_CONFIG_HOME/nightcube/other.xml" nightly
    site_drop claimed
}

act() { "$NIGHTCUBE" nightly; }
# Other orders than those of night_before.
sh "$SOURCE/scripts/generate-orders.sh" 1500 | sed 's/"\([A-Z]*\)-0/"\1-9/g' >many.jsonl
site_functions="$site_functions strike_call ending_connections"
export what
for name in ${ENGINES:-postgresql mariadb}; do
    engine "$name"
    night_before 60
    story "$name" base
    statements=$(total statements)
    for what in ${PARTS:-ended crashed full truncated by_hand_all wrong claimed}; do
        striker=strike_call $what
        echo "$name: $what, $SECONDS s"
    done
    for each in base quiet deployed "$story"; do site_drop "$each"; done
done
checked
finish
