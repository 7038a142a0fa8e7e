#!/bin/sh
# The Linyi pack, which others begin from, words each text that the hub asks a pack for, and no other.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import re
from source import complain, end, files, text

PACK = "rules/packs/linyi/texts/"
asked = {}
for path in files(".c"):
    if path.startswith("hub/flow/"):
        asked.update((name, path) for name in re.findall(r'"(sms-[a-z-]+)"', text(path)))
worded = {path[len(PACK):-len(".txt")] for path in files(".txt") if path.startswith(PACK)}
for name in sorted(set(asked) - worded):
    complain(asked[name], f"{PACK}{name}.txt is not there")
for name in sorted(worded - set(asked)):
    complain(f"{PACK}{name}.txt", "the hub never asks for it")
end()
PYTHON
