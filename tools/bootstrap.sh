#!/bin/sh
# Make .venv with the exact versions of requirements.txt and rnnlib itself.
#
# Called by make whenever requirements.txt or pyproject.toml is newer than the
# stamp that a finished installation leaves. PYTHON=... chooses an interpreter.
set -eu
venv=$1
stamp=$2

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
# Debian ships venv without ensurepip, which is what a new environment needs.
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

newest=""
chosen=""
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    fits "$candidate" || continue
    newest=${newest:-$candidate}
    if has_venv "$candidate"; then
        chosen=$candidate
        break
    fi
done

if [ -z "$newest" ]; then
    found=$(${PYTHON:-python3} --version 2>&1 || true)
    echo "This book needs Python 3.11 or later; found: ${found:-none}." >&2
    echo "Install one, or name one: make PYTHON=/path/to/python3.11 book" >&2
    exit 1
fi
if [ -z "$chosen" ]; then
    minor=$("$newest" -c 'import sys; print(*sys.version_info[:2], sep=".")')
    echo "Python $minor is here, but its venv module is not." >&2
    echo "On Debian and Ubuntu: apt-get install python$minor-venv" >&2
    exit 1
fi

echo "Setting up $venv with $("$chosen" --version); the first time takes minutes."
"$chosen" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --requirement requirements.txt
# The pinned setuptools builds rnnlib, so nothing unpinned takes part.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --editable .
touch "$stamp"
