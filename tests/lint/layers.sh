#!/bin/sh
# Includes point downwards only, and each outside library has its own files (design section 1).
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import fnmatch
import os
import re
from source import ROOT, complain, end, files, text

# The layer of a file is the first pattern that fits; each sees itself and what is named behind it.
CORE = ("hub/config*", "hub/log.[ch]", "hub/loop.[ch]", "hub/metrics.[ch]", "hub/wall.[ch]")
LAYERS = [("base", "rules/base/*"), ("rules", "rules/*"), ("connectors", "connectors/*"), ("store", "hub/store/*"),
          ("flow", "hub/flow/*"), ("net", "hub/net/*")] + [("core", p) for p in CORE] + [("main", "hub/*"), ("tests", "tests/*")]
SEES = {
    "base": {"base"},
    "rules": {"base", "rules"},
    "connectors": {"base", "rules", "connectors"},
    "core": {"base", "rules", "core"},
    "store": {"base", "rules", "core", "store"},
    "flow": {"base", "rules", "core", "store", "connectors", "flow"},
    "net": {"base", "rules", "core", "store", "connectors", "flow", "net"},
    "main": {"base", "rules", "core", "store", "connectors", "flow", "net", "main"},
}
# Outside library, and who may see it.
OUTSIDE = [
    (r"http_parser\.h", ["hub/net/http*.[ch]"]),
    (r"libwebsockets\.h", ["hub/net/ws*.[ch]"]),
    (r"(hiredis/.*|hiredis\.h|async\.h)", ["hub/store/redis*.[ch]"]),
    (r"curl/.*", ["connectors/http.c"]),
    (r"xlsxwriter.*", ["hub/flow/book_xlsx.c"]),
    (r"utf8proc\.h", ["hub/flow/fold.c"]),
    (r"uv\.h", ["connectors/*", "hub/loop.c", "hub/store/*", "hub/net/*", "hub/hub.c"]),
    (r"jansson\.h", ["rules/[!b]*", "connectors/*", "hub/store/*", "hub/flow/*", "hub/net/*", "hub/cli/*", "hub/*.c"]),
    (r"openssl/sha\.h", ["rules/sha256.h"]),
    (r"sodium\.h", ["rules/[!b]*", "connectors/*", "hub/store/*", "hub/flow/*", "hub/net/*", "hub/cli/*", "hub/*.c"]),
]
MADE_BY_THE_BUILD = {"store/scripts.h", "net/documents.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def layer(path):
    return next((name for name, pattern in LAYERS if fnmatch.fnmatch(path, pattern)), "?")


def resolve(path, name):
    for folder in (os.path.dirname(path), "rules", "hub", "connectors", "", "hub/store", "hub/net", "hub/flow"):
        found = os.path.normpath(os.path.join(folder, name))
        if os.path.isfile(os.path.join(ROOT, found)):
            return found
    return None


for path in files(".c", ".h", under=("rules", "connectors", "hub")):
    own = layer(path)
    for number, line in enumerate(text(path).splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, name = match.groups()
        target = resolve(path, name) if kind == '"' else None
        if target and layer(target) not in SEES[own]:
            complain(f"{path}:{number}", f"{own} must not see {target}")
        if kind == '"' and not target:
            if name not in MADE_BY_THE_BUILD:
                complain(f"{path}:{number}", f"{name} is nowhere; libraries are included with <>")
        if kind == "<":
            for pattern, allowed in OUTSIDE:
                if re.fullmatch(pattern, name) and not any(fnmatch.fnmatch(path, a) for a in allowed):
                    complain(f"{path}:{number}", f"<{name}> belongs to {', '.join(allowed)} only")
end()
PYTHON
