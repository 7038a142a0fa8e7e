#!/bin/sh
# Tandem beside three rule engines from npm on one table of ten thousand rows, by hand: tests/bench/peers.sh [SECONDS]
# Needs a build with -DTANDEM_SANITIZE=OFF in build-bench/ and the Node of the page's build; packages go to build/peers.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/hub/prepare.sh"

cd "$root/dashboard"
node_ready
cd "$root"
peers=$root/build/peers
mkdir -p "$peers"
npm install --prefix "$peers" --no-save --no-package-lock --no-audit --no-fund --loglevel error \
	@gorules/zen-engine json-logic-js json-rules-engine >/dev/null
build-bench/tests/bench/bench_decide rules/packs/linyi "$peers"
node tests/bench/peers.mjs "$peers" "$peers" "${1:-5}"
