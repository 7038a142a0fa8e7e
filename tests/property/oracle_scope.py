"""The slow second reading of business scopes: the same words, by regular expressions and brute force.

    oracle_scope.py CASES   holds itself against the vectors in that folder
"""
import csv
import json
import os
import re
import sys
import unicodedata

FORMULAS = ["依法须经批准", "凭营业执照", "批准后方可", "审批结果为准", "批准文件", "许可证件为准", "凭许可证", "自主开展经营活动",
            "不得从事国家和本市产业政策禁止"]
EXCLUSIONS = ("除", "不含", "不包括", "不包含", "不得", "不涉及", "不从事", "禁止", "非")
RESTRICTIONS = ("仅", "限", "只")
OUTER = ("不含", "不包括", "不包含", "不得从事", "不得经营", "不从事", "禁止从事", "禁止经营")
NOTHINGS = ("无", "/", "-", "--", "***")
LABEL = re.compile(r"(?:前置|后置)*(一般|许可)(?:经营)?项目(?:是)?(?:为)?:")
ITEMS_MAX = 32


def normalise(text):
    out = []
    for sign in text:
        if "\uff01" <= sign <= "\uff5e":
            sign = unicodedata.normalize("NFKC", sign)
        if sign <= " " or "\u2000" <= sign <= "\u200f" or "\u2028" <= sign <= "\u202f" or \
                sign in "\u201c\u201d\u2018\u2019\"'\u00ad\u00a0\u3000\ufeff\u007f":
            continue
        sign = {"【": "(", "〔": "(", "〖": "(", "[": "(", "{": "(", "】": ")", "〕": ")", "〗": ")", "]": ")", "}": ")",
                "。": ";"}.get(sign, sign)
        out.append(sign.lower() if sign < "\x80" else sign)
    return "".join(out)


def brackets(text):
    """Opening place to closing place, only of those that have one."""
    open_places, found = [], {}
    for place, sign in enumerate(text):
        if sign == "(":
            open_places.append(place)
        elif sign == ")" and open_places:
            found[open_places.pop()] = place
    return found


def without_formulas(text):
    pairs, place = brackets(text), 0
    while place < len(text):
        end = pairs.get(place)
        if end is None:
            place += 1
            continue
        if any(word in text[place:end] for word in FORMULAS):
            text = text[:place] + ";" * (end + 1 - place) + text[end + 1:]
        place = end + 1
    return text


def parts(text):
    kind, start = None, 0
    for match in LABEL.finditer(text):
        yield kind, start, match.start()
        kind, start = match.group(1), match.end()
    yield kind, start, len(text)


def outer_word(rest):
    return rest.startswith(("除", "仅") + OUTER)


def clauses(text, start, end, pairs):
    place = begin = start
    while place < end:
        if pairs.get(place, end) < end:
            place = pairs[place] + 1
            continue
        if text[place] == ";" or text[place] == "," and not outer_word(text[place + 1:end]):
            yield begin, place
            begin = place + 1
        place += 1
    yield begin, end


def spans(text, begin, end, pairs):
    """(excluded?, from, to), in order."""
    place = begin
    while place < end:
        close = pairs.get(place)
        rest = text[place:end]
        if close is not None and close < end:
            inside = text[place + 1:close]
            if inside.startswith(EXCLUSIONS) or inside.endswith("除外"):
                yield True, place, close + 1
            else:
                if inside.startswith(RESTRICTIONS):
                    yield False, place, close + 1
                shut = [at for at in (inside.find(word) for word in OUTER) if at >= 0]
                if shut:
                    yield True, place + 1 + min(shut), close
            place = close + 1
        elif rest.startswith("除"):
            out = rest.find("外")
            if out >= 0:
                yield True, place, place + out + 1
            place += out + 1 if out >= 0 else 1
        elif outer_word(rest):
            yield not rest.startswith("仅"), place, end
            return
        else:
            place += 1


def occurrences(text, begin, end, found, phrases):
    """(place, phrase) that count, and whether one fell to a restriction."""
    kept, restricted = [], False
    for phrase in {one for one, _ in phrases}:
        for place in range(begin, end - len(phrase) + 1):
            if text[place:place + len(phrase)] != phrase or place > begin and text[place - 1] == "非":
                continue
            if any(excluded and lo <= place < hi for excluded, lo, hi in found):
                continue
            stop = place + len(phrase)
            if any(not excluded and lo >= stop and "、" not in text[stop:lo] for excluded, lo, hi in found):
                restricted = True
                continue
            kept.append((place, phrase))
    kept.sort(key=lambda one: (-len(one[1].encode()), one[0]))
    chosen = []
    for place, phrase in kept:
        if all(place + len(phrase) <= other or other + len(word) <= place for other, word in chosen):
            chosen.append((place, phrase))
    return sorted(chosen), restricted


def read(text, rows):
    """(phrase and item of each implied item, unmatched clauses) of a scope, by rows of (phrase, item)."""
    text = without_formulas(normalise(text))
    phrases = [(normalise(phrase), (phrase, item)) for phrase, item in rows]
    pairs, items, unmatched = brackets(text), {}, []
    for kind, start, stop in parts(text):
        for begin, end in clauses(text, start, stop, pairs) if kind != "一般" else []:
            clause = text[begin:end]
            if clause in NOTHINGS + ("",) or clause.endswith("除外"):
                continue
            found = list(spans(text, begin, end, {a: b for a, b in pairs.items() if b < stop}))
            chosen, restricted = occurrences(text, begin, end, found, phrases)
            full = False
            for _, phrase in chosen:
                for other, row in phrases:
                    if other == phrase and row[1] not in items:
                        full = full or len(items) == ITEMS_MAX
                        if len(items) < ITEMS_MAX:
                            items[row[1]] = row[0]
            excluded = any(one and lo == begin for one, lo, _ in found)
            known = chosen or restricted or excluded
            if kind == "许可" and not any(word in clause for word in FORMULAS) and (full or not known):
                unmatched.append(clause)
    return [(phrase, item) for item, phrase in items.items()], unmatched



def main():
    folder, faults = sys.argv[1], 0
    with open(os.path.join(folder, "scope.csv"), encoding="utf-8", newline="") as file:
        rows = [(row["phrase"], row["item"]) for row in csv.DictReader(file)]
    with open(os.path.join(folder, "vectors.ndjson"), encoding="utf-8") as file:
        vectors = [json.loads(line) for line in file]
    for vector in vectors:
        items, unmatched = read(vector["text"], rows)
        if [item for _, item in items] != vector["items"] or unmatched != vector["unmatched"]:
            print(f"{vector['text']}\n  wanted {vector['items']} {vector['unmatched']}\n  found  {items} {unmatched}")
            faults += 1
    print(f"oracle_scope: {len(vectors)} vectors, {faults} wrong")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
