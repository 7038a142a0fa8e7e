#!/bin/sh
# The limits of design section 8: functions, files, headers, parameters. They only tighten.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import re
import subprocess
from source import ROOT, code, complain, end, files, line_of, text

FUNCTION_LINES, SWITCH_LINES, COMPLEXITY, FILE_LINES, HEADER_LINES, PARAMETERS, COLUMNS = 60, 100, 15, 500, 120, 5, 100

for path in files(".c", ".h", ".lua", ".py", ".sh", ".mjs", ".ts", ".vue"):
    lines = text(path).count("\n")
    limit = HEADER_LINES if path.endswith(".h") else FILE_LINES
    if lines > limit:
        complain(f"{path}:{limit + 1}", f"{lines} lines, {limit} are allowed")

# pmccabe: complexity with a switch as one, complexity, statements, first line, lines, file(line): name
sources = list(files(".c", ".h"))
out = subprocess.run(["pmccabe", *sources], cwd=ROOT, capture_output=True, text=True, check=True).stdout
for row in out.splitlines():
    folded, full, _, _, lines, rest = row.split(None, 5)
    folded, full, lines = int(folded), int(full), int(lines)
    where = re.sub(r"\((\d+)\): ", r":\1: ", rest)
    pure_switch = folded <= 4 and full - folded >= 10
    limit = SWITCH_LINES if pure_switch else FUNCTION_LINES
    if lines > limit:
        complain(where, f"{lines} lines, {limit} are allowed")
    if folded > COMPLEXITY:
        complain(where, f"complexity {folded}, {COMPLEXITY} is allowed")

# .clang-format breaks at so many columns, but no string, so that a message can be found: what is longer is a string's end.
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
for path in sources:
    for number, line in enumerate(text(path).splitlines(), 1):
        over = len(line.expandtabs(8)) - COLUMNS
        if over > max((len(s) for s in STRING.findall(line)), default=0):
            complain(f"{path}:{number}", f"{over + COLUMNS} columns, {COLUMNS} are allowed: clang-format -i {path}")

# A name with its parameters, as a definition (brace at the start of a line) or a prototype (semicolon).
HEAD = re.compile(r"^(?=[A-Za-z_])[^\n;{}()=#]*?\b(\w+)\(([^;{}]*?)\)(?:\s*\n\{|[^;{}()\n]*(?:\([^;{}]*\))?;)", re.M)
for path in sources:
    content = code(path)
    for match in HEAD.finditer(content):
        name, inside = match.groups()
        if name in ("PRINTF_LIKE", "defined") or match.group(0).startswith("return"):
            continue
        depth, count = 0, 1
        for c in inside:
            depth += (c in "([") - (c in ")]")
            if depth < 0:
                break
            count += c == "," and depth == 0
        count -= "..." in inside
        # A function and the argument it is called with are one thing in two words.
        count -= bool(re.search(r"_fn \*\w+,\s+void \*\w+$", inside.strip()))
        if count > PARAMETERS:
            complain(f"{path}:{line_of(content, match.start())}", f"{name} takes {count} parameters, {PARAMETERS} are allowed")
end()
PYTHON
