#!/bin/sh
# The scripts' headers tell the truth: what they name is what the script takes, in that order, and nothing else is taken;
# every key that is touched was passed in; SCHEMA.md and the build know every script.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import os
import re
from source import complain, end, files, line_of, text

HEAD = re.compile(r"\A(?:#!lua flags=[^\n]*\n)?(?:-- [^\n]*\n)+?-- KEYS: ([^\n]*)\n-- ARGS: ([^\n]*)\n-- RETURNS: ([^\n]*)\n")
# A declaration that takes what the caller sent, plainly, as a number or as a list: names, and what it takes.
TAKES = re.compile(r"^\s*local ([\w, ]+) = ((?:tonumber\(|\{ *)?(?:unpack\()?(KEYS|ARGV)\b[^\n]*)$", re.M)
FIXED_MANY = re.compile(r"unpack\((?:KEYS|ARGV), 1, (\d+)\)")
FIXED_ONE = re.compile(r"(?:KEYS|ARGV)\[1\]")
# A command and the key it is for, also behind a subcommand, called at once or gathered in a table first.
TOUCHES = re.compile(r"(?:call\(|\{ )'([A-Z]+)'(?:, '[A-Z]+')?, *([\w\[\] +.]+)")


def names_of(words):
    """What a header line says: names of fixed place, then the groups that come again and again."""
    fixed, _, rest = words.partition("[")
    groups = [re.findall(r"\w+", g) for g in re.findall(r"\[([^\]]*)\]", "[" + rest)]
    return re.findall(r"\w+", fixed), [name for g in groups for name in g]


def check_taken(path, script, what, said):
    fixed, repeated = said
    taken_fixed, taken_repeated = [], set()
    for names, source, kind in TAKES.findall(script):
        names = re.findall(r"\w+", names)
        if kind != what or "==" in source:
            continue
        many = FIXED_MANY.fullmatch(source)
        if many or FIXED_ONE.fullmatch(source):
            taken_fixed += names
            if len(names) != (int(many.group(1)) if many else 1):
                complain(f"{path}:1", f"takes {source} as {len(names)} names")
        else:
            taken_repeated |= set(names) - {"_"}
    if taken_fixed != fixed:
        complain(f"{path}:1", f"the header names {what} {fixed}, the script takes {taken_fixed}")
    for name in sorted(set(repeated) ^ taken_repeated):
        complain(f"{path}:1", f"{name} is in {'the header' if name in repeated else 'the script'} only ({what})")
    for name in fixed + repeated:
        if len(re.findall(rf"\b{name}\b", script)) < 2:
            complain(f"{path}:1", f"{name} is taken and not used")


schema, build, paths = text("hub/store/SCHEMA.md"), text("hub/store/CMakeLists.txt"), list(files(".lua", under=("hub",)))
for path in paths:
    name, content = os.path.basename(path)[:-len(".lua")], text(path)
    head = HEAD.match(content)
    if not head:
        complain(f"{path}:1", "must open with what it is for, then -- KEYS:, -- ARGS: and -- RETURNS:")
        continue
    keys, args = names_of(head.group(1)), names_of(head.group(2))
    script = re.sub(r"--[^\n]*", "", content)
    check_taken(path, script, "KEYS", keys)
    check_taken(path, script, "ARGV", args)
    for match in TOUCHES.finditer(script):
        root = re.match(r"\w+", match.group(2)).group(0)
        if root != "KEYS" and root not in keys[0] + keys[1]:
            complain(f"{path}:{line_of(script, match.start())}", f"{match.group(1)} is for {root}, which was not passed in as a key")
    if not head.group(3).startswith("request, ") or args[0][:1] != ["request"]:
        complain(f"{path}:1", "takes the number of the request first and returns it first")
    if "{ tonumber(request)" not in script:
        complain(f"{path}:1", "does not return the number of the request")
    if not re.search(rf"^\| `{name}` \|", schema, re.M):
        complain("hub/store/SCHEMA.md:1", f"does not list the script {name}")
    if not re.search(rf"^set\(store_scripts\b[^)]*\b{name}\b", build, re.M):
        complain("hub/store/CMakeLists.txt:1", f"does not embed the script {name}")
scripts = schema[schema.find("## Scripts"):]
for name in re.findall(r"^\| `(\w+)` \|", scripts, re.M):
    if f"hub/store/lua/{name}.lua" not in paths:
        complain("hub/store/SCHEMA.md:1", f"lists the script {name}, which does not exist")
end()
PYTHON
