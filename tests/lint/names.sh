#!/bin/sh
# Nothing in the repository names a machine, a host of the internet or a folder outside of it.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import os
import re
from source import ROOT, all_files, complain, end, files, text

TOP = {"hub", "connectors", "rules", "dashboard", "tests", "CMakeLists.txt", "README.md", "LICENSE"}
MADE = re.compile(r"build(-.*)?|var")  # by the commands, kept out by .gitignore
for name in sorted(os.listdir(ROOT)):
    if name not in TOP and not name.startswith(".") and not MADE.fullmatch(name):
        complain(f"{name}:1", "does not belong on the top level")
for name in sorted(TOP):
    if not os.path.exists(os.path.join(ROOT, name)):
        complain(f"{name}:1", "is missing on the top level")

HOST = re.compile(r"\b(?:https?|wss?|ftp|redis|sentinel)://([^\s/:'\"`<>)\\|,;]+)")
FINE = re.compile(
    r"127(\.\d+){0,3}|0\.0\.0\.0|localhost|\[[0-9a-fA-F:]*\]?|[\w.-]*\b(example|test|invalid|localdomain)(\.(com|org|net))?"
    r"|www\.w3\.org|host|h|x|[^a-zA-Z0-9].*|.*[$%{*@…].*|[a-z0-9]+(-[a-z0-9]+)*|…", re.I)
MACHINE = re.compile(r"(?<![\w./])/(?:work|root|home)/\w|\.\./shared\b")
REGISTRY = re.compile(r"\b(registry\.npm\w*|npmmirror|deb\.debian|snapshot\.debian|pypi\.|pythonhosted|github\.com|gitlab\.)", re.I)

for path in list(all_files()):
    if path == "tests/lint/names.sh" or path.startswith("tests/fuzz/corpus/"):
        continue
    for number, line in enumerate(text(path).splitlines(), 1):
        where = f"{path}:{number}"
        for match in HOST.finditer(line):
            if not FINE.fullmatch(match.group(1)):
                complain(where, f"names the host {match.group(1)[:60]}")
        if MACHINE.search(line):
            complain(where, "names a folder of one machine")
        if REGISTRY.search(line):
            complain(where, "names a registry or a code host")
for path in list(files()):
    full = os.path.join(ROOT, path)
    if os.path.islink(full) and not os.path.realpath(full).startswith(ROOT + os.sep):
        complain(f"{path}:1", "is a link to outside")
end()
PYTHON
