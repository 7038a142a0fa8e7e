#!/usr/bin/env python3
"""Holds `tandem policy diff` against the oracle: a random pack and a changed copy of it, random events and every event
that could make a difference; how many are decided differently, who gained and lost, and whether the samples show it.

    TANDEM_BIN=build/tandem check_diff.py [--seeds N] [--events N]
"""
import argparse
import copy
import json
import os
import random
import subprocess
import sys
import tempfile

import check_brute
import oracle
import randpack


def change(rng, pack):
    """The pack with one to three things about it changed."""
    pack, columns = copy.deepcopy(pack), randpack.COLUMNS["rules.csv"]
    for _ in range(rng.randint(1, 3)):
        row = rng.choice(pack["rules.csv"])
        kind = rng.randrange(6)
        if kind == 0 and len(pack["rules.csv"]) > 1 and not any(row[0] in one[columns.index("overrides")]
                                                                 for one in pack["rules.csv"]):
            pack["rules.csv"].remove(row)
        elif kind == 1:
            row[columns.index("event")] = randpack.make_text_cell(rng, check_brute.TYPES, 50)
        elif kind == 2 and row[columns.index("role")] in ("lead", "assist", "copy"):
            row[columns.index("role")] = rng.choice(["lead", "assist", "copy"])
        elif kind == 3 and row[columns.index("role")] != "none":
            row[columns.index("via")] = rng.choice(["sms", "push", "email|sms"])
        elif kind == 4 and row[columns.index("due")]:
            row[columns.index("due")] = "9wd"
        elif kind == 5 and row[columns.index("role")] in ("lead", "assist", "copy"):
            row[columns.index("to")] = rng.choice(["sector@township", "reviewing", "enforcement@here"])
    return pack


def told(decision, pack):
    """Who is told what; and the problems, those of rows by name and by whom they look for."""
    looks_for = {rule["id"]: rule["to"] for rule in pack.rules}
    found = {one["body"]: (one["role"], one["due"], one["feedback_due"], one["via"]) for one in decision["notices"]}
    if decision["applicant"]:
        found["(applicant)"] = ("applicant", None, None, decision["applicant"]["via"])
    return found, {(one["code"], one.get("item"), one.get("rule"), looks_for.get(one.get("rule"))) for one in decision["problems"]}


def beyond(problems, others):
    """Those that the others have neither of a row of that name nor of one that looks for the same, each recipient once."""
    known = {one[:2] + (at, one[at]) for one in others for at in (2, 3)}
    return {one[:2] + one[3:] for one in problems if not {one[:2] + (at, one[at]) for at in (2, 3)} & known}


def differ(was, now):
    return was[0] != now[0] or bool(beyond(was[1], now[1]) or beyond(now[1], was[1]))


def run(binary, folders, events_file):
    command = [binary, "policy", "diff", *folders] + ([events_file] if events_file else []) + ["--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode not in (0, 1) or done.stderr:
        return None, [f"exit status {done.returncode}: {done.stderr}"]
    return json.loads(done.stdout), []


def compare_events(packs, events, answer):
    changed = gained = lost = altered = new = gone = 0
    for event in events:
        (was, had), (now, has) = (told(oracle.decide(pack, event), pack) for pack in packs)
        changed += differ((was, had), (now, has))
        new += len(beyond(has, had))
        gone += len(beyond(had, has))
        gained += len(set(now) - set(was))
        lost += len(set(was) - set(now))
        altered += sum(was[body] != now[body] for body in set(was) & set(now))
    want = {"events": len(events), "changed": changed, "gained": gained, "lost": lost, "altered": altered,
            "new_problems": new, "gone_problems": gone}
    got = {name: answer[name] for name in want}
    faults = [] if want == got else [f"events: oracle {want}, diff {got}"]
    for by in ("by_region", "by_item"):
        if sum(one["events"] for one in answer[by]) != changed or sum(one["lost"] for one in answer[by]) != lost:
            faults.append(f"{by} does not add up")
    if sum(one["gained"] for one in answer["by_body"]) != gained:
        faults.append("by_body does not add up")
    return faults


def differs_somewhere(packs):
    """Brute force over both packs' values, without named bodies and holders."""
    places = [set(pack.regions) for pack in packs]
    codes = {code for pack in packs for part in check_brute.codes_of(pack) for code in part}
    inside = {code for code in places[0] & places[1] if "371300" in packs[0].chain(code)}
    values = [check_brute.values_of(pack) for pack in packs]
    days = {day for pack in packs for day in check_brute.days_of(pack)}
    pairs = [(name, value) for name, all_values in values for value in all_values]
    for code in sorted(codes, key=str):
        for region in sorted(inside):
            for kind in check_brute.TYPES + ["refused"] if code else ["registered", "deregistered"]:
                for day in sorted(days):
                    for name, value in pairs:
                        event = check_brute.event_of(kind, code, region, day, {} if value is None else {name: value})
                        was, now = (told(oracle.decide(pack, event), pack) for pack in packs)
                        if differ(was, now):
                            return True
    return False


def compare_combinations(packs, answer):
    faults = []
    for sample in answer["samples"]:
        event = sample["event"]
        was, now = (told(oracle.decide(pack, event), pack) for pack in packs)
        asks_holder = any(rule["to"] == "holder" for pack in packs for rule in pack.rules)
        if not differ(was, now) and not asks_holder:
            faults.append(f"the sample is decided alike: {json.dumps(event, ensure_ascii=False)}")
    if not answer["changed"] and differs_somewhere(packs):
        faults.append("brute force finds a difference, diff none")
    return faults


def one_seed(binary, seed, count, top):
    rng = random.Random(seed)
    made = check_brute.make_pack(rng)
    folders = [os.path.join(top, f"{seed}-{name}") for name in ("old", "new")]
    for folder, pack in zip(folders, (made, change(rng, made))):
        randpack.write_pack(random.Random(seed), pack, folder)
    events, events_file = randpack.make_events(rng, made, count), os.path.join(top, "events.ndjson")
    randpack.write_events(events, events_file)
    packs = [oracle.Pack(folder) for folder in folders]
    answer, faults = run(binary, folders, events_file)
    faults = faults or compare_events(packs, events, answer)
    answer, more = run(binary, folders, None)
    return faults + (more or compare_combinations(packs, answer)), bool(answer and answer["changed"])


def main():
    parser = argparse.ArgumentParser(description="policy diff against the oracle")
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--events", type=int, default=60)
    arguments = parser.parse_args()
    binary = os.environ.get("TANDEM_BIN", os.path.join(os.path.dirname(__file__), "../../build/tandem"))
    failed = changed = 0
    with tempfile.TemporaryDirectory(prefix="tandem-diff-") as top:
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            faults, differs = one_seed(binary, seed, arguments.events, top)
            changed += differs
            failed += bool(faults)
            for fault in faults:
                print(f"seed {seed}: {fault}")
    print(f"diff: {arguments.seeds} pairs of packs, {changed} decide differently, {failed} wrong")
    return 1 if failed or not changed else 0


if __name__ == "__main__":
    sys.exit(main())
