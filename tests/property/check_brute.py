#!/usr/bin/env python3
"""Holds `tandem policy check` against brute force: small random packs, every event that could make a difference
decided by the oracle, and all findings compared. Then every witness is decided by `tandem policy explain`.

    TANDEM_BIN=build/tandem check_brute.py [--seeds N] [--first SEED]
"""
import argparse
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

import oracle
import randpack
import witness

TODAY = "2026-11-25"
TYPES = ["granted", "changed", "revoked", "registered"]
NAMED = {"accepting": "a1", "reviewing": "a2", "deciding": "a3"}
HOLDER = "h1"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


# ---- packs that are small enough ------------------------------------------------------------------

def make_pack(rng):
    """A pack of randpack cut down: few items, rows and places, one attribute, deadlines in working days only."""
    pack = randpack.make_pack(rng)
    codes = sorted({row[0] for row in pack["items.csv"]})
    keep = rng.sample(codes, min(2, len(codes)))
    pack["items.csv"] = [row for row in pack["items.csv"] if row[0] in keep]
    pack["scope.csv"] = []  # Each implied item is decided as an event of its own, which is looked at here anyway.
    columns = randpack.COLUMNS["rules.csv"]
    rules = pack["rules.csv"][:rng.randint(2, 12)]
    names = {row[0] for row in rules}
    attribute = "when:" + rng.choice(randpack.ATTRIBUTES)
    for row in rules:
        row[columns.index("event")] = randpack.make_text_cell(rng, TYPES, 60)
        row[columns.index("item")] = randpack.make_text_cell(rng, keep + ["00011705100Y", "000117051001"], 70)
        for name in randpack.ATTRIBUTES:
            if "when:" + name != attribute:
                row[columns.index("when:" + name)] = ""
        for name in ("due", "feedback"):
            row[columns.index(name)] = rng.choice(["", "", "2wd", "5wd"]) if row[columns.index(name)] else ""
        if randpack.chance(rng, 60):
            row[columns.index("via")] = ""
        overrides = columns.index("overrides")
        row[overrides] = "|".join(one for one in row[overrides].split("|") if one in names and one)
        if randpack.chance(rng, 15):
            row[overrides] = rng.choice(sorted(names))
    pack["rules.csv"] = rules
    top = pack["regions.csv"][0][0]
    pack["bodies.csv"] += [[name, name, "approval", top, "", "", ""] for name in NAMED.values()]
    pack["bodies.csv"] += [[HOLDER, HOLDER, "coordination", "370100", "", "", ""]]
    return pack


# ---- every event that can make a difference --------------------------------------------------------

def free_code(pack, stem, taken):
    """The first code that nothing names; beginnings that rows name and that are longer than the stem are not free."""
    beginnings = [part.rstrip("*") for rule in pack.rules for part in oracle.cell_list(rule["item"].lstrip("!"))
                  if part.endswith("*")]
    for letters in itertools.product(DIGITS, repeat=12 - len(stem)):
        code = stem + "".join(letters)
        if code not in taken and not any(len(one) > len(stem) and code.startswith(one) for one in beginnings):
            return code
    return None


def codes_of(pack):
    listed = sorted({row["code"] for row in pack.items})
    cells = [part for rule in pack.rules for part in oracle.cell_list(rule["item"].lstrip("!"))]
    named = sorted({part for part in cells if len(part) == 12 and not part.endswith("*")} - set(listed))
    children = [free_code(pack, code[:9], set(listed) | set(named)) for code in listed if code.endswith("00Y")]
    filled = [part[:-1] + "Q" * (13 - len(part)) for part in cells if part.endswith("*")]
    return listed, named + [code for code in children if code], filled + ["QQQQQQQQQQQQ", None]


def values_of(pack):
    """(attribute, its values) for the one that is used; None is a missing value."""
    for name in randpack.ATTRIBUTES:
        cells = {rule["when:" + name] for rule in pack.rules} - {"", "*"}
        if not cells:
            continue
        numbers, texts = {0.0}, set()
        for part in [part for cell in cells for part in oracle.cell_list(cell.lstrip("!"))]:
            numbers |= {float(one) for one in
                        oracle.re.findall(oracle.NUMBER, part)} if part[0] in "<>=[(" else set()
            if part[0] not in "<>=[(" and part not in ("true", "false"):
                texts |= {part.rstrip("*"), part.rstrip("*") + "~"}
        points = sorted(numbers)
        between = [(low + high) / 2 for low, high in zip(points, points[1:])]
        return name, [None, True, False, "some other text"] + sorted(texts) + points + between + \
            [points[0] - 1, points[-1] + 1]
    return None, [None]


def days_of(pack):
    days = {oracle.dt.date.fromisoformat(TODAY)}
    for rule in pack.rules:
        for cell, step in ((rule["from"], -1), (rule["until"], 1)):
            if cell:
                day = oracle.dt.date.fromisoformat(cell)
                days |= {day, day + oracle.dt.timedelta(days=step)}
    return [day.isoformat() for day in sorted(days)]


def event_of(kind, code, region, day, attributes):
    data = {"region": region, "case": "1", "applicant": {"name": "示例"}, "permit": {"decided_on": day},
            "attributes": attributes}
    if code:
        data["item"] = code
    return {"type": "approval." + kind, "source": "/s", "id": "1", "time": day + "T10:00:00+08:00", "data": data}


def told(pack, remaining, event, item, region, named, holder):
    """Who is told what, in a form that can be compared; and how many lead."""
    bodies, applicant, silent = {}, [], False
    for rule in remaining:
        if rule["role"] == "none":
            silent = True
        elif rule["role"] == "applicant":
            oracle.add_channels(applicant, rule)
        else:
            held = dict(rule, to="body:" + HOLDER) if holder and rule["to"] == "holder" else rule
            event["data"]["bodies"] = NAMED if named else {}
            for body, _ in oracle.named_recipients(pack, held, event, item, region):
                if body:
                    oracle.merge(pack, bodies, body, rule, oracle.parse_time(event["time"]))
    leads = sum(one["role"] == "lead" for one in bodies.values())
    picture = {body: (one["role"], one["due"], one["feedback_due"], one["via"]) for body, one in bodies.items()}
    return (picture, applicant, leads == 0 and not silent), leads


class Brute:
    """What brute force finds: sets that the findings of the check must equal."""

    def __init__(self, pack):
        self.pack = pack
        self.gaps, self.overlaps, self.no_body, self.ambiguous = set(), set(), set(), set()
        self.holds, self.remains, self.matters, self.spoken, self.applies = set(), set(), set(), set(), set()
        self.uncovered = set()
        self.names = {rule["id"]: rule for rule in pack.rules}
        self.listed, self.derived, self.strays = codes_of(pack)

    def run(self):
        name, values = values_of(self.pack)
        inside = {code for code in self.pack.regions if self.pack.jurisdiction in self.pack.chain(code)}
        for code in self.listed + self.derived + self.strays:
            for region in self.pack.regions:
                item = oracle.item_row(self.pack, code, region)
                if item:
                    self.applies.add(id(item))
                elif region in inside and oracle.item_row(self.pack, code, region) is None and code in self.listed:
                    self.uncovered.add((code, region))
                for kind in TYPES + ["refused"] if code else ["registered", "deregistered"]:
                    for day in days_of(self.pack):
                        for value in values:
                            attributes = {} if value is None else {name: value}
                            event = event_of(kind, code, region, day, attributes)
                            self.look(event, item, region in inside, code)

    def look(self, event, item, inside, code):
        region, kind = event["data"]["region"], event["type"][9:]
        matching = [rule for rule in self.pack.rules if oracle.rule_holds(self.pack, rule, event, item, region)]
        removed = {one for rule in matching for one in oracle.cell_list(rule["overrides"])}
        remaining = [rule for rule in matching if rule["id"] not in removed]
        self.holds |= {rule["id"] for rule in matching}
        self.remains |= {rule["id"] for rule in remaining}
        if item and any(rule["role"] != "applicant" for rule in matching):
            self.spoken.add(id(item))
        self.look_without(event, item, region, matching)
        if inside:
            self.look_at_selectors(event, item, region, remaining)
            self.look_at_leads(event, item, (kind, code, region), remaining)

    def look_without(self, event, item, region, matching):
        for rule in matching:
            if rule["id"] in self.matters:
                continue
            less = [one for one in matching if one is not rule]
            both = []
            for rows in (matching, less):
                gone = {one for row in rows for one in oracle.cell_list(row["overrides"])}
                left = [row for row in rows if row["id"] not in gone]
                both.append([told(self.pack, left, event, item, region, named, holder)[0]
                             for named in (False, True) for holder in (False, True)])
            # Who leads for certain is asked without named bodies only.
            if any(a[:2] != b[:2] for a, b in zip(*both)) or both[0][0][2] != both[1][0][2] \
                    or both[0][1][2] != both[1][1][2]:
                self.matters.add(rule["id"])

    def look_at_selectors(self, event, item, region, remaining):
        event["data"]["bodies"] = NAMED
        for rule in remaining:
            if rule["role"] in ("none", "applicant"):
                continue
            for body, several in oracle.named_recipients(self.pack, rule, event, item, region):
                if body is None:
                    self.no_body.add(rule["id"])
                if several:
                    self.ambiguous.add(rule["id"])

    def look_at_leads(self, event, item, place, remaining):
        leads = [rule for rule in remaining if rule["role"] in ("lead", "none")]
        (_, _, gap), _ = told(self.pack, leads, event, item, place[2], False, False)
        if gap and item:
            self.gaps.add(place)
        if any(told(self.pack, leads, event, item, place[2], named, holder)[1] > 1
               for named in (False, True) for holder in (False, True)):
            self.overlaps.add(place)


# ---- the comparison --------------------------------------------------------------------------------

def places(findings, code):
    found = set()
    for finding in findings:
        if finding["code"] == code:
            found |= {(kind, item or None, region) for item, region in finding["places"]
                      for kind in finding["types"] if kind in TYPES + ["refused"] or not item and kind == "deregistered"}
    return found


def names(findings, code):
    return {finding["name"] for finding in findings if finding["code"] == code
            and "does not name it" not in finding["what"]}


def compare(brute, findings):
    known = set(brute.listed + brute.derived + [None])
    unreached = set(brute.names) - brute.holds
    shadowed = brute.holds - brute.remains
    pairs = [("gap", {one for one in brute.gaps if one[1] in known},
              {one for one in places(findings, "gap") if one[1] in known}),
             ("overlap", {one for one in brute.overlaps if one[1] in known},
              {one for one in places(findings, "overlap") if one[1] in known}),
             ("unreachable", unreached, names(findings, "unreachable")),
             ("shadowed", shadowed, names(findings, "shadowed")),
             ("no-effect", brute.remains - brute.matters, names(findings, "no-effect")),
             ("no-body", brute.no_body, names(findings, "no-body")),
             ("ambiguous", brute.ambiguous, names(findings, "ambiguous")),
             ("uncovered", brute.uncovered, {(code, region) for _, code, region in places(findings, "uncovered")
                                             if code in brute.listed}),
             ("item-unused", sum(id(row) not in brute.applies for row in brute.pack.items),
              sum(one["code"] == "item-unused" for one in findings)),
             ("item-silent", sum(id(row) in brute.applies and id(row) not in brute.spoken for row in brute.pack.items),
              sum(one["code"] == "item-silent" for one in findings))]
    faults = []
    for what, want, got in pairs:
        if isinstance(want, set) and want != got:
            faults.append(f"{what}: brute force only {sorted(want - got, key=str)[:4]}, "
                          f"check only {sorted(got - want, key=str)[:4]}")
        elif want != got:
            faults.append(f"{what}: brute force {want}, check {got}")
    return faults


def one_seed(binary, seed, top):
    rng = random.Random(seed)
    pack = make_pack(rng)
    folder = os.path.join(top, str(seed))
    randpack.write_pack(random.Random(seed), pack, folder)
    done = subprocess.run([binary, "policy", "check", folder, "--at", TODAY, "--json"], capture_output=True, text=True,
                          timeout=300, check=False)
    if done.returncode not in (0, 1) or done.stderr:
        return [f"exit status {done.returncode}: {done.stderr}{done.stdout[:1000]}"], 0
    answer = json.loads(done.stdout)
    brute = Brute(oracle.Pack(folder))
    brute.run()
    faults = compare(brute, answer["findings"])
    return faults + witness.faults_of(binary, folder, answer["findings"]), len(answer["findings"])


def main():
    parser = argparse.ArgumentParser(description="policy check against brute force on small packs")
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--first", type=int, default=1)
    arguments = parser.parse_args()
    binary = os.environ.get("TANDEM_BIN", os.path.join(os.path.dirname(__file__), "../../build/tandem"))
    failed = total = 0
    with tempfile.TemporaryDirectory(prefix="tandem-check-") as top:
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            faults, count = one_seed(binary, seed, top)
            total += count
            failed += bool(faults)
            for fault in faults:
                print(f"seed {seed}: {fault}")
    print(f"brute force: {arguments.seeds} packs, {total} findings, {failed} packs with a difference")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
