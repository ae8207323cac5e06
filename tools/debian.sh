#!/bin/sh
# Sees that a part of the machine is there that no Python package brings, installs it from Debian when it may,
# and otherwise asks for it by name. Usage: tools/debian.sh browser|node|papers
set -eu

case $1 in
    browser)
        packages="chromium fonts-noto-core"
        purpose="the browser tests"
        skip=${BEKET_NO_BROWSER:-}
        skip_name=BEKET_NO_BROWSER
        present() { command -v chromium >/dev/null && [ -d /usr/share/fonts/truetype/noto ]; }
        ;;
    node)
        packages="nodejs npm"
        purpose="building the browser files (islands)"
        skip=""
        skip_name=""
        present() { command -v node >/dev/null && command -v npm >/dev/null; }
        ;;
    papers)
        packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core poppler-utils"
        purpose="drawing the papers of the house (poppler-utils: checking them with another program)"
        skip=${BEKET_NO_PAPERS:-}
        skip_name=BEKET_NO_PAPERS
        present() {
            ldconfig -p | grep -q libpangoft2-1.0 && ldconfig -p | grep -q libharfbuzz-subset &&
                [ -d /usr/share/fonts/truetype/dejavu ] && command -v pdfsig >/dev/null
        }
        ;;
    *)
        echo "usage: $0 browser|node|papers" >&2
        exit 2
        ;;
esac

present && exit 0

if [ "$skip" = 1 ]; then
    echo "Going on without $packages, because $skip_name=1: $purpose are left out." >&2
    exit 0
fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $packages for $purpose"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=300 update
    # shellcheck disable=SC2086  # the list is meant to split
    apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $packages >/dev/null
    present && exit 0
fi

echo "Missing for $purpose: $packages. On Debian or Ubuntu: sudo apt-get install $packages" >&2
[ -z "$skip_name" ] || echo "To go on without: $skip_name=1 make test (the tests that need it say so)." >&2
exit 1
