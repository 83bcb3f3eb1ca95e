# A statement fails, or its success is never heard of, or a row cannot be fetched: one clear error, and the same command
# brings the databases to where nothing was ever disturbed. 5 is SQLite's "busy", which stops a run; 1 is its "error",
# which is one activity's own affair. Whole transactions that meet a "busy" are tried again: a run may end well; so it may when
# nothing depended on what failed, as another way was there.
. "$SOURCE/tests/scenario/story.bash"
. "$SOURCE/tests/fault/points.bash"

night_before

# Numbers of statements without those that end what was only read: nothing depends on these.
but_rollbacks() {
    awk 'NR == FNR { if ($2 == "statement" && ++n && $3 == "ROLLBACK") skipped[n]; next } !($1 in skipped)' "$story.trace" -
}

act() { "$NIGHTCUBE" nightly; }
story night base
strike_all odbc:%d:5 "0 69" < <(spread 30 "$(total statements)" | but_rollbacks)
strike_all odbc:%d:1 "0 70" < <(spread 30 "$(total statements)" | but_rollbacks)
strike_all lost:%d:5 "0 69" < <(spread 30 "$(total statements)" | but_rollbacks)
strike_all fetch:%d:5 "0 69" < <(spread 30 "$(total fetches)")

sh "$SOURCE/scripts/generate-orders.sh" 1500 >many.jsonl
act() { "$NIGHTCUBE" import "$home/many.jsonl"; }
story import deployed
strike_all odbc:%d:5 "0 69" < <(spread 10 "$(total statements)" | but_rollbacks)
strike_all lost:%d:5 "0 69" < <(spread 10 "$(total statements)" | but_rollbacks)

site base
exits 0 nightly
act() { "$NIGHTCUBE" restore --run 2 --allow-overwrite; }
story restore base
strike_all odbc:%d:5 "0 69" < <(spread 20 "$(total statements)" | but_rollbacks)
strike_all fetch:%d:5 "0 69" < <(spread 20 "$(total fetches)")

checked
finish
