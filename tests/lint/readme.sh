#!/bin/sh
# The README tells the truth: its settings are the program's, its commands stand on the first screen, and the files and
# functions of its tour exist. TANDEM_BIN names the program.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import os
import re
import subprocess
from source import ROOT, complain, end, line_of, text

FIRST_SCREEN = 40
readme = text("README.md")
first = "\n".join(readme.split("\n")[:FIRST_SCREEN])
for command in ("hub/start --demo", "tests/run"):
    if command not in first:
        complain("README.md:1", f"{command} is not on the first screen")

table = subprocess.run([os.environ["TANDEM_BIN"], "config", "markdown"], capture_output=True, text=True, check=True).stdout
if table not in readme:
    complain(f"README.md:{line_of(readme, max(readme.find('| setting |'), 0))}",
             "the table of settings is not what `tandem config markdown` prints")

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
