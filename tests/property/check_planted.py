#!/usr/bin/env python3
"""Plants gaps, overlaps and shadowed rows in a pack that is clean by the way it is made, and wants `tandem policy
check` to find every one of them, nothing besides, and each with an event that shows it.

    TANDEM_BIN=build/tandem check_planted.py [--items N] [--regions N] [--seeds N]
"""
import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile

import randpack
import witness

TODAY = "2026-11-25"
COLUMNS = ["id", "from", "until", "event", "item", "region", "when:area", "when:risk", "role", "to", "due", "via",
           "overrides", "basis"]
LIMITS = [">=1000", "<10", "[500..600)"]


def write(folder, name, header, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def row(number, **cells):
    cells = {"basis": "依据", "due": "2wd", **cells, "id": number}
    return [cells.get({"when:area": "area", "when:risk": "risk"}.get(name, name), "") for name in COLUMNS]


class Planting:
    """Rows of a clean pack, and what is planted among them. Each item has its own lead; each kind of fault is planted
    at one item, region and type, so that no fault hides another."""

    def __init__(self, rng, items, regions):
        self.rng, self.rows, self.planted = rng, [], []
        self.codes = [f"0001{number:05d}000" for number in range(items)]
        self.regions = [f"3713{number:02d}" for number in range(1, regions)]
        self.bodies = [["spj", "审批", "approval", "371300", "", "", ""], ["other", "别局", "supervision", "371300", "", "", ""]]
        for number, code in enumerate(self.codes):
            self.bodies.append([f"b{number}", f"局{number}", "supervision", "371300", "", "", ""])
            self.rows.append(row(f"L{number}", item=code, role="lead", to=f"body:b{number}"))
            self.plant(number, code)

    def plant(self, number, code):
        kinds = ["gap", "gap-limit", "overlap", "overlap-limit", "shadowed", "same"]
        free = self.rng.sample(self.regions, len(kinds))
        for kind, region in zip(kinds, free):
            types = self.rng.sample(randpack.TYPES, self.rng.randint(1, 3))
            limit = self.rng.choice(LIMITS) if kind.endswith("limit") else ""
            getattr(self, kind.split("-", maxsplit=1)[0])(number, code, region, sorted(types), limit)

    def remember(self, code, name, types, item, region):
        self.planted += [(code, name, kind, item, region) for kind in types]

    def gap(self, number, code, region, types, limit):
        """A copy that takes the lead's place."""
        name = f"G{number}{'x' if limit else ''}"
        self.rows.append(row(name, item=code, region=region, event="|".join(types), area=limit, role="copy",
                             to="body:other", overrides=f"L{number}"))
        self.remember("gap", None, types, code, region)

    def overlap(self, number, code, region, types, limit):
        name = f"O{number}{'x' if limit else ''}"
        self.rows.append(row(name, item=code, region=region, event="|".join(types), risk="high" if limit else "",
                             role="lead", to="body:other"))
        self.remember("overlap", name, types, code, region)

    def shadowed(self, number, code, region, types, _limit):
        """Another row that holds whenever this one does, and overrides it."""
        self.rows.append(row(f"S{number}", item=code, region=region, event=types[0], area=">5", role="assist",
                             to="body:other"))
        self.rows.append(row(f"T{number}", item=code, region=region, event="|".join(types), area=">1", role="copy",
                             to="body:other", overrides=f"S{number}"))
        self.planted.append(("shadowed", f"S{number}", None, None, None))

    def same(self, number, code, region, types, _limit):
        """A row that says again what the lead's row says already."""
        self.rows.append(row(f"N{number}", item=code, region=region, event="|".join(types), role="copy",
                             to=f"body:b{number}", due="5wd"))
        self.planted.append(("no-effect", f"N{number}", None, None, None))

    def write(self, folder):
        os.makedirs(folder)
        for name, content in (("pack.json", {"id": "planted", "title": "t", "jurisdiction": "371300",
                                             "timezone": "Asia/Shanghai"}), ("calendar.json", {"years": {year: {"off": [], "work": []} for year in ("2026", "2027")}})):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                json.dump(content, file)
        self.rng.shuffle(self.rows)
        write(folder, "rules.csv", COLUMNS, self.rows)
        write(folder, "bodies.csv", ["id", "name", "kind", "region", "sectors", "parent", "code"], self.bodies)
        write(folder, "regions.csv", ["code", "name", "level", "parent"],
              [["371300", "市", "city", ""]] + [[code, "县", "county", "371300"] for code in self.regions])
        write(folder, "items.csv", ["code", "name", "sector", "assist", "devolution", "regions", "basis"],
              [[code, "事项", "", "", "direct", "", "依据"] for code in self.codes])


def found_in(findings):
    """The findings in the form in which faults are planted. Of an overlap's two rows the planted one counts."""
    found = set()
    for one in findings:
        if one["severity"] == "note":
            continue
        if one["code"] in ("gap", "overlap"):
            name = None if one["code"] == "gap" else max(one["name"], one["other"])
            found |= {(one["code"], name, kind, item, region) for kind in one["types"] for item, region in one["places"]}
        else:
            found.add((one["code"], one["name"], None, None, None))
    return found


def one_seed(binary, seed, arguments, top):
    planting = Planting(random.Random(seed), arguments.items, arguments.regions)
    folder = os.path.join(top, str(seed))
    planting.write(folder)
    done = subprocess.run([binary, "policy", "check", folder, "--at", TODAY, "--json"], capture_output=True, text=True,
                          timeout=300, check=False)
    if done.returncode != 1 or done.stderr:
        return [f"exit status {done.returncode}: {done.stderr}"], 0
    answer = json.loads(done.stdout)
    planted, found = set(planting.planted), found_in(answer["findings"])
    faults = [f"planted and not found: {one}" for one in sorted(planted - found, key=str)]
    faults += [f"found and not planted: {one}" for one in sorted(found - planted, key=str)]
    limits = sum(one["place_count"] for one in answer["findings"] if one["code"] == "gap" and "area" in one["when"])
    if limits != arguments.items:
        faults.append(f"{limits} gaps say at which area, {arguments.items} do")
    return faults + witness.faults_of(binary, folder, answer["findings"]), len(planted)


def main():
    parser = argparse.ArgumentParser(description="policy check on packs with planted faults")
    parser.add_argument("--items", type=int, default=60)
    parser.add_argument("--regions", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    binary = os.environ.get("TANDEM_BIN", os.path.join(os.path.dirname(__file__), "../../build/tandem"))
    failed = total = 0
    with tempfile.TemporaryDirectory(prefix="tandem-planted-") as top:
        for seed in range(1, arguments.seeds + 1):
            faults, count = one_seed(binary, seed, arguments, top)
            total += count
            failed += len(faults)
            print("\n".join(faults[:20]), end="\n" if faults else "")
    print(f"planted: {total} faults in {arguments.seeds} packs, {failed} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
