#!/bin/sh
# install-emulators.sh [DIRECTORY]: installs the object store emulators of tests/backup/store/package.json with npm, into
# build/emulators unless another directory is named. Without npm, or when its registry is out of reach, it says so and
# the tests that need them are skipped.
set -eu
cd "$(dirname "$0")/.."

directory=${1:-build/emulators}
wanted=tests/backup/store/package.json

cmp -s "$wanted" "$directory/installed.json" && exit 0
command -v npm >/dev/null 2>&1 || {
    echo "npm is not installed: the stores are not tested against emulators"
    exit 0
}
mkdir -p "$directory"
cp "$wanted" "$directory/package.json"
echo "installing the store emulators"
if (cd "$directory" && npm install --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-timeout=30000) \
    >"$directory/install.log" 2>&1; then
    cp "$wanted" "$directory/installed.json"
else
    echo "npm cannot install them: the stores are not tested against emulators (see $directory/install.log)"
fi
