#!/bin/sh
# Builds the browser files again and compares: what is committed must be what its sources give.
set -eu
static=src/beket/web/static

picture() {
    find "$static" -type f -exec sha256sum {} + | LC_ALL=C sort -k 2
}

before=$(picture)
make --no-print-directory islands
after=$(picture)
if [ "$before" != "$after" ]; then
    echo "Files under $static were not what 'make islands' builds. They are now; look at them and commit them." >&2
    exit 1
fi
echo "islands: committed files are the build's"
