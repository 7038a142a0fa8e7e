#!/bin/sh
# Calls that are never right here, and debt left in the text.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import re
from source import code, complain, end, files, text

CALLS = ("sprintf vsprintf strcpy stpcpy strcat strncat strtok strtok_r sscanf atoi atol atof gets gmtime localtime "
         "ctime asctime rand srand random system popen sleep usleep alloca tmpnam mktemp")
CALL = re.compile(r"(?<![\w.>])(" + "|".join(CALLS.split()) + r")\s*\(")
DEBT = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
DEAD = re.compile(r"^\s*#\s*if\s+0\b")
STRUCT = re.compile(r"^\s*typedef\s+(struct|union)\b[^(]*$")

for path in files(".c", ".h"):
    for number, line in enumerate(code(path).splitlines(), 1):
        for match in CALL.finditer(line):
            complain(f"{path}:{number}", f"{match.group(1)}() is not used here")
        if DEAD.match(line):
            complain(f"{path}:{number}", "dead code is deleted, not switched off")
        if STRUCT.match(line):
            complain(f"{path}:{number}", "structs keep their name: no typedef")
for path in files(".c", ".h", ".lua", ".sh", ".py", ".ts", ".vue", ".mjs", ".md", ".txt"):
    for number, line in enumerate(text(path).splitlines(), 1):
        if DEBT.search(line):
            complain(f"{path}:{number}", "unfinished work belongs in an issue, not in the text")
end()
PYTHON
