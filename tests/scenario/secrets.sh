# Passphrases and keys: from a file, a descriptor, a credential, a pipe or a person at a terminal; in no argument, log,
# environment or core file.
. "$SOURCE/tests/scenario/story.bash"
umask 077

site_new vault
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
key=$base/identity.txt
exits 0 backup PrimaryImport --to "file:$home" --file sealed
printf 'correct horse\n' >passphrase
exits 0 backup PrimaryImport --to "file:$home" --file secret --passphrase-file passphrase

# A descriptor, a pipe, a credential, the secrets file of the settings.
exits 0 verify sealed.abf --identity-file /dev/fd/5 5<"$key"
exits 0 verify secret.abf --passphrase-file <(echo correct horse)
exits 0 verify sealed.abf sealed.abf --identity-file - <"$key"
exits 77 verify secret.abf --passphrase-file - < <(echo wrong horse)
exits 65 verify secret.abf --passphrase-file - </dev/null
told "it is empty"
exits 65 verify sealed.abf --identity-file - < <(echo correct horse)
mkdir credentials
cp passphrase credentials/night
cp "$key" credentials/key
chmod 440 credentials/* # as systemd shows them
CREDENTIALS_DIRECTORY=$home/credentials exits 0 verify secret.abf --passphrase-file '{secret:night}'
CREDENTIALS_DIRECTORY=$home/credentials exits 0 verify sealed.abf --identity-file '{secret:key}'
exits 78 verify secret.abf --passphrase-file '{secret:night}'

# A person at a terminal: asked, not shown, asked twice for a new one.
typed() { # ANSWERS COMMAND...: the program with a terminal of its own; what it shows is left in `shown`
    local answers=$1
    shift
    rm -f shown
    { shows 'Type the ' && printf "$answers" && shows 'all said'; } |
        SHELL=/bin/bash script -qfec "$*; echo code \$?; stty -a | grep -o -- ' -echo '; echo all said" /dev/null >shown 2>&1
}
shows() {
    for _ in $(seq 200); do
        ! grep -q "$1" shown 2>/dev/null || return 0
        sleep 0.1
    done
}
typed 'correct horse\n' "'$NIGHTCUBE' verify secret.abf --passphrase-file -"
grep -q 'Type the passphrase' shown && grep -q 'code 0' shown || fail "asking for a passphrase: $(cat shown)"
! grep -q 'correct horse' shown || fail "the terminal shows the passphrase"
typed 'new horse\nnew horse\n' "'$NIGHTCUBE' backup PrimaryImport --to 'file:$home' --file asked --passphrase-file -"
grep -q 'code 0' shown || fail "asking for a new passphrase: $(cat shown)"
exits 0 verify asked.abf --passphrase-file - < <(echo new horse)
typed 'new horse\nnew house\n' "'$NIGHTCUBE' backup PrimaryImport --to 'file:$home' --file mistyped --passphrase-file -"
grep -q 'not the same' shown && grep -q 'code 64' shown || fail "two different new passphrases: $(cat shown)"
[ ! -e mistyped.abf ] || fail "mistyped.abf was written"
typed '\003' "'$NIGHTCUBE' verify secret.abf --passphrase-file -"
grep -q 'code 130' shown || fail "Ctrl-C at the prompt: $(cat shown)"
! grep -q '^ -echo' shown || fail "the terminal's echo stays off"

# While it works: no core file may be written, and what a secret of the environment was is not to be seen from outside.
export NIGHTCUBE_TEST_WORD='battery staple'
mkfifo stuck
printf 'battery staple\n' >other-word
exits 0 backup PrimaryImport --to "file:$home" --file worded --passphrase-file '{secret:NIGHTCUBE_TEST_WORD}' --verbose
told "comes from the environment"
! grep -qF 'battery staple' out err || fail "the passphrase stands in the log"
exits 0 verify worded.abf --passphrase-file other-word
exec 8<>stuck
(ulimit -c unlimited; exec "$NIGHTCUBE" restore --passphrase-file '{secret:NIGHTCUBE_TEST_WORD}' --identity-file stuck worded.abf --as Drill) >out 2>err &
process=$!
sleep 1
! tr '\0' ' ' <"/proc/$process/cmdline" | grep -qF 'staple' || fail "the passphrase stands in an argument"
same "no core file" "0" "$(awk '/^Max core file size/ { print $5 }' "/proc/$process/limits")"
! tr '\0' ' ' <"/proc/$process/environ" | grep -qF 'staple' || fail "the passphrase stands in /proc/PID/environ"
# Whoever is asked for a key may take his time: nobody waits for the lock meanwhile.
exits 0 backup PrimaryImport --to "file:$home" --file meanwhile
kill -9 "$process"
exec 8>&-
wait "$process" 2>/dev/null

# A connection's password does not belong on a command line: it is taken off it, and that is said.
exec 8<>stuck
"$NIGHTCUBE" restore --to-connection 'Driver=SQLite3;Database=there.db;PWD=battery staple' --identity-file stuck sealed.abf >out 2>err &
process=$!
sleep 1
tr '\0' ' ' <"/proc/$process/cmdline" | grep -qF 'Database=there.db;PWD=xxxxxxxxxxxxxx ' || fail "the arguments: $(tr '\0' ' ' <"/proc/$process/cmdline")"
told "better write PWD={secret:NAME}"
! grep -qF 'staple' out err || fail "the password stands in the log"
kill -9 "$process"
exec 8>&-
wait "$process" 2>/dev/null

exits 78 restore sealed.abf --to-connection 'Driver=SQLite3;Database=there.db;PWD={secret:nix}'
! grep -q 'better write' err || fail "a reference to a secret is taken for a password"

# Another process of the same user reads neither its environment nor its memory (the superuser does: it becomes another).
public=$(mktemp -d)
install -m 755 "$NIGHTCUBE" "$public/nightcube"
install -m 644 worded.abf "$public"
mkfifo -m 666 "$public/stuck"
chmod 711 "$public"
as_user=()
[ "$(id -u)" -ne 0 ] || as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
exec 8<>"$public/stuck"
HOME=$public XDG_DATA_HOME=$public/data XDG_CONFIG_HOME=$public/config "${as_user[@]}" "$public/nightcube" verify --identity-file "$public/stuck" "$public/worded.abf" >out 2>err &
process=$!
sleep 1
kill -0 "$process" || fail "it does not wait for the identity: $(cat err)"
for file in environ mem maps; do
    ! "${as_user[@]}" sh -c ': <"$1"' - "/proc/$process/$file" 2>/dev/null || fail "/proc/PID/$file is open to processes of the same user"
done
same "/proc/PID belongs to" "0" "$(stat -c %u "/proc/$process/environ")"
kill -9 "$process"
exec 8>&-
wait "$process" 2>/dev/null
rm -r "$public"

# The keys themselves: a sheet to put away opens what is sealed; nothing is ever overwritten.
exits 0 key generate --output new.txt
same "for its owner only" "600 600" "$(stat -c %a new.txt new.recovery.txt | paste -sd ' ')"
exits 73 key generate --output new.txt
! grep -q 'AGE-SECRET-KEY' out err || fail "a secret key is printed"
recipient=$(sed -n 's/^# public key: //p' new.recovery.txt)
exits 0 backup PrimaryImport --to "file:$home" --file recovered --recipient "$recipient"
# The sheet says where the backups lie, and the key in groups is the one at its end: typed with blanks, in small letters.
grep -qF "file:$base/backups" new.recovery.txt || fail "the sheet does not name the store: $(cat new.recovery.txt)"
same "no line wider than paper" "" "$(grep -v 'file:' new.recovery.txt | grep -E '.{81}')"
sed -n '/^#     AGE-SECRET/,/^# On/p' new.recovery.txt | sed '$d; s/^# *//' | paste -sd ' ' | tr 'A-Z' 'a-z' >grouped.txt
same "the key in groups" "$(tail -n 1 new.recovery.txt)" "$(tr -d ' ' <grouped.txt | tr 'a-z' 'A-Z')"
exits 0 key check recovered.abf --identity-file grouped.txt
tail -n 1 new.recovery.txt >typed.txt
exits 0 key check recovered.abf --identity-file typed.txt
exits 77 key check recovered.abf --identity-file new.txt
exits 0 key rewrap recovered.abf --store "file:$home" --identity-file typed.txt --new-passphrase-file passphrase
exits 77 verify recovered.abf --identity-file typed.txt
finish
