#!/usr/bin/env python3
"""A second, slow and obvious implementation of the contract's sections 3 and 4.

It exists to disagree with the engine in rules/. It was written from the contract alone, with plain loops
over the rows and no indexes, so that a mistake here and the same mistake there are unlikely to meet.

    oracle.py PACK [FILE] [--at TIME]      events in, one decision a line out, without `policy`

Readings chosen where the contract leaves room are marked READING.
"""
import argparse
import csv
import datetime as dt
import io
import json
import os
import re
import sys

import oracle_scope

ZONE = dt.timezone(dt.timedelta(hours=8))  # Asia/Shanghai has had no daylight saving since 1991.
STRENGTH = {"lead": 3, "assist": 2, "copy": 1}
LEVELS = ("province", "city", "county", "township", "village")
FIXED_HOLIDAYS = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


# ---- reading a pack -------------------------------------------------------------------------------

def read_table(folder, name):
    """Rows of a CSV file as dictionaries; a byte order mark, comment lines and empty lines are left out."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(io.StringIO(file.read(), newline=""), strict=True) if row]
    rows = [row for row in rows if not row[0].startswith("#")]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def cell_list(text):
    return [part for part in (text or "").split("|") if part != ""]


class Pack:
    """The tables as they stand, and a few plain walks over them."""

    def __init__(self, folder):
        with open(os.path.join(folder, "pack.json"), encoding="utf-8-sig") as file:
            self.meta = json.load(file)
        with open(os.path.join(folder, "calendar.json"), encoding="utf-8-sig") as file:
            self.years = json.load(file)["years"]
        self.regions = {row["code"]: row for row in read_table(folder, "regions.csv")}
        self.bodies = read_table(folder, "bodies.csv")
        self.items = read_table(folder, "items.csv")
        self.rules = read_table(folder, "rules.csv")
        self.scope = [(row["phrase"], row["item"]) for row in read_table(folder, "scope.csv")]
        self.jurisdiction = self.meta["jurisdiction"]

    def chain(self, code):
        """The region and everything above it, nearest first."""
        found = []
        while code:
            found.append(code)
            code = self.regions[code]["parent"]
        return found

    def serving_region(self, code):
        """The region that serves for a code, and whether the code itself is known."""
        if code in self.regions:
            return code, True
        if code[:6] in self.regions:
            return code[:6], False
        return self.jurisdiction, False


# ---- cells ----------------------------------------------------------------------------------------

NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
COMPARE = re.compile(r"(<=|>=|<|>|=)(" + NUMBER + r")$")
RANGE = re.compile(r"([\[(])(" + NUMBER + r")\.\.(" + NUMBER + r")([\])])$")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def part_holds_text(part, value):
    if not isinstance(value, str):
        return False
    if part.endswith("*"):
        return value.startswith(part[:-1])
    return value == part


def part_holds_when(part, value):
    """One alternative of a when: cell. READING: `true` and `false` mean JSON's booleans, not the words."""
    if part in ("true", "false"):
        return isinstance(value, bool) and value == (part == "true")
    compare = COMPARE.match(part)
    if compare:
        if not is_number(value):
            return False
        bound = float(compare.group(2))
        return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound,
                "=": value == bound}[compare.group(1)]
    span = RANGE.match(part)
    if span:
        if not is_number(value):
            return False
        low, high = float(span.group(2)), float(span.group(3))
        above = value >= low if span.group(1) == "[" else value > low
        below = value <= high if span.group(4) == "]" else value < high
        return above and below
    return part_holds_text(part, value)


def cell_holds(cell, value, part_holds):
    """Blank and `*` hold for anything; a missing value holds for nothing else, not even a turned cell."""
    if cell in ("", "*", None):
        return True
    if value is None:  # READING: an attribute that is JSON's null is missing.
        return False
    turned = cell.startswith("!")
    parts = cell_list(cell[1:] if turned else cell)
    return any(part_holds(part, value) for part in parts) != turned


def region_part_holds(pack):
    """READING: an unknown region's code is forgotten; cells see the region that serves for it."""
    def holds(part, code):
        if part.endswith("*"):
            return code.startswith(part[:-1])
        return part in pack.chain(code)
    return holds


# ---- the event ------------------------------------------------------------------------------------

def basic_code(written):
    if written and len(written) in (31, 33):
        return written[19:31]
    return written or ""


def parse_time(text):
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))


def decision_day(event):
    decided = (event["data"].get("permit") or {}).get("decided_on")
    if decided:
        return dt.date.fromisoformat(decided)
    return parse_time(event["time"]).astimezone(ZONE).date()


def credit_code_is_good(code):
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    if len(code) != 18 or any(letter not in alphabet for letter in code):
        return False
    total = sum(weight * alphabet.index(letter) for weight, letter in zip(weights, code))
    return alphabet[(31 - total % 31) % 31] == code[17]


# ---- the item row ---------------------------------------------------------------------------------

def item_row(pack, code, region):
    """Contract 3.1. Falling back to a parent row happens only when no row at all has the code."""
    if not code:
        return None
    rows = [row for row in pack.items if row["code"] == code]
    if not rows:
        rows = [row for row in pack.items if row["code"].endswith("00Y") and row["code"][:9] == code[:9]]
    chain = pack.chain(region)
    best, best_depth = None, -1
    for row in rows:
        named = cell_list(row.get("regions"))
        if named in ([], ["*"]):
            depth = 0
        else:
            depth = max((len(pack.chain(one)) for one in named if one in chain), default=-1)
        if depth > best_depth:
            best, best_depth = row, depth
    return best


# ---- selectors ------------------------------------------------------------------------------------

def bodies_in(pack, region, wanted):
    kind, sector = wanted
    found = []
    for body in pack.bodies:
        if body["region"] != region:
            continue
        if kind is not None and body["kind"] == kind:
            found.append(body["id"])
        if kind is None and body["kind"] in ("supervision", "enforcement") \
                and sector in cell_list(body.get("sectors")):
            found.append(body["id"])
    return found


def search_places(pack, region, place):
    """The regions a selector looks at, in order; the first that has a body wins."""
    chain = pack.chain(region)
    if place != "here":
        return [code for code in chain if pack.regions[code]["level"] == place][:1]
    # READING: the event's own region is always looked at; climbing ends before anything that lies
    # above the jurisdiction.
    above = pack.chain(pack.jurisdiction)[1:]
    return [chain[0]] + [code for code in chain[1:] if code not in above]


def find_place(pack, region, wanted, place):
    """(body or None, whether several stood there). READING: several enforcement or coordination bodies
    in one region are ambiguous in the same way as several supervising bodies."""
    for code in search_places(pack, region, place):
        found = bodies_in(pack, code, wanted)
        if found:
            return found[0], len(found) > 1
    return None, False


def named_recipients(pack, rule, event, item, region):
    """A list of (body or None, ambiguous) for one row."""
    to = rule["to"]
    sector = item["sector"] if item else ""
    if to in ("accepting", "reviewing", "deciding") or to.startswith("body:"):
        body = to[5:] if to.startswith("body:") else (event["data"].get("bodies") or {}).get(to)
        known = any(row["id"] == body for row in pack.bodies)
        return [(body if known else None, False)]
    if to == "holder":
        to = "sector@here"  # `explain` knows no earlier claim.
    who, place = to.split("@")
    if who == "assist":
        # READING: an item without assist sectors asks for nobody, so nobody is missing.
        return [find_place(pack, region, (None, one), place)
                for one in cell_list(item["assist"] if item else "")]
    if who in ("enforcement", "coordination"):
        return [find_place(pack, region, (who, None), place)]
    if who != "sector":
        sector = who
    if not sector:
        return [(None, False)]
    return [find_place(pack, region, (None, sector), place)]


# ---- deadlines ------------------------------------------------------------------------------------

def is_working(pack, day):
    """(works, whether its year is listed)"""
    year = pack.years.get(str(day.year))
    if year is None:
        return day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS, False
    text = day.isoformat()
    if text in year.get("work", []):
        return True, True
    return day.weekday() < 5 and text not in year.get("off", []), True


def deadline(pack, start, duration):
    """(moment, provisional). READING: only counting working days touches the calendar's years."""
    count, unit = re.match(r"([0-9]+)(wd|d|h|m)$", duration).groups()
    count = int(count)
    if unit == "h":
        return start + dt.timedelta(hours=count), False
    if unit == "m":
        return start + dt.timedelta(minutes=count), False
    day = start.astimezone(ZONE).date()
    provisional = False
    while count > 0:
        day += dt.timedelta(days=1)
        works, listed = is_working(pack, day) if unit == "wd" else (True, True)
        provisional = provisional or not listed
        if works:
            count -= 1
    return dt.datetime.combine(day, dt.time(23, 59, 59), ZONE), provisional


def earlier(one, two):
    """The earlier of two deadlines. READING: a tie is provisional if either is."""
    if one is None or two is None:
        return one or two
    if one[0] == two[0]:
        return one[0], one[1] or two[1]
    return min(one, two)


def print_time(due):
    return due[0].astimezone(ZONE).isoformat() if due else None


# ---- the decision ---------------------------------------------------------------------------------

def rule_holds(pack, rule, event, item, region):
    data = event["data"]
    day = decision_day(event).isoformat()
    if rule["from"] and day < rule["from"] or rule["until"] and day > rule["until"]:
        return False
    plain = {"event": event["type"][len("approval."):], "item": basic_code(data.get("item")) or None,
             "sector": item and item["sector"] or None, "devolution": item and item["devolution"] or None}
    for column, value in plain.items():
        if not cell_holds(rule.get(column), value, part_holds_text):
            return False
    if not cell_holds(rule.get("region"), region, region_part_holds(pack)):
        return False
    attributes = data.get("attributes") or {}
    return all(cell_holds(cell, attributes.get(column[len("when:"):]), part_holds_when)
               for column, cell in rule.items() if column.startswith("when:"))


def remaining_rules(pack, event, item, region):
    """READING: every matching row overrides, also one that is itself removed; a removed `none` is silent."""
    matching = [rule for rule in pack.rules if rule_holds(pack, rule, event, item, region)]
    removed = {one for rule in matching for one in cell_list(rule.get("overrides"))}
    return [rule for rule in matching if rule["id"] not in removed]


def add_channels(have, rule):
    for channel in cell_list(rule.get("via")) or ["push"]:
        if channel not in have:
            have.append(channel)


def merge(pack, notices, body, rule, start):
    due = deadline(pack, start, rule["due"]) if rule.get("due") else None
    feedback = deadline(pack, start, rule["feedback"]) if rule.get("feedback") else None
    if body not in notices:
        notices[body] = {"body": body, "role": rule["role"], "due": None, "feedback_due": None, "via": [],
                         "rules": []}
    notice = notices[body]
    if STRENGTH[rule["role"]] > STRENGTH[notice["role"]]:
        notice["role"] = rule["role"]
    notice["due"] = earlier(notice["due"], due)
    notice["feedback_due"] = earlier(notice["feedback_due"], feedback)
    add_channels(notice["via"], rule)
    if rule["id"] not in notice["rules"]:
        notice["rules"].append(rule["id"])


def carry_out(pack, event, item, region, start):
    """What the remaining rows add up to: notices in order, the applicant, whether silence is meant, problems."""
    notices, applicant, silent, problems = {}, None, False, set()
    for rule in remaining_rules(pack, event, item, region):
        if rule["role"] == "none":
            silent = True
        elif rule["role"] == "applicant":
            applicant = applicant or {"via": [], "rules": []}
            add_channels(applicant["via"], rule)
            applicant["rules"].append(rule["id"])
        else:
            for body, ambiguous in named_recipients(pack, rule, event, item, region):
                if ambiguous:
                    problems.add(("ambiguous-body", rule["id"]))
                if body is None:
                    problems.add(("no-body", rule["id"]))  # Once a row, however many sectors are missing.
                else:
                    merge(pack, notices, body, rule, start)
    return list(notices.values()), applicant, silent, problems


def decide_item(pack, event, at=None):
    """The decision about the item that the event names; its deadlines and problems still as tuples."""
    data = event["data"]
    region, known = pack.serving_region(data["region"])
    code = basic_code(data.get("item"))
    item = item_row(pack, code, region)
    start = parse_time(at or event["time"])
    notices, applicant, silent, problems = carry_out(pack, event, item, region, start)
    leads = sum(notice["role"] == "lead" for notice in notices)
    holder = data["applicant"]
    if item is None:
        problems.add(("unknown-item", None))  # READING: also for a registration that names no item.
    if not known:
        problems.add(("unknown-region", None))
    if leads == 0 and not silent:
        problems.add(("no-lead", None))
    if leads > 1:
        problems.add(("several-leads", None))
    if holder.get("kind") == "entity" and holder.get("code") and not credit_code_is_good(holder["code"]):
        problems.add(("bad-code", None))
    # READING: a deadline that lost to an earlier one is no longer a deadline and marks nothing.
    if any(due and due[1] for notice in notices for due in (notice["due"], notice["feedback_due"])):
        problems.add(("provisional-calendar", None))
    notices.sort(key=lambda notice: -STRENGTH[notice["role"]])  # Stable: first mention stays first.
    return {"event": {"source": event["source"], "id": event["id"]},
            "item": item and {"code": code, "sector": item["sector"], "devolution": item["devolution"]},
            "notices": notices, "applicant": applicant, "problems": {one + (None,) for one in problems}}


# ---- several items: registrations by their business scope -----------------------------------------

WHOLE_EVENT = ("unknown-region", "bad-code", "provisional-calendar")


def merge_list(have, more):
    have.extend(one for one in more if one not in have)


def by_table(pack, rules):
    return [rule["id"] for rule in pack.rules if rule["id"] in rules]


def merge_notice(pack, notices, notice, code):
    have = notices.setdefault(notice["body"], {**notice, "via": [], "rules": [], "items": []})
    if STRENGTH[notice["role"]] > STRENGTH[have["role"]]:
        have["role"] = notice["role"]
    have["due"] = earlier(have["due"], notice["due"])
    have["feedback_due"] = earlier(have["feedback_due"], notice["feedback_due"])
    merge_list(have["via"], notice["via"])
    have["rules"] = by_table(pack, have["rules"] + notice["rules"])
    have["items"].append(code)


def merge_decisions(pack, codes, decisions):
    notices, applicant, problems = {}, None, set()
    for code, one in zip(codes, decisions):
        for notice in one["notices"]:
            merge_notice(pack, notices, notice, code)
        if one["applicant"]:
            applicant = applicant or {"via": [], "rules": []}
            merge_list(applicant["via"], one["applicant"]["via"])
            applicant["rules"] = by_table(pack, applicant["rules"] + one["applicant"]["rules"])
        problems |= {(name, rule, None if name in WHOLE_EVENT or len(codes) == 1 else code)
                     for name, rule, _ in one["problems"]}
    if applicant:
        applicant["items"] = list(codes)
    ordered = sorted(notices.values(), key=lambda notice: -STRENGTH[notice["role"]])
    return {**decisions[0], "notices": ordered, "applicant": applicant, "problems": problems}


def with_item(event, code):
    return {**event, "data": {**event["data"], "item": code}}


def decide(pack, event, at=None):
    data = event["data"]
    has_scope = event["type"].endswith("registered") and bool(data.get("scope"))
    implied, unmatched = oracle_scope.read(data["scope"], pack.scope) if has_scope else ([], [])
    own = basic_code(data.get("item"))
    codes = [own] * bool(own) + [item for _, item in implied if item != own] if implied else []
    if codes:
        result = merge_decisions(pack, codes, [decide_item(pack, with_item(event, code), at) for code in codes])
    else:
        result = decide_item(pack, event, at)
    if unmatched:
        result["problems"] = result["problems"] | {("unmatched-scope", None, None)}
    if has_scope:
        result["items"], result["unmatched"] = codes, unmatched
    for notice in result["notices"]:
        notice["due"], notice["feedback_due"] = print_time(notice["due"]), print_time(notice["feedback_due"])
    names = ("code", "rule", "item")
    result["problems"] = [{name: value for name, value in zip(names, one) if value}
                          for one in sorted(result["problems"], key=lambda one: tuple(part or "" for part in one))]
    return result


def read_events(text):
    """One document, an array, or a line each."""
    try:
        document = json.loads(text)
        return document if isinstance(document, list) else [document]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def main():
    parser = argparse.ArgumentParser(description="decide events by the slow second implementation")
    parser.add_argument("pack")
    parser.add_argument("file", nargs="?", default="-")
    parser.add_argument("--at")
    arguments = parser.parse_args()
    if arguments.file == "-":
        text = sys.stdin.read()
    else:
        with open(arguments.file, encoding="utf-8") as file:
            text = file.read()
    pack = Pack(arguments.pack)
    for event in read_events(text):
        print(json.dumps(decide(pack, event, arguments.at), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
