#!/bin/sh
# Files as everybody's tools expect them: executable where there is a program, tabs, one kind of line end.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import os
import re
from source import ROOT, all_files, code, complain, end, text

AS_DATA = ("tests/fuzz/corpus/", "tests/fuzz/regression/", "tests/property/worked/", "dashboard/package-lock.json")
BINARY = (".png", ".ico", ".bin", ".woff2")
PROGRAMS = {"hub/start", "tests/run", ".ci/run"}
SPACES = re.compile(r"^ +\S")
BIGGEST_BYTES = 1024 * 1024

for path in all_files():
    full = os.path.join(ROOT, path)
    if os.path.getsize(full) > BIGGEST_BYTES:
        complain(f"{path}:1", "is larger than a mebibyte")
    if path.startswith(AS_DATA) or path.endswith(BINARY):
        continue
    content, runs = text(path), os.access(full, os.X_OK)
    if content.startswith("#!") != runs and not content.startswith("#!lua flags="):  # to Redis, which runs it
        complain(f"{path}:1", "has a first line like a program but may not be run" if not runs else "may be run but is no program")
    if path in PROGRAMS and not runs:
        complain(f"{path}:1", "must be executable")
    if content and not content.endswith(("\n", "}", "]")):
        complain(f"{path}:{content.count(chr(10)) + 1}", "does not end with a line end")
    for number, line in enumerate(content.split("\n"), 1):
        if line.endswith("\r"):
            complain(f"{path}:{number}", "has a carriage return")
        elif line != line.rstrip() and not path.endswith(".md"):
            complain(f"{path}:{number}", "ends with a blank")
        if line.startswith(("<" * 7 + " ", ">" * 7 + " ")):
            complain(f"{path}:{number}", "is a left-over of a merge")
    for number, line in enumerate(code(path).split("\n") if path.endswith((".c", ".h")) else [], 1):
        if SPACES.match(line):
            complain(f"{path}:{number}", "is indented with blanks; here it is tabs")
end()
PYTHON
