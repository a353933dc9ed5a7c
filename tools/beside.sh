#!/usr/bin/env bash
# Runs one command with another beside it: tools/beside.sh "QUIET COMMAND" COMMAND ARGUMENTS...
# The quiet one gives way, and is heard only if it fails; what COMMAND prints last stays last if it does not.
set -euo pipefail
quiet=$1
shift
log=$(mktemp)
nice -n 5 bash -c "$quiet" >"$log" 2>&1 &
beside=$!
trap 'kill "$beside" 2>/dev/null || true; rm -f "$log"' EXIT
status=0
"$@" || status=$?
if ! wait "$beside"; then
  cat "$log"
  echo "Failed: $quiet (its output stands above)" >&2
  exit 1
fi
exit "$status"
