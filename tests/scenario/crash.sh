# Whatever is killed, at whatever moment: doing it again brings the databases to where nothing was ever disturbed.
. "$SOURCE/tests/scenario/story.bash"
. "$SOURCE/tests/fault/points.bash"

night_before

act() { "$NIGHTCUBE" nightly; }
story night base
strike_all kill:%d 137 < <(boundaries; spread 40 "$(total calls)")

# The next night is killed too, soon or late.
strike_all "kill:%d,kill:$(($(total calls) / 5))" 137 < <(spread 8 "$(total calls)")
strike_all "kill:%d,kill:$(($(total calls) / 2))" 137 < <(spread 8 "$(total calls)")

# A night without news after older records went offline: what was loaded of them stays.
site quiet
exits 0 maintain
act() { "$NIGHTCUBE" load; }
story quiet-load quiet
strike_all kill:%d 137 < <(boundaries; spread 10 "$(total calls)")

# Enough events for two batches.
sh "$SOURCE/scripts/generate-orders.sh" 1500 >many.jsonl
act() { "$NIGHTCUBE" import "$home/many.jsonl"; }
story import deployed
# 0: it reads ahead in a thread of its own, and does not make the same number of calls each time.
strike_all kill:%d "137 0" < <(boundaries; spread 20 "$(total calls)")

# Back to the night before, and a cube filled again from what is online and what is archived.
site base
exits 0 nightly
act() { "$NIGHTCUBE" restore --run 2 --allow-overwrite; }
story restore base
strike_all kill:%d 137 < <(boundaries 'rename|rmdir'; spread 30 "$(total calls)")

sed 's/POCube/OrderCube/' "$SOURCE/config/examples/purge.xml" >purge.xml
act() { "$NIGHTCUBE" run "$home/purge.xml"; }
story purge base
strike_all kill:%d 137 < <(boundaries; spread 10 "$(total calls)")

# Two nights follow a purge that died while it loaded, and the first of them dies early: what it was about to do was the
# purge's load, with what is archived, and so it is for the second.
act() {
    local night=nightly
    [ -e "$XDG_DATA_HOME/purging" ] || night="run $home/purge.xml"
    touch "$XDG_DATA_HOME/purging"
    "$NIGHTCUBE" $night
}
story purge-and-nights base
noted=$(grep 'SELECT max("StepID")' "$story.trace" | sed -n 's/ .*//; 3p') # the load is in the journal
for second in 20 60 150; do
    strike_all "kill:%d,kill:$second" 137 < <(spread 20 "$(total calls)" | awk -v first="$noted" '$1 > first')
done

checked
finish
