#!/bin/sh
# The browser stories: builds the page if its sources are newer, then clicks through it in Chromium.
#   tests/browser/run.sh          against the real hub, $TANDEM_BIN
#   tests/browser/run.sh --mock   against mock_hub.mjs, for work on the page alone
#   further arguments: stories to run, e.g. inbox.story.mjs
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dashboard=$here/../../dashboard
if [ "${1:-}" = --mock ]; then
	shift
	export TANDEM_BROWSER_MOCK=1
elif [ -z "${HUB_URL:-}" ] && [ ! -x "${TANDEM_BIN:-}" ]; then
	echo "TANDEM_BIN names no hub; --mock runs without one" >&2
	exit 1
fi
cd "$dashboard"
if [ ! -x node_modules/.bin/vite ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci
fi
if [ ! -f dist/index.html.gz ] ||
   [ -n "$(find src public scripts index.html vite.config.ts package-lock.json -newer dist/index.html.gz)" ]; then
	npm run build
fi
if grep -qE 'https?://' package-lock.json; then
	echo "package-lock.json names a host: run npm run lock" >&2
	exit 1
fi
npm test
cd "$here"
if [ $# -eq 0 ]; then
	set -- ./*.story.mjs
fi
exec "$dashboard/node_modules/.bin/node" --test-reporter=spec stories.mjs "$@"
