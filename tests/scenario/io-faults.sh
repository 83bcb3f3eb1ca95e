# Files that cannot be opened, read, mapped, renamed or closed, calls that a signal interrupts, and a machine that loses power with all
# that was not flushed: one clear error or none, and the same command brings everything to where nothing was ever disturbed.
# Power that goes leaves no partition lost and no half of a container, cube or key visible. In make test-long each way by which the
# program comes to a call is gone once.
. "$SOURCE/tests/scenario/story.bash"
. "$SOURCE/tests/fault/points.bash"
. "$SOURCE/tests/fault/stories.bash"

# What cannot be removed stays until the same is processed again.
settle() { [ ! -d "$base/analysis/OrderCube" ] || "$NIGHTCUBE" process --cube OrderCube --type ProcessFull; }

# What SQLite cannot open for writing it opens for reading (77), what it cannot read it calls damaged (65); a database that it cannot
# fold its journal into looks as if it were used by somebody else (75).
files() {
    strike_places 0 opens 'open:%d' '74 69 70 77 75 0'
    strike_places 0 reads 'read:%d' '74 69 70 65 0'
    strike_places 1 names 'name:%d' '74 69 70 0'
    strike_places 0 writes 'eio:%d' '74 69 70 0'
    strike_places 0 flushes 'flush:%d' '74 69 70 0'
    strike_places 1 closes 'close:%d' '74 0'
    strike_places 0 maps 'map:%d' '74 70 0'
    strike_places 4 transfers 'interrupt:%d' 0
    strike_places 3 writes 'short:%d' 0
}

# All that was not flushed is lost, or the bytes of files that have their names already, or names.
power() {
    strike_some 2 120 'power:%d' 137 "$(total calls)"
    strike_some 1 60 'powerbytes:%d' 137 "$(total calls)"
    strike_some 1 60 'powernames:%d' 137 "$(total calls)"
}

strike_story() {
    [ "$story" = night ] && [ "$(long_rounds 0 1)" -eq 0 ] || files
    power
}

every_story 'import night' strike_story
[ "$(long_rounds 0 1)" -eq 0 ] && [ -z "${NIGHTCUBE_PLACES:-}" ] || every_reading files
checked
finish
