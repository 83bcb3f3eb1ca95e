# Backups that are damaged, sealed for somebody else or in the way: each is refused, and nothing is changed.
. "$SOURCE/tests/scenario/story.bash"

at 2026-09-01T02:00:00Z
site_new bad
exits 0 deploy "$SOURCE/config/examples/purchase-order.xml" --no-backup
exits 0 import "$SOURCE/config/examples/twelve-orders.csv"
exits 0 nightly
printf 'correct horse\n' >passphrase
printf 'wrong horse\n' >other-passphrase
chmod 600 passphrase other-passphrase
here="--to file:$home/here"
exits 0 backup PrimaryImport $here --file sealed
exits 0 backup PrimaryImport $here --file plain --no-encryption
exits 0 backup PrimaryImport $here --file bare --no-encryption --no-compression
exits 0 backup PrimaryImport $here --file secret --passphrase-file passphrase

refuses() {
    unchanged "$1" "${@:3}"
    told "$2"
    [ ! -e "$base/Copy.db" ] || fail "Copy.db was left behind"
}

# A target that exists.
before=$(sha256sum here/sealed.abf)
refuses 73 "exists" backup PrimaryImport $here --file sealed
refuses 73 "exists" backup PrimaryImport $here --file sealed.abf
same "the old file stays" "$before" "$(sha256sum here/sealed.abf)"
exits 0 backup PrimaryImport $here --file sealed --allow-overwrite
refuses 73 "exists" restore here/sealed.abf
refuses 73 "exists" restore --run 1
refuses 73 "exists" restore here/sealed.abf --as BAMArchive
exits 0 restore here/sealed.abf --as Copy
before=$(sha256sum <"$base/Copy.db")
unchanged 73 restore here/plain.abf --as Copy
same "the old copy stays" "$before" "$(sha256sum <"$base/Copy.db")"
exits 0 restore here/plain.abf --as Copy --allow-overwrite
rm "$base/Copy.db"
refuses 65 "not of 'StarSchema'" restore here/sealed.abf --database StarSchema --as Copy
refuses 65 "'PrimaryExport'" backup PrimaryExport

# The wrong key, or none.
exits 0 key generate --output other.txt
same "an identity is for its owner only" 600 "$(stat -c %a other.txt)"
for command in verify "restore --as Copy"; do
    refuses 77 "no identity matches" $command here/sealed.abf --identity-file other.txt
    refuses 77 "passphrase" $command here/sealed.abf --passphrase-file passphrase
    refuses 77 "passphrase" $command here/secret.abf
    refuses 77 "wrong passphrase" $command here/secret.abf --passphrase-file other-passphrase
    refuses 66 "nokey.txt" $command here/sealed.abf --identity-file nokey.txt
done
exits 77 key check here/sealed.abf --identity-file other.txt
exits 0 key check here/sealed.abf
exits 0 verify here/sealed.abf --identity-file "$base/recovery.txt"
exits 0 verify here/secret.abf --passphrase-file passphrase
unchanged 64 verify here/plain.abf --passphrase-file passphrase
told "not encrypted"
chmod 644 passphrase
refuses 77 "may be read by others" verify here/secret.abf --passphrase-file passphrase
chmod 600 passphrase
mv "$base/identity.txt" "$home/identity.txt"
refuses 77 "no key or passphrase is given" restore here/sealed.abf --as Copy
mv "$home/identity.txt" "$base/identity.txt"
refuses 65 "not a recipient" backup PrimaryImport $here --file x --recipient age1mistyped
[ ! -e here/x.abf ] || fail "x.abf was left behind"

# A flipped byte, wherever it is; a file that is cut off, or has grown.
flipped() {
    cp "$1" damaged.abf
    local byte
    byte=$(od -An -tu1 -j"$2" -N1 "$1")
    printf "\\x$(printf %02x $((byte ^ 1)))" | dd of=damaged.abf bs=1 seek="$2" conv=notrunc status=none
}
for kind in sealed plain bare; do
    size=$(stat -c %s here/$kind.abf)
    # From behind the header of a sealed one: of a file alone, a flipped byte there may make it one for somebody else.
    for ((i = 1; i < 12; i++)); do
        flipped here/$kind.abf $((450 + (size - 451) * i / 11))
        unchanged 65 verify damaged.abf
        refuses 65 "" restore damaged.abf --as Copy
    done
    for length in 0 1 200 $((size / 2)) $((size - 1)); do
        head -c "$length" here/$kind.abf >damaged.abf
        refuses 65 "" restore damaged.abf --as Copy
    done
    { cat here/$kind.abf && echo; } >damaged.abf
    refuses 65 "" restore damaged.abf --as Copy
    flipped here/$kind.abf 0
    refuses 65 "not a nightcube backup" restore damaged.abf --as Copy
done

# In the store: the set that leans on a damaged container is not restored, not even half of it.
night=$(find "$base/backups" -name 'PrimaryImport_*-r1.abf')
cp "$night" saved
flipped saved $(($(stat -c %s saved) / 2))
cp damaged.abf "$night"
refuses 65 "$(basename "$night")" restore --run 1 --allow-overwrite
refuses 65 "is not the container that the catalogue names" verify --no-key "$night"
for at in 10 40 55 70 90 120 150 200; do # in the header: the catalogue tells that it is not for another key
    flipped saved $at
    cp damaged.abf "$night"
    for command in verify "restore --as Copy" "key check"; do
        refuses 65 "" $command "$night"
    done
done
rm "$night"
refuses 65 "is missing in store" restore --run 1 --allow-overwrite
cp saved "$night"
exits 0 verify "$night"
exits 0 restore --run 1 --allow-overwrite
finish
