#!/bin/sh
# The browser tests drive Debian's Chromium. Install it where that is possible; elsewhere the tests say why they skip.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
[ -n "${CHROMIUM:-}" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing chromium for the browser tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
else
    echo "chromium not found: browser tests will be skipped; install it or set CHROMIUM=/path/to/chromium"
fi
