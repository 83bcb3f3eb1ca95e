# Definitions of real installations: each deploys, and what is shown of it deploys to the identical schema.
. "$SOURCE/tests/scenario/story.bash"

definitions=$NIGHTCUBE_DATA/bam-definitions
[ -d "$definitions" ] || skip "no bam-definitions in the test data"
at 2026-09-01T02:00:00Z

# The definition in UTF-8 whatever it was written in.
plain() {
    case $(head -c 2 "$1" | od -An -tx1 | tr -d ' ') in
    fffe | feff) iconv -f UTF-16 -t UTF-8 "$1" ;;
    *) cat "$1" ;;
    esac
}

# Names of one kind of element at the definition's first depths, sorted; comments do not count.
names() {
    plain "$1" | tr '\n' ' ' | sed 's/<!--[^>]*-->//g' | grep -oE "<([a-z]+:)?$2 [^>]*" |
        sed -n 's/.*[[:space:]]Name="\([^"]*\)".*/\1/p' | LC_ALL=C sort
}

schemas() {
    sql primary .schema
    sql star .schema
}

found=0
for definition in "$definitions"/*.xml; do
    name=$(basename "$definition" .xml)
    [ "$name" = purchase-order.not-well-formed ] && continue
    found=$((found + 1))

    site_new "$name"
    empty=$(schemas)
    exits 0 deploy "$definition" --no-backup
    deployed=$(schemas)
    [ "$deployed" != "$empty" ] || fail "$name: nothing was deployed"

    # What is there is what the file says, read by other means.
    for kind in Activity:Activities View:Views Cube:Cubes; do
        same "$name: ${kind#*:}" "$(names "$definition" "${kind%:*}")" \
            "$(sql primary "SELECT ${kind%:*}Name FROM bam_Metadata_${kind#*:}" | LC_ALL=C sort)"
    done
    columns=$(sql primary "SELECT name FROM bam_Metadata_Activities, pragma_table_info('bam_' || ActivityName || '_Active')
        WHERE name NOT IN ('ActivityID', 'IsVisible', 'IsComplete', 'LastModified')" | LC_ALL=C sort)
    same "$name: checkpoints" "$(names "$definition" Checkpoint)" "$columns"
    sql primary "SELECT name FROM sqlite_master WHERE type = 'view'" | while read -r view; do
        sql primary "SELECT * FROM \"$view\"" || fail "$name: view $view"
    done >answers
    [ ! -s answers ] || fail "$name: a view answers though nothing was imported: $(head -n 3 answers)"

    # Once more is refused and changes nothing.
    unchanged 65 deploy "$definition" --no-backup

    exits 0 show definition
    cp out shown.xml
    xmllint --noout shown.xml || fail "$name: what is shown is not XML"
    site_new "$name-again"
    exits 0 deploy shown.xml --no-backup
    same "$name: schema of the definition shown" "$deployed" "$(schemas)"
    exits 0 show definition
    cmp shown.xml out || fail "$name: shown twice, not the same"

    # What it made it can take away.
    exits 0 remove shown.xml --no-backup
    same "$name: schema after removal" "$empty" "$(schemas)"
done
same "definitions tried" 6 "$found"

# What only other tools understand is kept.
site purchase-order.docs-example
exits 0 show definition
same "alerts are kept" 1 "$(grep -c '<[a-z:]*AlertInstance .*Name="PoCountAlert"' out)"

# All in one installation: names do not collide, and the file that repeats is refused.
site_new together
exits 0 deploy "$definitions/activity-without-view.xml" --no-backup
exits 0 deploy "$definitions/two-activities.utf16.xml" --no-backup
exits 0 deploy "$definitions/deployment-framework-sample.xml" --no-backup
exits 0 show activities
same "four activities" "Activity1 EndToEndActivity Fulfilled Requests Received Requests" \
    "$(sql primary 'SELECT group_concat(ActivityName, " ") FROM (SELECT * FROM bam_Metadata_Activities ORDER BY 1)')"

# The sample as the documentation prints it is not XML: line 136.
unchanged 65 deploy "$definitions/purchase-order.not-well-formed.xml" --no-backup
told "purchase-order.not-well-formed.xml:136"
finish
