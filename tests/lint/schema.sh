#!/bin/sh
# SCHEMA.md names every key that the store can make and every kind of small key that is asked for, and no others.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import re
from source import complain, end, files, line_of, text

SCHEMA, KEYS = "hub/store/SCHEMA.md", "hub/store/keys.c"
schema, keys = text(SCHEMA), text(KEYS)
rows = re.findall(r"^\| (`[^|]*) \|", schema[:schema.find("## A record")], re.M)
cells = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
# How a key begins: up to what differs from one to the next.
known = {re.split(r"<", cell)[0] for cell in cells if not cell.startswith(":")}

made = {name: where for name, where in ((m.group(1), m.start()) for m in re.finditer(r'&k->\w+, "([^"]+)"', keys))}
made.update((m.group(1), m.start()) for m in re.finditer(r'\[TABLE_\w+\] = "(\w+)"', keys))
made.update((m.group(1), m.start()) for m in re.finditer(r'key_bucket\(k, a, "(\w+:)"', keys))
made.update((m.group(1), m.start()) for m in re.finditer(r'args_join\(a, k->prefix, "(\w+:)"', keys))
if len(made) < 15:
    complain(f"{KEYS}:1", "keys are made in another way than this check knows")
for name, where in sorted(made.items()):
    if name not in known:
        complain(f"{KEYS}:{line_of(keys, where)}", f"{SCHEMA} does not say what the key {name} is")
for name in sorted(known):
    if not any(name.startswith(m) if m.endswith(":") else name == m for m in made):
        complain(f"{SCHEMA}:{line_of(schema, max(schema.find('| `' + name), 0))}", f"the key {name} is made nowhere")
for part in (":all", ":open"):
    if f'"{part}"' not in keys or f"b:<body>{part}" not in cells:
        complain(f"{KEYS}:1", f"the lists of bodies and {SCHEMA} differ about {part}")

KIND = re.compile(r'\.kind = "(\w+)",\s*\.name|store_(?:get|delete)_expiring\([^"]*?, "(\w+)"')
listed = set(re.findall(r"`(\w+)`", next((line for line in schema.split("\n") if line.startswith("| `x:<kind>:<name>`")), "")))
used = {}
for path in files(".c", under=("hub",)):
    if path.startswith("hub/store/"):
        continue
    for match in KIND.finditer(text(path)):
        used.setdefault(match.group(1) or match.group(2), f"{path}:{line_of(text(path), match.start())}")
for kind in sorted(set(used) - listed):
    complain(used[kind], f"{SCHEMA} does not say what the kind {kind} is for")
for kind in sorted(listed - set(used)):
    complain(f"{SCHEMA}:1", f"the kind {kind} is used nowhere")
end()
PYTHON
