#!/bin/sh
# The README tells the truth: its commands stand on the first screen, and the files and functions of its tour exist.
# That its settings are the program's needs the program: tests/live/cli_test.py.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import os
import re
from source import ROOT, complain, end, line_of, text

FIRST_SCREEN = 40
readme = text("README.md")
first = "\n".join(readme.split("\n")[:FIRST_SCREEN])
for command in ("hub/start --demo", "tests/run"):
    if command not in first:
        complain("README.md:1", f"{command} is not on the first screen")

start = readme.find("## Where an event goes")
stop = readme.find("\n## ", start + 1)
if start < 0:
    complain("README.md:1", "the section Where an event goes is missing")
for offset, line in zip(*(lambda ls: (range(len(ls)), ls))(readme[start:stop].split("\n"))):
    where = f"README.md:{line_of(readme, start) + offset}"
    paths = re.findall(r"`((?:hub|rules|connectors|dashboard|tests)/[\w./-]+)`", line)
    sources = ""
    for path in paths:
        if not os.path.exists(os.path.join(ROOT, path)):
            complain(where, f"{path} does not exist")
        elif path.endswith((".c", ".lua", ".h")):
            sources += text(path)
    for name in re.findall(r"`(\w+)\(\)`", line):
        if not re.search(r"\b" + name + r"\(", sources):
            complain(where, f"{name}() is not in the files of its line")
end()
PYTHON
