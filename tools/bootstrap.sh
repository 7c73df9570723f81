#!/bin/sh
# Make .venv with the exact versions of requirements.txt and rnnlib itself.
#
# Called by make whenever requirements.txt or pyproject.toml is newer than the
# stamp that a finished installation leaves.
#
#   PYTHON=...   chooses an interpreter
#   TORCH=cpu    takes PyTorch built for the processor alone, on Linux a
#                third of the size; on macOS and Windows nothing changes
set -eu
venv=$1
stamp=$2

# The pinned packages have wheels for these.
oldest=11
newest=14
# Where PyTorch keeps its builds for the processor alone.
cpu_index=https://download.pytorch.org/whl/cpu

fits() {
    "$1" -c "import sys
v = sys.version_info
sys.exit(not (v[0] == 3 and $oldest <= v[1] <= $newest))" 2>/dev/null
}
# Debian ships venv without ensurepip, which is what a new environment needs.
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

fitting=""
chosen=""
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.14 python3.11 python}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    fits "$candidate" || continue
    fitting=${fitting:-$candidate}
    if has_venv "$candidate"; then
        chosen=$candidate
        break
    fi
done

if [ -z "$fitting" ]; then
    found=$(${PYTHON:-python3} --version 2>&1 || true)
    echo "This book needs Python 3.$oldest to 3.$newest; found: ${found:-none}." >&2
    echo "Install one, or name one: make PYTHON=/path/to/python3.12 book" >&2
    exit 1
fi
if [ -z "$chosen" ]; then
    minor=$("$fitting" -c 'import sys; print(*sys.version_info[:2], sep=".")')
    echo "Python $minor is here, but its venv module is not." >&2
    echo "On Debian and Ubuntu: apt-get install python$minor-venv" >&2
    exit 1
fi

case ${TORCH:-} in
    cpu) index="--extra-index-url $cpu_index" ;;
    "") index="" ;;
    *)
        echo "TORCH must be cpu or left out, found: $TORCH" >&2
        exit 1
        ;;
esac

echo "Setting up $venv with $("$chosen" --version), once."
if [ "$(uname -s)" = Linux ] && [ "$(uname -m)" = x86_64 ] && [ -z "$index" ]; then
    echo "To download: about 3 GB, since PyTorch brings its libraries for GPUs;"
    echo "on disk 5.6 GB. Without a GPU, stop this and say: make TORCH=cpu book"
    echo "(0.5 GB to download, 1.9 GB on disk)."
else
    echo "To download: about 0.5 GB; on disk 1.9 GB."
fi
echo "It takes two to ten minutes, most of them for the download."

# A bar for each package in a terminal; in a log, warnings and errors only.
quiet=""
[ -t 1 ] || quiet=--quiet
"$chosen" -m venv "$venv"
# shellcheck disable=SC2086  # empty options must vanish
"$venv/bin/python" -m pip install $quiet --disable-pip-version-check \
    $index --requirement requirements.txt
# The pinned setuptools builds rnnlib, so nothing unpinned takes part.
# shellcheck disable=SC2086
"$venv/bin/python" -m pip install $quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --editable .
echo "Installed: $(du -sh "$venv" | cut -f 1) in $venv."
touch "$stamp"
