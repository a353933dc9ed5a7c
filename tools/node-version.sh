#!/usr/bin/env bash
# Stops with advice where Node is missing or older than 20.
set -euo pipefail
version=$(node --version 2>/dev/null || echo none)
major=${version#v}
major=${major%%.*}
if [ "$version" = none ] || [ "$major" -lt 20 ] || ! command -v npm >/dev/null; then
  echo "Building the web UI needs Node 20 or newer with npm; found: $version." >&2
  exit 1
fi
