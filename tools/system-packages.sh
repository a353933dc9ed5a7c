#!/usr/bin/env bash
# Installs what only the tests need and no Python or Node package brings: Chromium, PostgreSQL, a Chinese font, curl.
# As root on Debian or Ubuntu it installs what is missing; elsewhere it says what to install.
set -euo pipefail

missing=()
command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v curl >/dev/null || missing+=(curl)
command -v fc-list >/dev/null || missing+=(fontconfig)
# grep reads to the end: with -q it would close the pipe early, and pipefail would call that a failure.
fc-list :lang=zh 2>/dev/null | grep . >/dev/null || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing for the tests: ${missing[*]}"
  apt-get update -qq
  # Debian has a build of Chromium without a window, which is smaller and quicker.
  if apt-cache show chromium-headless-shell >/dev/null 2>&1; then missing=("${missing[@]/%chromium/chromium-headless-shell}"); fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "The tests need system packages that are missing here. Install them, then run again:" >&2
  echo "  sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
