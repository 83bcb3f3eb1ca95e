# The disk is full from some moment on: one clear error and exit code 74 (0 when only tidying up was left), and once there is
# room the same command brings the databases to where nothing was ever disturbed.
. "$SOURCE/tests/scenario/story.bash"
. "$SOURCE/tests/fault/points.bash"

night_before

act() { "$NIGHTCUBE" nightly; }
story night base
strike_all full:%d+ "74 0" < <(spread 60 "$(total writes)")

sh "$SOURCE/scripts/generate-orders.sh" 1500 >many.jsonl
act() { "$NIGHTCUBE" import "$home/many.jsonl"; }
story import deployed
strike_all full:%d+ "74 0" < <(spread 20 "$(total writes)")

site base
exits 0 nightly
act() { "$NIGHTCUBE" restore --run 2 --allow-overwrite; }
story restore base
strike_all full:%d+ "74 0" < <(spread 30 "$(total writes)")

checked
finish
