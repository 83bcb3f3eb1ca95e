# The README's commands, in its order, as a newcomer types them: each must do what it is there for.
. "$SOURCE/tests/scenario/story.bash"

readme=$SOURCE/README.md
export XDG_DATA_HOME=$PWD/data
ln -s "$NIGHTCUBE" nightcube

# A log of one's own: one row, one event.
{
    echo 'case:concept:name,concept:name,time:timestamp,city'
    for case in 1 2 3 4 5; do
        echo "order-$case,received,2026-01-0${case}T08:00:00Z,Bonn"
        echo "order-$case,shipped,2026-01-0${case}T12:00:00Z,Bonn"
    done
} >events.csv

# Commands stand in code blocks; a comment is what follows two blanks and a #.
commands_of() {
    sed -n 's/^    \(\.\/nightcube .*\)$/\1/p' "$readme" | sed 's/  *#.*//'
}

newest() {
    ls -t "$XDG_DATA_HOME"/nightcube/backups/PrimaryImport_2*.abf | head -n 1
}

count=0
failures=0
while read -r command; do
    count=$((count + 1))
    case $command in
    *FILE.abf*) command=${command//FILE.abf/$(newest)} ;;
    *' --run 12 '*) command=${command/--run 12/--run 1} ;;
    esac
    if bash -c "$command" >out.txt 2>err.txt </dev/null; then
        echo "ok      $command"
    else
        echo "FAILED  $command"
        sed 's/^/    /' err.txt
        failures=$((failures + 1))
    fi
    case $command in
    *' query '*) cp out.txt query.txt ;;
    *' list') cp out.txt list.txt ;;
    esac
done < <(commands_of)

check() {
    "$@" || { echo "FAILED  $*"; failures=$((failures + 1)); }
}

check [ "$count" -ge 14 ]
check grep -q shipped query.txt
check grep -q PrimaryImport list.txt
check [ -s night.html ]
check grep -q 'All went well' night.html
check [ -s index.html ]
check [ -s "$XDG_DATA_HOME/nightcube/Drill.db" ]

# "A container opens without us", with the line that stands there.
if command -v age >/dev/null && command -v zstd >/dev/null; then
    line=$(sed -n 's/^    \(age -d .*\)$/\1/p' "$readme")
    mkdir open
    cd open
    line=${line/identity.txt/$XDG_DATA_HOME/nightcube/identity.txt}
    check bash -c "${line/FILE.abf/$(newest)}"
fi
[ "$failures" -eq 0 ]
