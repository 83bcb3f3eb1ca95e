# A call for memory gets none, once or from then on: one clear error and exit code 70, or a way that needs less (code 0), and the
# same command brings the databases to where nothing was ever disturbed. Nothing breaks: no signal ends the program. In make
# test-long each way by which the program comes to ask for memory is gone once.
. "$SOURCE/tests/scenario/story.bash"
. "$SOURCE/tests/fault/points.bash"
. "$SOURCE/tests/fault/stories.bash"

memory() {
    strike_places 0 allocations 'memory:%d' '0 70'
    [ "$(long_rounds 0 1)" -eq 0 ] || strike_all 'memory:%d+' '0 70' < <(spread 4 "$(total allocations)")
}

# A key that was not read for want of memory is not told to be missing, and of a table there are whole rows only: more ways in which
# these may fail.
memory_reading() {
    case $story in
    key-check | verify*) strike_places 16 allocations 'memory:%d' '0 70' ;;
    *) strike_places 2 allocations 'memory:%d' '0 70' ;;
    esac
}

every_story '' memory
every_reading memory_reading
checked
finish
