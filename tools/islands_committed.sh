#!/bin/sh
# Builds the browser files again and compares: what is committed must be what its sources give.
set -eu
folders="src/beket/web/static tests/web/vendor"

picture() {
    # shellcheck disable=SC2086  # the list is meant to split
    find $folders -type f -exec sha256sum {} + | LC_ALL=C sort -k 2
}

before=$(picture)
make --no-print-directory islands
after=$(picture)
if [ "$before" != "$after" ]; then
    echo "Files under $folders were not what 'make islands' builds. They are now; look at them and commit them." >&2
    exit 1
fi
echo "islands: committed files are the build's"
