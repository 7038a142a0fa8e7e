#!/usr/bin/env python3
"""Random packs and random events from a seed, small enough to read and odd enough to hurt.

Everything drawn is legal by the contract; faulty packs and events are the business of other tests.
Alphabets are kept tiny on purpose, so that cells, regions and bodies meet often.

    randpack.py SEED FOLDER [--events N]     writes the pack into FOLDER and the events beside it
"""
import argparse
import copy
import csv
import io
import json
import os
import random
import sys

SECTORS = ["卫生健康", "住房城乡建设", "市场监管", "应急管理", "交通运输"]
DEVOLUTIONS = ["direct", "review", "window", "full", "partial", "entrusted", "retained"]
TYPES = ["granted", "refused", "changed", "renewed", "suspended", "revoked", "withdrawn", "cancelled",
         "registered", "reregistered", "deregistered"]
CHANNELS = ["push", "sms", "email", "webhook", "chat"]
ATTRIBUTES = ["area_m2", "risk", "chain"]
GOOD_CODES = ["11370800004234373R", "11440232MB2D06811W", "91230500MA1B3N1N2M", "91320105780688132K"]
BAD_CODES = ["91320105780688132X", "11370800004234373", "9132010578068813OK", "371300210000123"]
YEAR_DAYS = {
    "2024": {"off": ["2024-10-01", "2024-10-02", "2024-10-03", "2024-10-04", "2024-10-07"],
             "work": ["2024-09-29", "2024-10-12"]},
    "2025": {"off": ["2025-01-01", "2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-10-01",
                     "2025-10-02", "2025-10-03", "2025-10-06", "2025-10-07", "2025-10-08"],
             "work": ["2025-01-26", "2025-02-08", "2025-09-28", "2025-10-11"]},
    "2026": {"off": ["2026-01-01", "2026-01-02", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19",
                     "2026-02-20", "2026-02-23", "2026-10-01", "2026-10-02", "2026-10-05"],
             "work": ["2026-01-04", "2026-02-14", "2026-02-28", "2026-10-10"]},
}
REGIONS = [("370000", "省", "province", ""), ("371300", "市", "city", "370000"),
           ("371302", "甲区", "county", "371300"), ("371321", "乙县", "county", "371300"),
           ("371328", "丙县", "county", "371300"), ("3713GX", "高新区", "county", "371300"),
           ("371302001000", "西片区", "township", "371302"), ("371321100000", "某镇", "township", "371321"),
           ("371302001201", "某村", "village", "371302001000"), ("370100", "别市", "city", "370000"),
           ("370102", "别区", "county", "370100")]
CODES = ["000123011000", "000123011001", "00012301100Y", "370123020001", "00011705100Y", "000117052001",
         "000131012000", "000131127004", "00013112700Y"]
STRANGE_CODES = ["999999999999", "000117051007", "000123011009", "000131127001"]
COLUMNS = {
    "regions.csv": ["code", "name", "level", "parent"],
    "bodies.csv": ["id", "name", "kind", "region", "sectors", "parent", "code"],
    "items.csv": ["code", "name", "sector", "assist", "devolution", "regions", "basis", "note"],
    "rules.csv": ["id", "from", "until", "event", "item", "sector", "devolution", "region"]
    + ["when:" + name for name in ATTRIBUTES]
    + ["role", "to", "due", "feedback", "via", "overrides", "basis", "note"],
    "scope.csv": ["phrase", "item"],
}


def chance(rng, percent):
    return rng.randrange(100) < percent


def some(rng, pool, most):
    return rng.sample(pool, rng.randint(1, min(most, len(pool))))


# ---- the tables -----------------------------------------------------------------------------------

def make_regions(rng):
    keep = [row for row in REGIONS if row[2] in ("province", "city") or chance(rng, 85)]
    codes = {row[0] for row in keep}
    keep = [row for row in keep if row[3] in codes or not row[3]]
    codes = {row[0] for row in keep}  # A village whose township has just gone goes too.
    return [list(row) for row in keep if row[3] in codes or not row[3]]


def make_bodies(rng, regions):
    rows = []
    for region in [row[0] for row in regions]:
        for number in range(rng.randint(0, 5)):
            kind = rng.choice(["supervision"] * 4 + ["enforcement"] * 2 + ["approval", "coordination"])
            sectors = some(rng, SECTORS, 3) if kind in ("supervision", "enforcement") else []
            rows.append([f"b{number}-{region.lower()}", f"机构{number}", kind, region, "|".join(sectors),
                         rng.choice(rows)[0] if rows and chance(rng, 30) else "", ""])
    rng.shuffle(rows)
    known = set()
    for row in rows:  # A parent may stand later in the file, but nobody may be above himself.
        row[5] = row[5] if row[5] in known else ""
        known.add(row[0])
    return rows


def make_items(rng, regions):
    rows, codes = [], [row[0] for row in regions]
    for code in some(rng, CODES, 7):
        free = codes[:]
        rng.shuffle(free)
        for _ in range(rng.randint(1, 3)):
            cell = [free.pop() for _ in range(min(len(free), rng.randint(1, 3)))]
            rows.append([code, "事项" + code, rng.choice(SECTORS),
                         "|".join(some(rng, SECTORS, 2)) if chance(rng, 50) else "",
                         rng.choice(DEVOLUTIONS), "|".join(cell), "依据", ""])
        if chance(rng, 60):
            rows[-1][5] = ""
    rng.shuffle(rows)
    return rows


def make_number_cell(rng):
    low = rng.choice([0, 499.5, 500, 999, 1000])
    high = low + rng.choice([0.5, 1, 500, 1000])
    return rng.choice([f"<{low}", f"<={low}", f">{low}", f">={low}", f"={low}", f"[{low}..{high}]",
                       f"[{low}..{high})", f"({low}..{high}]", f"({low}..{high})", f"<{low}|>={high}"])


def make_when_cell(rng, name):
    if chance(rng, 70):
        return rng.choice(["", "", "*"])
    if name == "area_m2":
        cell = rng.choice([make_number_cell(rng), make_number_cell(rng), "1000", "10*"])
    elif name == "chain":
        cell = rng.choice(["true", "false", "true|high"])
    else:
        cell = rng.choice(["high", "high|very-high", "very*", "low|1000", "high|>=1000"])
    return "!" + cell if chance(rng, 20) else cell


def make_text_cell(rng, pool, blank):
    """A condition cell over a pool of words: blank, `*`, a list, a list turned round, beginnings."""
    if chance(rng, blank):
        return "" if chance(rng, 80) else "*"
    parts = [word[:rng.randint(1, len(word) - 1)] + "*" if chance(rng, 15) else word
             for word in some(rng, pool, 4)]
    return ("!" if chance(rng, 20) else "") + "|".join(parts)


def make_duration(rng, blank):
    if chance(rng, blank):
        return ""
    return rng.choice(["1wd", "2wd", "5wd", "20wd", "1d", "3d", "7d", "30d", "24h", "1h", "30m", "90m"])


def make_to(rng, bodies):
    place = rng.choice(["here", "here", "county", "city", "province", "township"])
    forms = ["sector@" + place] * 4 + ["assist@" + place] * 2 + ["enforcement@" + place,
             "coordination@" + place, rng.choice(SECTORS) + "@" + place, "holder", "accepting", "reviewing",
             "deciding"]
    if bodies:
        forms.append("body:" + rng.choice(bodies)[0])
    return rng.choice(forms)


def make_rule(rng, number, regions, bodies):
    role = rng.choice(["lead"] * 4 + ["assist"] * 3 + ["copy"] * 3 + ["applicant", "none"])
    to = {"applicant": "applicant", "none": ""}.get(role) if role in ("applicant", "none") \
        else make_to(rng, bodies)
    first = rng.choice(["", "", "", "2025-01-01", "2026-01-01", "2026-06-30"])
    last = rng.choice(["", "", "", "2026-06-30", "2026-12-31", "2027-12-31"])
    acts = role in ("lead", "assist", "copy")
    return [f"R{number}", first, last, make_text_cell(rng, TYPES, 40), make_text_cell(rng, CODES, 70),
            make_text_cell(rng, SECTORS, 75), make_text_cell(rng, DEVOLUTIONS, 70),
            make_text_cell(rng, [row[0] for row in regions], 65)] \
        + [make_when_cell(rng, name) for name in ATTRIBUTES] \
        + [role, to, make_duration(rng, 40) if acts else "", make_duration(rng, 60) if acts else "",
           "" if chance(rng, 40) or role == "none" else "|".join(some(rng, CHANNELS, 3)), "", "依据", ""]


def make_rules(rng, regions, bodies):
    rows = [make_rule(rng, number, regions, bodies) for number in range(rng.randint(3, 90))]
    overrides = COLUMNS["rules.csv"].index("overrides")
    for row in rows:
        if chance(rng, 10):
            others = [other[0] for other in rows if other is not row]
            row[overrides] = "|".join(some(rng, others, 2))
    if chance(rng, 20):
        rng.shuffle(rows)
    return rows


# Few signs, so that phrases overlap, contain each other and meet what excludes them.
SCOPE_WORDS = ["甲", "乙", "丙", "甲乙", "乙丙", "丙甲", "甲乙丙", "（不含乙）", "（仅丙）", "、", "Ａ"]
SCOPE_SIGNS = ["；", "；", ";", "，", "。", "、", "（", "）", "除", "外", "不含", "仅", "非", "无", "除外", "限", " ", "“",
               "（除乙外）", "（仅限甲）", "（乙除外）", "一般项目：", "许可项目：", "许可项目:", "许可经营项目：",
               "（依法须经批准的项目，经批准后方可开展经营活动）"]


def make_scope(rng, items):
    """Phrases for items of the pack; now and then two rows of one phrase."""
    codes = [row[0] for row in items]
    return [["".join(rng.choice(SCOPE_WORDS) for _ in range(rng.randint(1, 3))), rng.choice(codes)]
            for _ in range(rng.randint(0, 14))] if codes else []


def make_scope_text(rng, pack):
    phrases = [row[0] for row in pack["scope.csv"]] or ["甲"]
    pool = phrases * 2 + SCOPE_WORDS + SCOPE_SIGNS
    head = rng.choice(["许可项目：", "一般项目：丁；许可项目：", "", "一般项目："])
    return head + "".join(rng.choice(pool) for _ in range(rng.randint(1, 25)))


def make_pack(rng):
    regions = make_regions(rng)
    bodies = make_bodies(rng, regions)
    items = make_items(rng, regions)
    years = {year: YEAR_DAYS[year] for year in YEAR_DAYS if chance(rng, 80)}
    return {"pack.json": {"id": "random", "title": "a random pack", "timezone": "Asia/Shanghai",
                          "jurisdiction": "371300"},
            "calendar.json": {"years": years}, "regions.csv": regions, "bodies.csv": bodies,
            "items.csv": items, "rules.csv": make_rules(rng, regions, bodies),
            "scope.csv": make_scope(rng, items)}


# ---- events ---------------------------------------------------------------------------------------

def make_item_form(rng, code):
    form = rng.choice([12, 12, 31, 33])
    if form == 12:
        return code
    return rng.choice(GOOD_CODES) + rng.choice("234") + code + ("01" if form == 33 else "")


def make_region_code(rng, pack):
    """Not drawn: a six-digit code padded with zeros to twelve. The contract's words make it unknown, the
    platforms' habit makes it the same region."""
    if chance(rng, 80):
        return rng.choice(pack["regions.csv"])[0]
    return rng.choice(["371302999000", "371399", "440100", "371328100", "3713"])


def make_day(rng):
    return rng.choice(["2024-12-31", "2025-01-24", "2025-09-30", "2025-12-31", "2026-01-01", "2026-02-14",
                       "2026-06-29", "2026-06-30", "2026-07-01", "2026-09-30", "2026-11-23", "2026-12-30",
                       "2026-12-31", "2027-01-01", "2027-09-30"])


def make_time(rng):
    clock = rng.choice(["10:15:00", "00:00:00", "23:59:59", "16:00:00", "15:59:59", "08:00:00"])
    zone = rng.choice(["+08:00", "+08:00", "Z", "-05:00", "+05:30", "+14:00", "-12:00"])
    return f"{make_day(rng)}T{clock}{zone}"


def make_attributes(rng):
    pools = {"area_m2": [0, 499.5, 500, 999, 999.5, 1000, 1000.5, 1200, 1e3, -1, "1000", "1200", None],
             "risk": ["high", "very-high", "very", "low", 1000, 1200, True],
             "chain": [True, False, "high", 1, None], "other": ["x"]}
    return {name: rng.choice(pool) for name, pool in pools.items() if chance(rng, 65)}


def make_event(rng, pack, number):
    kind, data = rng.choice(TYPES), {"case": f"C{number}", "region": make_region_code(rng, pack)}
    codes = [row[0] for row in pack["items.csv"]] * 3 + STRANGE_CODES
    if kind.endswith("registered") and chance(rng, 50):
        data["scope"] = make_scope_text(rng, pack)
    if "scope" not in data or chance(rng, 20):
        data["item"] = make_item_form(rng, rng.choice(codes))
    data["applicant"] = {"name": "示例公司"}
    if chance(rng, 80):
        data["applicant"]["kind"] = rng.choice(["entity", "entity", "entity", "person"])
    if chance(rng, 80):
        data["applicant"]["code"] = rng.choice(GOOD_CODES + GOOD_CODES + BAD_CODES)
    if chance(rng, 70):
        data["permit"] = {"number": f"P{number}"}
        if chance(rng, 60):
            data["permit"]["decided_on"] = make_day(rng)
    if chance(rng, 60):
        known = [row[0] for row in pack["bodies.csv"]] + ["nobody-371300"]
        data["bodies"] = {name: rng.choice(known) for name in ("accepting", "reviewing", "deciding")
                          if chance(rng, 70)}
    if chance(rng, 80):
        data["attributes"] = make_attributes(rng)
    return {"specversion": "1.0", "type": "approval." + kind, "source": "/sources/random",
            "id": f"e{number}", "time": make_time(rng), "data": data}


def make_events(rng, pack, count):
    return [make_event(rng, pack, number) for number in range(count)]


# ---- writing --------------------------------------------------------------------------------------

def write_table(rng, path, columns, rows):
    """The same table in another dress: byte order mark, line ends, column order, comments, quotes, notes."""
    order = list(range(len(columns)))
    if chance(rng, 25):
        rng.shuffle(order)
    out = io.StringIO()
    ends = rng.choice(["\r\n", "\n"])
    writer = csv.writer(out, lineterminator=ends, quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer.writerow([columns[place] for place in order])
    for row in copy.deepcopy(rows):
        if "note" in columns and chance(rng, 10):
            row[columns.index("note")] = rng.choice(["a, b", 'he said "no"', "two\nlines", "注"])
        if chance(rng, 5):
            out.write("# a comment, with a comma" + ends)
        writer.writerow([row[place] for place in order])
    with open(path, "w", encoding="utf-8-sig" if chance(rng, 20) else "utf-8", newline="") as file:
        file.write(out.getvalue())


def write_pack(rng, pack, folder):
    os.makedirs(os.path.join(folder, "texts"), exist_ok=True)
    for name, content in pack.items():
        path = os.path.join(folder, name)
        if name.endswith(".json"):
            with open(path, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False)
        else:
            write_table(rng, path, COLUMNS[name], content)


def write_events(events, path):
    with open(path, "w", encoding="utf-8") as file:
        for event in events:
            file.write(json.dumps(event, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(description="write a random pack and random events")
    parser.add_argument("seed", type=int)
    parser.add_argument("folder")
    parser.add_argument("--events", type=int, default=40)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    pack = make_pack(rng)
    events = make_events(rng, pack, arguments.events)
    write_pack(rng, pack, arguments.folder)
    write_events(events, os.path.join(arguments.folder, "..", "events.ndjson"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
