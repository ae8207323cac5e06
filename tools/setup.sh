#!/bin/sh
# Makes the virtual environment from the locked, hashed requirements. Safe to run again; quick when nothing changed.
set -eu
venv=$1

python_of_the_machine() {
    for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "Beket needs Python 3.11 or newer. On Debian or Ubuntu: apt-get install python3 python3-venv" >&2
    exit 1
}

if ! "$venv/bin/python" -c 'import pip' >/dev/null 2>&1; then
    python=$(python_of_the_machine)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        echo "$python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
    echo "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
fi

echo "Installing the locked packages (a minute or so the first time)"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_RETRIES="${PIP_RETRIES:-2}"
if ! "$venv/bin/python" -m pip install -qq --require-hashes -r requirements.lock; then
    cat >&2 <<'END'

The packages named in requirements.lock are not all here, and pip could not fetch them; its reason stands above.
They are needed once; after that Beket needs no network. Where there is none, bring them from a machine that has one,
with the same Python and kind of processor:
    there:  python3 -m pip download --require-hashes -r requirements.lock -d packages
    here:   PIP_NO_INDEX=1 PIP_FIND_LINKS=packages make run
END
    exit 1
fi
"$venv/bin/python" -m pip install -qq --no-deps --no-build-isolation -e .
