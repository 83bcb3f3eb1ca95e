# The unit files are what systemd understands, and schedule as they promise.
set -eu
units=$SOURCE/config/examples/systemd

grep -q '^RestartForceExitStatus=75$' "$units/nightcube@.service"
grep -q '^SuccessExitStatus=1$' "$units/nightcube@.service"
grep -q '^OnFailure=nightcube-failed@%i.service$' "$units/nightcube@.service"
grep -q '^LoadCredential=' "$units/nightcube@.service"
grep -q '^Persistent=true$' "$units/nightcube@.timer"
grep -q '^OnCalendar=.* UTC$' "$units/nightcube@.timer"

command -v systemd-analyze >/dev/null || exit 77
for unit in "$units"/*.service "$units"/*.timer; do
    sed -e "s|@BINDIR@/nightcube|$NIGHTCUBE|" -e '/^Documentation=/d' "$unit" >"$(basename "$unit" | sed 's/@\./@nightly./')"
done
systemd-analyze verify ./*.service ./*.timer >verify.txt 2>&1 || { cat verify.txt; exit 1; }
if grep -v -e 'Failed to' -e 'not found' verify.txt | grep -q .; then
    cat verify.txt
    exit 1
fi
