# As odbc-errors.sh, through every command: each way by which it comes to a statement, a preparation, a fetch or a connection is gone
# once in make test-long, and fails there, once or with all that follows.
. "$SOURCE/tests/scenario/story.bash"
. "$SOURCE/tests/fault/points.bash"
. "$SOURCE/tests/fault/stories.bash"

# Nothing depends on the end of what was only read.
but_rollbacks() {
    awk 'NR == FNR { if ($2 == "statement" && ++n && $3 == "ROLLBACK") skipped[n]; next } !($1 in skipped)' "$story.trace" -
}

statements() {
    places "$1" statements | but_rollbacks >"$story.chosen"
    [ ! -s "$story.chosen" ] || strike_all "$2" "$3" <"$story.chosen"
}

# 5 is SQLite's "busy", 1 its "error".
strike_story() {
    statements 3 'odbc:%d:5' '0 69'
    statements 3 'odbc:%d:1' '0 70'
    statements 2 'lost:%d:5' '0 69'
    statements 1 'odbc:%d+:5' '0 69'
    strike_places 1 prepares 'prepare:%d:1' '0 70'
    strike_places 1 fetches 'fetch:%d:5' '0 69'
    strike_places 1 connects 'connect:%d:5' '0 69'
}

every_story 'load' strike_story
checked
finish
