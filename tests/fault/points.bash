# points.bash: lets a command go wrong at many points, each time on a copy of the same installation, runs it again
# undisturbed, and compares what the databases hold and the cubes answer with a run that was never disturbed. A scenario
# sources it behind story.bash.
#
#   night_before [ORDERS]  makes the installations `base`, where a night has passed and there is news for the next one,
#                          `quiet`, the same without the news, and `deployed`, where nothing has happened yet
#   story NAME BASE        names what comes; `act` is the command, a function of the scenario; runs it once undisturbed
#   total WHAT             a total of that run: micros, calls, statements, fetches, writes ...
#   boundaries [NAMES]     numbers of the calls at which something becomes durable, and of those behind them: commits,
#                          journal entries, changes of names; with NAMES (rename|rmdir) only such calls
#   spread COUNT TOTAL     COUNT numbers from 1 to TOTAL, evenly; ten times as many, from a seeded start, in test-long
#   reading_story NAME BASE  the same for a command that only reads: it answers as it would, or not at all with one error
#                          (`tells`: words of an answer that itself says what it lacks)
#   places USUAL KIND      numbers of calls (statements, opens, allocations ...), one for each way in which the program came to one:
#                          all in test-long and with NIGHTCUBE_PLACES=all, USUAL of them in make test
#   strike FAULTS CODES    one point: FAULTS as the shim reads them, a run each, with commas between them; each run ends with
#                          one of CODES
#   strike_all FORMAT CODES  the same for each line of numbers read, FORMAT as of printf; `striker` names another
#                          function than `strike`
#   strike_some USUAL ALL FORMAT CODES TOTAL...  at random: USUAL points in make test, ALL in make test-long; a random number
#                          up to each TOTAL goes into FORMAT
#   strike_each USUAL FORMAT CODES TOTAL  USUAL points in make test; in make test-long 1, 2, 3 ... until TOTAL
#   strike_places USUAL KIND FORMAT CODES  `strike_all` at `places`
#   strike_again           when set, what ended well is given again too
#   settle                 a function of the scenario: given where it ended well in spite of a fault, when what the databases hold was
#                          compared, before what lies about is looked at
#   checked                how many points were struck; with LONG_SECONDS, no more once they have passed
shim=$(dirname "$NIGHTCUBE")/tests/fault-shim.so
export long_start=${long_start:-$(date +%s)}
: >"$home/struck"
[ -f "$shim" ] || skip "the fault shim is not built"

night_before() {
    at 2026-09-01T02:00:00Z
    sh "$SOURCE/scripts/generate-orders.sh" "${1:-400}" >orders.jsonl
    early=$(($(wc -l <orders.jsonl) * 5 / 8))
    head -n $early orders.jsonl >early.jsonl
    tail -n +$((early + 1)) orders.jsonl >late.jsonl
    site_new base
    exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
    site_copy base deployed
    exits 0 import "$SOURCE/config/examples/twelve-orders.csv"
    exits 0 import early.jsonl
    exits 0 set window PurchaseOrder 1 day
    exits 0 nightly
    at 2026-11-01T02:00:00Z
    site_copy base quiet
    exits 0 import late.jsonl
}

# All rows of all tables, sequences and definitions of views, and a few answers. Prints to standard output.
holdings() {
    local rows

    dump_databases
    [ -d "$base/analysis/OrderCube" ] || return 0
    for rows in Location,Progress OrderSize,Received.Year,Received.Month Location,OrderSize,Received; do
        echo "== $rows"
        "$NIGHTCUBE" query OrderCube --rows $rows --format csv 2>&1
        echo "code $?"
    done
}

# What must not lie about: parts of files, places that are being made, segments that no cube names. (What a killed run
# began to write into its store stays there under its .part name.)
litter() {
    local cube

    find "$base" -path "$base/backups" -prune -o \( -name '*.part' -o -name '*.restoring*' \) -print
    for cube in "$base"/analysis/*/; do
        [ -d "$cube" ] || continue
        [ "$(find "$cube" -name '*.seg' ! -name '*-aggregates.seg' | wc -l)" -eq "$(grep -c '<Segment ' "$cube/cube.xml")" ] ||
            echo "$cube: segments that are not named"
    done
    for file in "$base"/backups/*.abf; do
        [ ! -f "$file" ] || set -- "$@" "${file##*/}"
    done
    [ $# -eq 0 ] || "$NIGHTCUBE" verify "$@" >verified 2>&1 || cat verified
}

settle() { :; }

story() {
    story=$1
    striker=strike
    story_base=$2
    site_freeze "$2"
    site_copy "$2" "$story"
    site "$story"
    export story story_base home shim base
    act >out 2>err || {
        fail "$story: ended with $? undisturbed"
        head -n 20 err
    }
    holdings >"$story.reference"
    [ -z "$(litter)" ] || fail "$story: left lying undisturbed: $(litter)"
    # Again, with the shim taking notes.
    site_copy "$story_base" "$story.traced"
    site "$story.traced"
    began=${EPOCHREALTIME/./}
    LD_PRELOAD=$shim NIGHTCUBE_FAULT=trace NIGHTCUBE_FAULT_LOG=$home/$story.trace act >out 2>err
    echo "# micros $((${EPOCHREALTIME/./} - began))" >>"$home/$story.trace"
    site_drop "$story.traced"
    site "$story"
}

total() {
    awk -v what="$1" '$1 == "#" && $2 == what { print $3 }' "$home/$story.trace"
}

places() {
    local count
    [ -s "$home/$story.trace" ] || fail "$story: no trace"
    awk -v kind="$2" '$1 == "*" && $2 == kind && !seen[$4]++ { print $3 }' "$home/$story.trace" >"$home/$story.places"
    count=$(long_rounds "$1" 1000000)
    [ -z "${NIGHTCUBE_PLACES:-}" ] || count=1000000
    awk -v count="$count" -v total="$(wc -l <"$home/$story.places")" \
        'count >= total || int(NR * count / total) > int((NR - 1) * count / total)' "$home/$story.places"
}

# As `story`, for a command that only reads: nothing is copied, and what it prints is what counts.
reading_story() {
    story=$1
    striker=strike_reading
    export story home shim base tells
    site "$2"
    act >"$story.answer" 2>err || {
        fail "$story: ended with $? undisturbed"
        head -n 20 err
    }
    LD_PRELOAD=$shim NIGHTCUBE_FAULT=trace NIGHTCUBE_FAULT_LOG=$home/$story.trace act >out 2>err
}

boundaries() {
    local pattern=' statement (COMMIT|(INSERT INTO|UPDATE) "nightcube_(Runs|Steps))| (link|rename|rmdir) | unlink .*[^l]$'
    [ $# -eq 0 ] || pattern=" ($1) "
    awk -v pattern="$pattern" -v last="$(total calls)" \
        '$0 ~ pattern { print $1; if ($1 < last) print $1 + 1 }' "$home/$story.trace"
}

spread() {
    local count
    count=$(long_rounds "$1" "$(($1 * 10))")
    [ "$count" -lt "$2" ] || count=$2
    awk -v count="$count" -v total="$2" -v seed="${LONG_SEED:-}" '
        BEGIN {
            if (seed == "") offset = 0.5
            else { srand(seed); offset = rand() }
            for (i = 0; i < count; i++) print int((i + offset) * total / count) + 1
        }'
}

# COUNT lines of random numbers, one up to each TOTAL. The same for the same seed, and others for each story and fault.
random() {
    local count=$1 salt=$2
    shift 2
    salt=$(echo "$story $salt" | cksum | cut -d' ' -f1)
    awk -v count="$count" -v totals="$*" -v seed="$((($(long_seed) + salt) % 2147483647))" '
        BEGIN {
            columns = split(totals, total, " ")
            srand(seed)
            for (i = 0; i < count; i++) {
                for (c = 1; c <= columns; c++) printf "%d ", int(rand() * total[c]) + 1
                print ""
            }
        }'
}

strike_some() {
    local count format=$3 codes=$4
    count=$(long_rounds "$1" "$2")
    shift 4
    [ "$count" -eq 0 ] || strike_all "$format" "$codes" < <(random "$count" "$format" "$@")
}

strike_each() {
    if [ "$(long_rounds 0 1)" -eq 0 ]; then
        strike_some "$1" 0 "$2" "$3" "$4"
    else
        strike_all "$2" "$3" < <(seq "$4")
    fi
}

strike_places() {
    places "$1" "$2" >"$home/$story.chosen"
    [ ! -s "$home/$story.chosen" ] || strike_all "$3" "$4" <"$home/$story.chosen"
}

# Of what only reads: the same answer, or one error and none of it.
strike_reading() {
    local fault=$1 codes=" $2 " code=0 work
    echo "$story $fault" >>"$home/struck"
    work=$(mktemp -d "$home/reading.XXXXXX")
    cd "$work" || return
    { LD_PRELOAD=$shim NIGHTCUBE_FAULT=$fault act; } >out 2>err || code=$?
    if [[ $codes != *" $code "* ]]; then
        complain "ended with $code, not with one of$codes" cat err
    elif [ "$code" -eq 0 ] && ! cmp -s "$home/$story.answer" out && ! grep -qF "${tells:-no such words}" out; then
        complain "another answer" diff "$home/$story.answer" out
    elif [ "$code" -ne 0 ] && [ "$(grep -h -e '^error: ' -e '"verdict":"failed"' err out | sort -u | wc -l)" -eq 0 ]; then
        complain "is not told" cat err
    elif [ "$(grep '^error: ' err | sort -u | wc -l)" -gt 1 ]; then
        complain "is not told in one line" cat err
    else
        cd "$home" && rm -rf "$work"
        return 0
    fi
    return 1
}

checked() {
    echo "$(wc -l <"$home/struck") points struck, seed $(long_seed)"
}

# Told on standard output; the copy is kept for who looks into it by hand.
complain() {
    echo "FAILED $story $fault: $1"
    shift
    [ $# -eq 0 ] || "$@" | head -n 30 | sed 's/^/    /'
}

# Ended well in spite of the fault: what it was asked to do is done.
strike() {
    local fault=$1 codes=" $2 " code errors left each site
    [ -z "${LONG_SECONDS:-}" ] || [ "$(date +%s)" -lt "$((long_start + LONG_SECONDS))" ] || return 0
    echo "$story $fault" >>"$home/struck"
    site="$story.${fault//:/-}"
    site_copy "$story_base" "$site"
    site "$site"
    cd "$XDG_DATA_HOME" || return
    export NIGHTCUBE_FAULT_KEEP=$XDG_DATA_HOME/keep # for what a power cut brings back
    mkdir keep

    for each in ${fault//,/ }; do
        code=0
        { LD_PRELOAD=$shim NIGHTCUBE_FAULT=$each act; } >out 2>err || code=$?
        [[ $codes == *" $code "* ]] || {
            complain "ended with $code, not with one of$codes" cat err
            return 1
        }
        # What fails from then on also fails to be noted.
        errors=$(grep '^error: ' err | sort -u | wc -l)
        [ "$code" -eq 137 ] || [ "$code" -eq 0 ] || [ "$errors" -eq 1 ] || [[ $each == *+* && $errors -le 3 ]] || {
            complain "is not told in one line" cat err
            return 1
        }
        [ "$code" -ne 0 ] || break
    done
    [ "$code" -eq 0 ] && [ -z "${strike_again:-}" ] || act >out 2>err2 || {
        complain "afterwards, undisturbed, ended with $?" cat err2
        return 1
    }
    holdings >holdings
    cmp -s "$home/$story.reference" holdings || {
        complain "afterwards the databases hold something else" diff "$home/$story.reference" holdings
        return 1
    }
    [ "$code" -ne 0 ] || settle >/dev/null 2>&1
    left=$(litter)
    [ -z "$left" ] || {
        complain "left lying: $left"
        return 1
    }
    cd "$home" && site_drop "$site"
}

# STRIKES at a time, or as many as there are processors.
strike_all() {
    local format=$1 codes=$2 numbers
    mapfile -t numbers < <(sort -n | uniq)
    [ ${#numbers[@]} -gt 0 ] || fail "$story: no point to strike"
    # shellcheck disable=SC2086 # names
    export -f act site holdings litter complain settle database strike strike_reading $site_functions
    # shellcheck disable=SC2059,SC2048,SC2086 # a line may hold several numbers
    printf "$format\n" ${numbers[*]} |
        xargs -P "${STRIKES:-$(nproc)}" -I '{}' bash -c '"$1" "$2" "$3"' strike "${striker:-strike}" '{}' "$codes" ||
        fail "$story: some of ${#numbers[@]} points"
    echo "$story ${format%%:*}: ${#numbers[@]} points, $SECONDS s"
}
