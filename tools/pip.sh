#!/usr/bin/env bash
# Installs into a virtual environment with uv where there is one, else with pip: tools/pip.sh FOLDER install ARGUMENTS...
set -euo pipefail
folder=$1
shift
if command -v uv >/dev/null; then
  # Compiled once here, as pip does by itself: otherwise every command that may not write would compile everything at each start.
  VIRTUAL_ENV=$folder exec uv pip "$@" --compile-bytecode
fi
# An environment that uv made has no pip in it.
"$folder/bin/python" -m pip --version >/dev/null 2>&1 || "$folder/bin/python" -m ensurepip --upgrade >/dev/null
exec "$folder/bin/python" -m pip --quiet --disable-pip-version-check "$@"
