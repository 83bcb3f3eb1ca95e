# engines.bash: installations whose databases live on another engine than the embedded default. A scenario sources it behind
# story.bash; it is then run again within private servers that end with it.
#
#   engine NAME            the engine of the sites that are made from now on: sqlite, postgresql, mariadb
#   site_new NAME          as in story.bash, on that engine
#   site_copy FROM NAME    a copy of an installation and of its databases; go over to it with `site NAME`
#   site_freeze NAME       it changes no more: copies of it are made faster
#   site_drop NAME         removes it and its databases
#   dump_databases         all that the site's three databases hold, one thing a line, sorted
#   ask DATABASE QUERY     asks one of them (primary, archive, star), on any engine; names in "double quotes"
#
# On a server an installation has one database with three schemas (PostgreSQL) or three databases (MariaDB), named after it.
helper=$(dirname "$NIGHTCUBE")/with-database
if [ -z "${MARIADB:-}" ]; then
    [ -x "$helper" ] || skip "with-database is not built"
    exec "$helper" --small postgresql POSTGRESQL -- "$helper" --small mariadb MARIADB -- bash "$0"
fi
postgresql_port=$(expr "$POSTGRESQL" : '.*;Port=\([0-9]*\)')
mariadb_port=$(expr "$MARIADB" : '.*;Port=\([0-9]*\)')
export PGHOST=127.0.0.1 PGPORT=$postgresql_port PGUSER=nightcube PGOPTIONS='-c client_min_messages=warning'
export postgresql_port mariadb_port helper
database_names='primary archive star'
export database_names

engine() {
    engine=$1
    export engine
}

# What a site's databases are called on a server, which takes 63 characters or 64, what we add to them included.
database_of() {
    local name=n_${1//[^a-z0-9]/_}
    [ ${#name} -le 48 ] || name=${name:0:36}_$(cksum <<<"$name" | cut -d' ' -f1)
    echo "$name"
}

my() {
    mariadb --no-defaults -h 127.0.0.1 -P "$mariadb_port" -u root -N -B "$@"
}

connection_of() {
    case $engine in
    sqlite) echo "Driver=SQLite3;Database=../../nightcube/$2.db" ;;
    postgresql) echo "Driver=PostgreSQL Unicode;Server=127.0.0.1;Port=$postgresql_port;Uid=nightcube;Database=$(database_of "$1");ConnSettings=SET search_path TO &quot;$2&quot;" ;;
    mariadb) echo "Driver=MariaDB Unicode;Server=127.0.0.1;Port=$mariadb_port;Uid=root;Database=$(database_of "$1")_$2" ;;
    esac
}

create_databases() {
    local db name
    db=$(database_of "$1")
    case $engine in
    postgresql)
        createdb "$db"
        psql -qX -d "$db" -c 'CREATE SCHEMA "primary"; CREATE SCHEMA archive; CREATE SCHEMA star'
        ;;
    mariadb)
        for name in $database_names; do echo "CREATE DATABASE ${db}_$name;"; done | my
        ;;
    esac
}

site_new() {
    site "$1"
    mkdir -p "$base" "$XDG_CONFIG_HOME/nightcube"
    create_databases "$1"
    cat >"$XDG_CONFIG_HOME/nightcube/nightcube.xml" <<END
<Nightcube xmlns="urn:nightcube:config:1">
  <Databases>
    <PrimaryImport Connection="$(connection_of "$1" primary)"/>
    <Archive Connection="$(connection_of "$1" archive)"/>
    <StarSchema Connection="$(connection_of "$1" star)"/>
  </Databases>
  <Analysis Name="BAMAnalysis" Directory="../../nightcube/analysis"/>
  <Backup Store="file:../../nightcube/backups"/>
  <State Directory="../../nightcube/state"/>
</Nightcube>
END
    exits 0 setup
}

# One database of MariaDB as SQL. Its views speak of no database: they are read back into any.
dump_mariadb() {
    mariadb-dump --no-defaults -h 127.0.0.1 -P "$mariadb_port" -u root --skip-comments --routines --skip-lock-tables "$@"
}

copy_databases() {
    local from to name
    from=$(database_of "$1") to=$(database_of "$2")
    case $engine in
    postgresql)
        dropdb --if-exists --force "$to"
        # A connection of the run before may still be closing.
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            createdb -T "$from" "$to" 2>/dev/null && return
            sleep 0.2
        done
        createdb -T "$from" "$to"
        ;;
    mariadb)
        for name in $database_names; do
            echo "DROP DATABASE IF EXISTS ${to}_$name; CREATE DATABASE ${to}_$name; USE ${to}_$name;"
            if [ -d "$home/$1.frozen" ]; then
                cat "$home/$1.frozen/$name.sql"
            else
                dump_mariadb "${from}_$name"
            fi
        done | my
        ;;
    esac
}

site_copy() {
    rm -rf "${home:?}/$2"
    cp -a "$home/$1" "$home/$2"
    copy_databases "$1" "$2"
    [ $engine = sqlite ] ||
        sed -i "s/Database=$(database_of "$1")\([_;\"]\)/Database=$(database_of "$2")\1/" "$home/$2/config/nightcube/nightcube.xml"
}

site_freeze() {
    local name
    [ $engine = mariadb ] || return 0
    mkdir -p "$home/$1.frozen"
    for name in $database_names; do dump_mariadb "$(database_of "$1")_$name" >"$home/$1.frozen/$name.sql"; done
}

site_drop() {
    local db
    db=$(database_of "$1")
    rm -rf "${home:?}/$1"
    case $engine in
    postgresql) dropdb --if-exists --force "$db" ;;
    mariadb) for name in $database_names; do echo "DROP DATABASE IF EXISTS ${db}_$name;"; done | my ;;
    esac
}

dump_databases() {
    local db
    db=$(database_of "${XDG_DATA_HOME##*/}")
    case $engine in
    sqlite) dump_files '' 'PRAGMA integrity_check;' ;;
    postgresql) pg_dump -d "$db" --no-owner --no-tablespaces | grep -v '^\\' ;;
    mariadb) for name in $database_names; do echo "== $name" && dump_mariadb --skip-extended-insert "${db}_$name"; done ;;
    esac | comparable
}

database() {
    echo "$base/$1.db"
}

ask() {
    local db
    db=$(database_of "${XDG_DATA_HOME##*/}")
    case $engine in
    sqlite) sqlite3 -readonly "$(database "$1")" "$2" ;;
    postgresql) PGOPTIONS="-c search_path=\"$1\"" psql -qAtX -F '|' -d "$db" -c "$2" ;;
    mariadb) my -D "${db}_$1" -e "SET sql_mode = 'ANSI_QUOTES'; $2" | tr '\t' '|' ;;
    esac
}

site_functions='comparable dump_files database_of my copy_databases site_copy site_drop dump_databases dump_mariadb ask'
