"""What the lint scripts share: the files of the repository, C with its comments and texts blanked, and a way to complain.

Every script prints one line a fault, `file:line: what`, and ends with 1 if there was any.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIP = {".git", "node_modules", "dist", "var", "__pycache__", ".cache"}
PARTS = ("hub", "connectors", "rules", "tests", "dashboard")
faults = 0


def complain(where, what):
    global faults
    faults += 1
    print(f"{where}: {what}")


def end():
    sys.exit(1 if faults else 0)


def files(*suffixes, under=PARTS):
    """Paths from the root, of what belongs to the repository and ends with one of the suffixes."""
    for part in under:
        for folder, folders, names in os.walk(os.path.join(ROOT, part)):
            folders[:] = sorted(f for f in folders if f not in SKIP)
            for name in sorted(names):
                if not suffixes or name.endswith(suffixes):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


def all_files():
    for name in sorted(os.listdir(ROOT)):
        if name not in SKIP and os.path.isfile(os.path.join(ROOT, name)):
            yield name
    yield from files(under=PARTS + (".ci",))


def text(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace", newline="") as f:
        return f.read()


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match):
    found = match.group(0)
    kept = re.sub(r"[^\n]", " ", found)
    return kept if found[0] == "/" else found[0] + kept[1:-1] + found[-1]


def code(path):
    """The C of a file with comments and the inside of texts as blanks; lines and columns stay."""
    return TOKEN.sub(blank, text(path))


def line_of(content, offset):
    return content.count("\n", 0, offset) + 1
