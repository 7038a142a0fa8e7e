#!/bin/sh
# The table of traps in tests/README.md tells the truth: the guard's function is in its file, the test in ctest, the case in tests/.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import os
import re
from source import ROOT, complain, end, files, text

PAGE = "tests/README.md"
ROW = re.compile(r"\| [^|]*\| (?P<trap>[^|]+) \| `(?P<file>[^`]+)`: `(?P<function>[^`]+)` \| `(?P<test>\w+)` \| `(?P<case>\w+)` \|")

LOOP = re.compile(r"^foreach\((\w+) ([^)]*)\)\n(.*?)^endforeach\(\)", re.MULTILINE | re.DOTALL)


def unrolled(loop):
    return "".join(loop[3].replace("${" + loop[1] + "}", word) for word in loop[2].split())


tests, words = set(), set()
for path in files("CMakeLists.txt", under=("tests",)):
    tests.update(re.findall(r"^\s*tandem_(?:script_)?test\((\w+)", LOOP.sub(unrolled, text(path)), re.MULTILINE))
for path in files(".c", ".h", ".py", under=("tests",)):
    words.update(re.findall(r"\w+", text(path)))
rows = 0
for number, line in enumerate(text(PAGE).splitlines(), 1):
    if not line.startswith("| ") or line.startswith("| library"):
        continue
    where, row = f"{PAGE}:{number}", ROW.fullmatch(line)
    if not row:
        complain(where, "is no row of five columns: library, trap, `file`: `function`, `test`, `case`")
        continue
    rows += 1
    if not os.path.exists(os.path.join(ROOT, row["file"])):
        complain(where, f"{row['file']} does not exist")
    elif not re.search(r"(?<!\w)" + re.escape(row["function"]) + r"\(", text(row["file"])):
        complain(where, f"{row['function']} is not in {row['file']}")
    if row["test"] not in tests:
        complain(where, f"{row['test']} is not a test of ctest")
    if row["case"] not in words:
        complain(where, f"{row['case']} is nowhere in tests/")
if not rows:
    complain(f"{PAGE}:1", "has no table of traps")
end()
PYTHON
