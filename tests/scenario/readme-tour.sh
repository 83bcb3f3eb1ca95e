# The README's commands, in its order, as a newcomer types them: each must do what it is there for, and print what stands
# behind it.
. "$SOURCE/tests/scenario/story.bash"

readme=$SOURCE/README.md
export XDG_DATA_HOME=$PWD/data
ln -s "$NIGHTCUBE" nightcube
ln -s "$SOURCE/config" config
cp config/examples/events.csv .

newest() {
    ls -t "$XDG_DATA_HOME"/nightcube/backups/PrimaryImport_2*.abf | head -n 1
}

count=0 compared=0
command='' expected=''

# Runs the command that was read, and compares what it prints with the lines that followed it.
carry_out() {
    [ -n "$command" ] || return 0
    count=$((count + 1))
    case $command in
    *FILE.abf*) command=${command//FILE.abf/$(newest)} ;;
    *' --run 12 '*) command=${command/--run 12/--run 1} ;;
    esac
    if bash -c "$command" >out.txt 2>err.txt </dev/null; then
        echo "ok      $command"
    else
        fail "$command"
        sed 's/^/    /' err.txt
    fi
    if [ -n "$expected" ]; then
        compared=$((compared + 1))
        same "what is printed by: $command" "$expected" "$(cat out.txt)"
    fi
    case $command in
    *'--rows Progress'*) cp out.txt query.txt ;;
    *' list') cp out.txt list.txt ;;
    esac
    command='' expected=''
}

# Commands stand in blocks; a comment is what follows two blanks and a #, anything else in the block is output.
while IFS= read -r line; do
    case $line in
    '    ./nightcube '*)
        carry_out
        command=$(printf '%s' "${line#    }" | sed 's/  *#.*//')
        ;;
    '    '*) [ -z "$command" ] || expected=$expected${expected:+$'\n'}${line#    } ;;
    *) carry_out ;;
    esac
done <"$readme"
carry_out

check() {
    "$@" || fail "$*"
}

check [ "$count" -ge 18 ]
check [ "$compared" -ge 3 ]
check grep -q delivered query.txt
check grep -q PrimaryImport list.txt
check [ -s night.html ]
check grep -q 'All went well' night.html
check [ -s index.html ]
check [ -s "$XDG_DATA_HOME/nightcube/Drill.db" ]

# Every word of the table of verbs, and every command in the text, is a command of the program.
"$NIGHTCUBE" help | sed -n 's/^  \([a-z]*\) .*/\1/p' >known
grep -o '`nightcube [a-z]*' "$readme" | sed 's/.* //' | sort -u | while read -r word; do
    grep -qx "$word" known || echo "unknown: $word"
done >unknown
same "commands that the text names" "" "$(cat unknown)"

# Each line of the tables of failures and thieves names tests that are there: `file`, or `file` "name of the test".
for table in etl/README.md backup/README.md; do
    sed -n '/^## What \(goes wrong\|a thief\)/,$p' "$SOURCE/$table" | grep '^|' | sed 1,2d >claims
    check [ "$(wc -l <claims)" -ge 12 ]
    while IFS= read -r line; do
        tests=$(printf '%s' "${line% |}" | sed 's/.*| //')
        printf '%s\n' "$tests" | grep -o '`[^`]*`\( "[^"]*"\)\?' >named || fail "no test for: $line"
        while IFS='`' read -r _ file name; do
            [ -s "$SOURCE/tests/$file" ] || fail "$table names a test that is not there: $file"
            [ -z "$name" ] || grep -qF "{$(printf '%s' "$name" | sed 's/^ //')" "$SOURCE/tests/$file" ||
                fail "$table: $file has no test$name"
        done <named
    done <claims
done

# "A container opens without us", with the line that stands there.
if command -v age >/dev/null && command -v zstd >/dev/null; then
    line=$(sed -n 's/^    \(age -d .*\)$/\1/p' "$readme")
    mkdir open
    cd open
    line=${line/identity.txt/$XDG_DATA_HOME/nightcube/identity.txt}
    check bash -c "${line/FILE.abf/$(newest)}"
fi
finish
