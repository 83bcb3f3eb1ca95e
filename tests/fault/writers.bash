# writers.bash: applications that write events of purchase orders while nights go wrong, and what must have become of all that
# was acknowledged to them. Sourced behind points.bash; for the sites of engines.bash.
#
#   writer NAME            writes orders NAME-1, NAME-2 ... until the file `stop` is there: begin, update, end, each a call of its
#                          own; a line in NAME.acknowledged for each that was taken: begun|updated|ended NUMBER
#   check_written NAME...  every acknowledged event is found exactly once, and no order twice
#   write_through FAULTS CODES  as `strike` of points.bash, for a night and one that archives what the first one swapped out:
#                          each goes wrong as FAULTS says and is run again, while two writers write
writer() {
    local name=$1 db
    db=$(database_of "${XDG_DATA_HOME##*/}")
    case $engine in
    # One call, one connection: the shell goes on behind an error, and nothing else tells that there was none.
    sqlite) calls "$name" | while IFS='|' read -r what sql; do
        sqlite3 -bail -cmd '.timeout 20000' "$base/primary.db" "$sql" 2>>"$name.err" && echo "$what" >>"$name.acknowledged"
    done ;;
    postgresql) calls "$name" | sed 's/\(.*\)|\(.*\)/\2;\n\\if :ERROR\n\\else\n\\echo \1\n\\endif/' |
        PGOPTIONS='-c search_path="primary"' psql -qAtX -d "$db" 2>"$name.err" | grep . >"$name.acknowledged" ;;
    mariadb) { echo 'delimiter //' && calls "$name" | sed "s/\(.*\)|\(.*\)/BEGIN NOT ATOMIC \2; SELECT '\1'; END \/\//"; } |
        my -f -n -D "${db}_primary" 2>"$name.err" >"$name.acknowledged" ;;
    esac
}

# Lines WHAT|SQL. An order is ended seven orders later: some are always active.
calls() {
    local i
    for ((i = 1; ; i++)); do
        [ ! -e stop ] || return 0
        call "begun $i" "$1-$i" begin
        call "updated $i" "$1-$i" update "$i"
        [ $i -le 7 ] || call "ended $((i - 7))" "$1-$((i - 7))" end
        sleep "${PAUSE:-0.05}"
    done
}

call() {
    local what=$1 id=$2 start=0 end=0 quantity=${4:-NULL}
    [ "$3" != begin ] || start=1
    [ "$3" != end ] || end=1
    case $engine in
    sqlite) echo "$what|INSERT INTO bam_PurchaseOrder_PrimaryImport(ActivityID, IsStartNew, IsComplete, Quantity) VALUES ('$id', $start, $end, $quantity)" ;;
    postgresql) echo "$what|SELECT \"bam_PurchaseOrder_PrimaryImport\"('$id', $start::boolean, $end::boolean, \"Quantity\" => $quantity)" ;;
    mariadb) echo "$what|CALL bam_PurchaseOrder_PrimaryImport('$id', $start, $end, NULL, NULL, $quantity, NULL, NULL, NULL)" ;;
    esac
}

# Lines ID|PLACE|QUANTITY of every order there is, wherever it is.
whereabouts() {
    ask primary "SELECT \"ActivityID\", 'active', coalesce(\"Quantity\", 0) FROM \"bam_PurchaseOrder_Active\""
    ask primary "SELECT \"ActivityID\", 'completed', coalesce(\"Quantity\", 0) FROM \"bam_PurchaseOrder_CompletedInstances\""
    ask archive "SELECT \"ActivityID\", 'completed', coalesce(\"Quantity\", 0) FROM \"bam_PurchaseOrder_InstancesView\"" 2>/dev/null
}

check_written() {
    local name
    whereabouts | sort >whereabouts
    cut -d'|' -f1 whereabouts | uniq -d | sed 's/^/there twice: /'
    for name in "$@"; do
        awk -F'[| ]' -v name="$name" '
            NR == FNR { place[$1] = $2; quantity[$1] = $3; next }
            { id = name "-" $2; begun[id] = begun[id] || $1 == "begun" }
            !(id in place) { print "lost: " id ", " $1; next }
            $1 == "updated" && quantity[id] != $2 { print "update lost: " id }
            $1 == "ended" { ended[id] }
            END { for (id in ended) if (begun[id] && place[id] != "completed") print "end lost: " id }
        ' whereabouts "$name.acknowledged"
    done
}

write_through() {
    local fault=$1 codes=" $2 " each code days=1 site wrong bad=0
    [ -z "${LONG_SECONDS:-}" ] || [ "$(date +%s)" -lt "$((long_start + LONG_SECONDS))" ] || return 0
    echo "$story $fault" >>"$home/struck"
    site="$story.written-${fault//:/-}"
    site_copy "$story_base" "$site"
    site "$site"
    cd "$XDG_DATA_HOME" || return
    for each in one two; do writer "$each" & done
    sleep 1

    # What is written now is older than the window when the second night comes.
    for each in ${fault//,/ }; do
        NIGHTCUBE_NOW=$(date -u -d "+$days days" +%Y-%m-%dT02:00:00Z)
        export NIGHTCUBE_NOW
        code=0
        { LD_PRELOAD=$shim NIGHTCUBE_FAULT=$each act; } >out 2>err || code=$?
        [[ $codes == *" $code "* ]] || {
            complain "ended with $code, not with one of$codes" cat err
            bad=1
        }
        act >out 2>err || {
            complain "afterwards, while others write, ended with $?" cat err
            bad=1
        }
        days=$((days + 40))
    done
    touch stop
    wait
    [ $bad -eq 0 ] || return 1
    wrong=$(check_written one two)
    [ -z "$wrong" ] || {
        complain "of what writers were told is done" echo "$wrong"
        return 1
    }
    [ "$(wc -l <one.acknowledged)" -gt 5 ] || {
        complain "the writers could not write" cat one.err
        return 1
    }
    cat one.acknowledged two.acknowledged | wc -l >>"$home/acknowledged"
    cd "$home" && site_drop "$site"
}

site_functions="$site_functions writer calls call whereabouts check_written write_through"
