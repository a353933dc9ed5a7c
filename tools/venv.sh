#!/usr/bin/env bash
# Makes the virtual environment: tools/venv.sh PYTHON FOLDER. Needs nothing but a Python of 3.11 or newer.
set -euo pipefail
python=$1 folder=$2

if ! command -v "$python" >/dev/null; then
  echo "There is no '$python' here. Install Python 3.11 or newer, or name it: make setup PYTHON=/path/to/python3" >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "$("$python" --version) is too old; UEMS needs 3.11 or newer. Name another: make setup PYTHON=python3.12" >&2
  exit 1
fi
if [ -x "$folder/bin/python" ] && "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  exit 0
fi

if command -v uv >/dev/null; then
  exec env UV_PYTHON_DOWNLOADS=never uv venv --quiet --clear --python "$python" "$folder"
fi
# Debian and Ubuntu ship Python without ensurepip; `-m venv` then fails half way.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  version=$("$python" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")')
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "python$version-venv"
  else
    echo "This Python cannot make a virtual environment. Run: sudo apt-get install python$version-venv (or install uv), then again." >&2
    exit 1
  fi
fi
exec "$python" -m venv --clear "$folder"
