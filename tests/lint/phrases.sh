#!/bin/sh
# Every sentence that a reader of rules/ says about a fault is in rules/phrase.c, with a code and in Chinese, and no other.
set -u
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here" exec python3 -B - <<'PYTHON'
import re
from source import complain, end, files, text

# The readers whose faults are told to people: events, the files of a pack and of the yearly notice, rulings.
READERS = re.compile(r"rules/(base/csv|cell|sheet|select|text|event\w*|calendar_\w+|json\w+|pack\w*|evidence)\.c$")
OTHERS = ("rules/pack_find.c",)  # told by the code of the check
# Sentences that others say, in the same list, and one of which a piece is chosen when it is said.
ALSO = {
    "the jurisdiction is another one than this hub's": "hub/flow/policy_submit.c",
    "100 submitted packs wait to be in force; withdraw some first": "hub/flow/policy_submit.c",
    "Another pack has this version's name": "hub/flow/policy_submit.c",
    "A policy that was in force stays in the history": "hub/flow/policy_acts.c",
    "This policy is in force; there is nothing to compare": "hub/flow/policy_acts.c",
    "This policy is in force already": "hub/flow/policy_acts.c",
    "A second person has to approve this policy first": "hub/flow/policy_acts.c",
    "The calendar in force has all of these days already": "hub/flow/policy_calendar.c",
    "Too many faults to list in one answer; sent alone, this event gets its own": "hub/flow/gather.c",
    "The joint meeting has not ruled on this dispute": "hub/flow/dispute_draft.c",
    "must have 1 to 64 bytes and no blanks": "hub/flow/accounts.c",
    "must be approver, supervisor, coordinator, auditor or admin": "hub/flow/accounts.c",
    "is needed for this role": "hub/flow/accounts.c",
    "is no body of the policy in force": "hub/flow/accounts.c",
    "There is somebody of that name": "hub/flow/accounts.c",
    "Nobody changes their own account here; ask another who runs the hub": "hub/flow/accounts.c",
    "It is the only role of this person; disable them instead": "hub/flow/accounts.c",
    "Nobody has more than 32 roles": "hub/flow/accounts.c",
    "is not the password": "hub/net/api_session.c",
    "must have 10 characters or more, and at most 256 bytes": "hub/net/api_session.c",
    "must be another than the old one and the name": "hub/net/api_session.c",
    "must be 1 to 64 letters, digits, dots, dashes and underscores": "hub/flow/system_keys.c",
    "must be a list of 1 to 16 bodies": "hub/flow/system_keys.c",
    "There is a key of that name; revoke it first": "hub/flow/system_keys.c",
    "is needed": "hub/flow/respond_read.c",
    "This source and id were used before with other content": "hub/flow/intake.c",
}
CHOSEN = "{} is {}; at {} it is the same already"
# Filled into a sentence, or no fault.
PIECES = {"the same already", "not listed", "{} {}", "{} {}wd {} {}"}
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
LITERALS = re.compile(LITERAL.pattern + r'(?:\s*' + LITERAL.pattern + r')*')


def literals(content):
    """Texts as the compiler joins them, with {} for what is printed into them."""
    content = re.sub(r"/\*.*?\*/|^#.*?$", "", content, flags=re.S | re.M)
    for match in LITERALS.finditer(content):
        joined = "".join(part.group(1) for part in LITERAL.finditer(match.group(0)))
        yield re.sub(r"%(?:[+]?d|lld|zu|u|s)", "{}", joined).replace('\\"', '"')


said = {}
for path in files(".c", under=("rules",)):
    if READERS.search(path) and path not in OTHERS:
        for sentence in literals(text(path)):
            if sentence.endswith(", which is"):
                sentence += " {}"
            if " " in sentence and re.search("[a-z]{2}", sentence) and sentence not in PIECES and not sentence.endswith("\\n"):
                said.setdefault(sentence, path)
for sentence, path in ALSO.items():
    if f'"{sentence}"' not in text(path):
        complain(path, f"no longer says: {sentence}")
    said[sentence] = path

listed = {}
ROW = re.compile(r"\{\s*" + r",\s*".join([LITERAL.pattern] * 3) + r"\}")
for code, english, chinese in ROW.findall(text("rules/phrase.c")):
    english = english.replace('\\"', '"')
    listed[english] = code
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
        complain("rules/phrase.c", f"no code: {code}")
    if not re.search("[\u4e00-\u9fff]", chinese) or chinese.endswith("。"):
        complain("rules/phrase.c", f"no Chinese sentence without a full stop: {chinese}")
    if english.count("{}") != chinese.count("{}"):
        complain("rules/phrase.c", f"not as much is filled into the Chinese: {english}")
    if english not in said and english != CHOSEN:
        complain("rules/phrase.c", f"nobody says: {english}")
for sentence, path in said.items():
    if sentence not in listed and re.sub(r"\b\d+\b", "{}", sentence) not in listed:
        complain(path, f"rules/phrase.c lacks: {sentence}")
if len(listed) < 100:
    complain("rules/phrase.c", f"only {len(listed)} sentences were found")
end()
PYTHON
