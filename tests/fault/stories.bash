# stories.bash: every command that matters as a story on small data, so that each kind of fault can go through all of them. Sourced
# behind points.bash.
#
#   every_story "NAMES" DO...    DO is called in each of these stories (all in test-long and with NIGHTCUBE_PLACES=all); "$story" is
#                                its name
#   every_reading DO...          the same for what only reads
#
# STORIES="load restore reading" chooses, in test-long too; reading is all that only reads.
# Installations are made first: `empty`, set up and nothing more, and those of night_before.
every_story() {
    wanted=" $1 "
    shift
    [ "$(long_rounds 0 1)" -eq 0 ] && [ -z "${NIGHTCUBE_PLACES:-}" ] || wanted=
    [ -z "${STORIES:-}" ] || wanted=" $STORIES "
    night_before 40
    site_new empty
    "$NIGHTCUBE" key generate --output new.txt >/dev/null 2>&1
    recipient=$(sed -n 's/^# public key: //p' new.txt)
    own_recipient=$(sed -n 's/^# public key: //p' "$home/base/nightcube/identity.txt")
    export recipient own_recipient

    # Given again after it was done it is refused, in these words.
    act() {
        local code=0
        "$NIGHTCUBE" deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup 2>refused || code=$?
        ! grep -q 'names are taken already' refused || return 0
        cat refused >&2
        return $code
    }
    tell deploy empty "$@"

    act() { "$NIGHTCUBE" import "$home/late.jsonl"; }
    tell import deployed "$@"

    act() { "$NIGHTCUBE" nightly; }
    tell night base "$@"

    act() { "$NIGHTCUBE" backup PrimaryImport BAMAnalysis --full; }
    tell backup base "$@"

    act() { "$NIGHTCUBE" load; }
    tell load base "$@"

    act() { "$NIGHTCUBE" process --type ProcessFull; }
    tell process quiet "$@"

    act() {
        "$NIGHTCUBE" key rewrap --all --recipient "$recipient" --recipient "$own_recipient" \
            --identity-file "$XDG_DATA_HOME/nightcube/identity.txt" --identity-file "$home/new.txt"
    }
    tell rewrap base "$@"

    # What was put aside may stay until the next restore.
    strike_again=1
    export strike_again
    site base
    exits 0 nightly
    act() { "$NIGHTCUBE" restore --run 2 --allow-overwrite; }
    tell restore base "$@"
    unset strike_again
}

# tell NAME BASE DO...
tell() {
    [[ -z $wanted || $wanted == *" $1 "* ]] || return 0
    story "$1" "$2"
    shift 2
    "$@"
}

every_reading() {
    local arguments
    [[ -z ${STORIES:-} || " $STORIES " == *" reading "* ]] || return 0
    site base
    container=$(cd "$base/backups" && ls -- *.abf | head -n 1)
    for arguments in \
        'query OrderCube --rows Location --columns Progress --totals' \
        'query OrderCube --rows Received.Month --order-by QuantityTotal --top 3 --format json' \
        'show partitions' 'show cubes --design' 'show definition' 'show levels' 'nightly --plan' 'status --json' \
        'history' 'history 1' 'list' "verify $container" "key check $container" 'key check' 'help nightly'; do
        export arguments
        # shellcheck disable=SC2086 # words
        act() { "$NIGHTCUBE" $arguments; }
        reading_story "${arguments// /-}" base
        "$@"
    done

    act() { "$NIGHTCUBE" report --output page.html && cat page.html; }
    reading_story report base
    tells='not readable' "$@"

    # How much room there is changes from moment to moment. One at a time: it takes the lock.
    act() {
        local code=0
        "$NIGHTCUBE" doctor --json >checks || code=$?
        sed 's/[0-9]* MiB free//' checks
        return $code
    }
    reading_story doctor base
    STRIKES=1 tells='"verdict":"warning"' "$@"
}
