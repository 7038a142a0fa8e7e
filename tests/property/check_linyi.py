#!/usr/bin/env python3
"""Walks the Linyi pack by the oracle: one event for each item, region and kind, with nothing special, and
again with the attributes that its rules ask for. In a good pack none of them has a problem. What `policy check`
finds is explained where it stands: the note has the finding's code.

    TANDEM_BIN=build/tandem check_linyi.py [PACK]
"""
import collections
import csv
import json
import os
import subprocess
import sys

import oracle
import randpack

PACK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "rules", "packs", "linyi")
ATTRIBUTES = [{}, {"risk": "high", "area_m2": 12000, "unlicensed": True},
              {"cross_district": True, "moved": True, "informed_commitment": True, "area_m2": 4000}]
SMS_UNITS = 70
# What the city has published of its own lists: mark in note_list -> items by devolution.
PUBLISHED = {"市县同权196项": 196, "临政字〔2020〕64号76项": 76, "西城片区41项": 41}
MODES = {"市县同权196项": {"direct", "review", "window"}, "临政字〔2020〕64号76项": {"full", "partial"}}
PARTIAL, DEPARTMENTS, COUNTY = 16, 19, "371321"
TYPICAL = {"sign": "临沂审管联动", "count": "1", "item": "建筑工程施工许可", "region": "兰山区", "due": "2026-11-25",
           "code": "A7K3F2", "case": "371302202611230001", "body": "兰山区卫生健康局", "type": "准予",
           "what": "环境检测报告", "permit": "鲁临卫消字1号"}


def make_event(kind, code, region, attributes):
    return {"type": "approval." + kind, "source": "/sources/walk", "id": "1", "time": "2026-11-23T10:00:00+08:00",
            "data": {"case": "1", "item": code, "region": region, "applicant": {"name": "示例公司"},
                     "bodies": {"accepting": "spj-" + region[:6]}, "attributes": attributes}}


def walk(pack):
    places = [code for code, row in pack.regions.items() if row["level"] != "province"]
    found, count = collections.defaultdict(list), 0
    for attributes in ATTRIBUTES:
        for kind in randpack.TYPES:
            for code in sorted({row["code"] for row in pack.items}):
                for region in places:
                    decision = oracle.decide(pack, make_event(kind, code, region, attributes))
                    count += 1
                    for problem in decision["problems"]:
                        found[kind, problem["code"], problem.get("rule")].append((code, region))
    return count, found


def dangling(pack):
    """Names that name nothing, and names given twice."""
    faults = []
    bodies = [row["id"] for row in pack.bodies]
    rules = [row["id"] for row in pack.rules]
    codes = {row["code"] for row in pack.items}
    for what, names in (("body", bodies), ("rule", rules)):
        faults += [f"{what} {name} stands twice" for name, times in collections.Counter(names).items() if times > 1]
    for row in pack.bodies:
        if row["region"] not in pack.regions or row["parent"] and row["parent"] not in bodies:
            faults.append(f"body {row['id']}: no such region or parent")
    for row in pack.rules:
        faults += [f"rule {row['id']} overrides {one}, which is not there"
                   for one in oracle.cell_list(row["overrides"]) if one not in rules]
        if not row["basis"]:
            faults.append(f"rule {row['id']} has no basis")
    for row in pack.scope:
        if row["item"] not in codes:
            faults.append(f"scope phrase {row['phrase']}: no such item")
    return faults


def long_texts(folder):
    faults = []
    for name in sorted(os.listdir(os.path.join(folder, "texts"))):
        with open(os.path.join(folder, "texts", name), encoding="utf-8") as file:
            filled = file.read().strip().format_map(TYPICAL)
        if name.startswith("sms-") and len(filled) > SMS_UNITS:
            faults.append(f"{name}: {len(filled)} characters when filled")
    return faults


def departments(pack, items):
    lead = {}
    for row in pack.bodies:
        for sector in oracle.cell_list(row["sectors"]):
            if row["region"] == COUNTY and row["kind"] in ("supervision", "enforcement"):
                lead.setdefault(sector, row["id"])
    return {lead[row["sector"]] for row in items}


def sizes(pack):
    """The pack is as large as the lists it stands for."""
    faults = []
    for mark, wanted in PUBLISHED.items():
        listed = [row for row in pack.items if mark in row["note_list"]]
        if len({row["code"] for row in listed}) != wanted:
            faults.append(f"items.csv: {mark} has {len({row['code'] for row in listed})} items")
        if not {row["devolution"] for row in listed} <= MODES.get(mark, {"full"}):
            faults.append(f"items.csv: {mark} has a mode that it does not know")
    partial = [row for row in pack.items if row["devolution"] == "partial"]
    if len({row["code"] for row in partial}) != PARTIAL:
        faults.append(f"items.csv: {len(partial)} items are partial")
    found = departments(pack, [row for row in pack.items if "市县同权196项" in row["note_list"]])
    if len(found) != DEPARTMENTS:
        faults.append(f"items.csv: the 196 items have {len(found)} departments")
    return faults


def unexplained(folder):
    """Findings of a day on which the calendar misses a year, too."""
    binary = os.environ.get("TANDEM_BIN", os.path.join(os.path.dirname(__file__), "../../build/tandem"))
    done = subprocess.run([binary, "policy", "check", folder, "--at", "2026-12-01", "--json"], capture_output=True, text=True,
                          timeout=300, check=False)
    with open(os.path.join(folder, "rules.csv"), encoding="utf-8-sig", newline="") as file:
        notes = {row["id"]: row["note"] for row in csv.DictReader(file)}
    with open(os.path.join(folder, "calendar.json"), encoding="utf-8") as file:
        calendar = json.load(file)["note"]
    return [f"{one['code']} {one['name'] or ''}: not explained in a note" for one in json.loads(done.stdout)["findings"]
            if one["code"] not in (calendar if one["where"].startswith("calendar.json") else notes.get(one["name"], ""))]


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else PACK
    pack = oracle.Pack(folder)
    pack.scope = oracle.read_table(folder, "scope.csv")
    faults = dangling(pack) + sizes(pack) + long_texts(folder) + unexplained(folder)
    count, found = walk(pack)
    for (kind, code, rule), where in sorted(found.items(), key=str):
        faults.append(f"{kind}: {code} {rule or ''} {len(where)} times, first {where[0]}")
    print("\n".join(faults) or f"linyi: {count} events over {len(pack.regions) - 1} regions, no problem")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
