#!/usr/bin/env python3
"""Writes a large made pack: a city of many regions, items with an owner each, and thousands of rows.

    bigpack.py FOLDER [--rows N] [--items N] [--regions N] [--seed N]

Every item has a row that lets its own department lead everywhere; all other rows are drawn: for one item,
kind of event and place, by area and risk. So there are gaps nowhere, overlaps in many places, and rows that
say again what another row says already.
"""
import argparse
import csv
import json
import os
import random

TYPES = ["granted", "refused", "changed", "renewed", "suspended", "revoked", "withdrawn", "cancelled"]
AREAS = ["", "", "", ">=1000", "<500", "[500..1000)", ">2500"]
RISKS = ["", "", "high|very-high"]
SECTORS = [f"领域{number}" for number in range(19)]


def table(folder, name, header, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def make_regions(count):
    rows = [["370000", "省", "province", ""], ["371300", "市", "city", "370000"]]
    counties = max(1, count // 10)
    for number in range(counties):
        rows.append([f"3713{number + 1:02d}", f"县{number}", "county", "371300"])
    for number in range(count - counties - 1):
        county = f"3713{number % counties + 1:02d}"
        rows.append([f"{county}{number:06d}", f"镇{number}", "township", county])
    return rows


def make_bodies(regions):
    rows = [["znb", "职能办", "coordination", "371300", "", "", ""], ["spj", "审批局", "approval", "371300", "", "", ""]]
    for code, name, level, _ in regions:
        if level in ("city", "county"):
            rows += [[f"b{number}-{code}", f"{name}{sector}", "supervision", code, sector, "", ""]
                     for number, sector in enumerate(SECTORS)]
    return rows


def make_rule(rng, number, codes, regions):
    role = rng.choice(["lead", "assist", "copy"])
    return [f"M{number}", rng.choice(TYPES), rng.choice(codes), "", rng.choice(["", "", "2026-01-01"]),
            rng.choice(regions)[0] if rng.randrange(4) else "", rng.choice(AREAS), rng.choice(RISKS), role,
            rng.choice(["sector@here", "sector@city", "assist@here", "coordination@city"]),
            f"{rng.randrange(1, 6)}wd", "push|sms", "依据"]


def main():
    parser = argparse.ArgumentParser(description="write a large made pack")
    parser.add_argument("folder")
    parser.add_argument("--rows", type=int, default=10000)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--regions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng, folder = random.Random(arguments.seed), arguments.folder
    os.makedirs(folder, exist_ok=True)
    regions = make_regions(arguments.regions)
    codes = [f"0001{number:05d}000" for number in range(arguments.items)]
    for name, content in (("pack.json", {"id": "big", "title": "made", "jurisdiction": "371300",
                                         "timezone": "Asia/Shanghai"}), ("calendar.json", {"years": {}})):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False)
    table(folder, "regions.csv", ["code", "name", "level", "parent"], regions)
    table(folder, "bodies.csv", ["id", "name", "kind", "region", "sectors", "parent", "code"], make_bodies(regions))
    table(folder, "items.csv", ["code", "name", "sector", "assist", "devolution", "regions", "basis"],
          [[code, "事项" + code, rng.choice(SECTORS), "|".join(rng.sample(SECTORS, 2)), "direct", "", "依据"]
           for code in codes])
    rows = [[f"L{number}", "", code, "", "", "", "", "", "lead", "sector@here", "2wd", "push|sms", "依据"]
            for number, code in enumerate(codes)]
    rows += [make_rule(rng, number, codes, regions) for number in range(arguments.rows - len(rows))]
    table(folder, "rules.csv", ["id", "event", "item", "sector", "from", "region", "when:area_m2", "when:risk",
                                "role", "to", "due", "via", "basis"], rows)


if __name__ == "__main__":
    main()
