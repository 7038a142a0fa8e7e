#!/usr/bin/env python3
"""Holds the engine against the oracle on random packs.

For each seed a pack and its events are written into a temporary folder, `tandem policy explain` decides
them, and so does oracle.py. They must agree in everything but `policy` and the order of problems. On a
difference the pack is cut down while the difference stays, and the seed, the event and what is left of
the rules are printed.

    TANDEM_BIN=build/tandem compare.py [--seeds N] [--events N] [--first SEED] [--at-share PERCENT]
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

import oracle
import randpack

HERE = os.path.dirname(os.path.abspath(__file__))
EXPLAIN_LIMIT_S = 300


def normal(decision):
    """What has to be equal. Absent and empty words of an item are one thing here."""
    result = {name: decision.get(name) for name in ("event", "item", "notices", "applicant")}
    if result["item"]:
        result["item"] = {name: result["item"].get(name) or "" for name in ("code", "sector", "devolution")}
    # The oracle names items by their codes alone; names and authorities are the business of the unit tests.
    if result["applicant"] and result["applicant"].get("items"):
        codes = [one["code"] if isinstance(one, dict) else one for one in result["applicant"]["items"]]
        result["applicant"] = {**result["applicant"], "items": codes}
    result["items"] = [one["code"] if isinstance(one, dict) else one for one in decision.get("items") or []]
    unmatched = decision.get("unmatched") or []
    result["unmatched"] = unmatched["phrases"] if isinstance(unmatched, dict) else unmatched[:20]
    result["problems"] = sorted(json.dumps(problem, sort_keys=True) for problem in decision["problems"])
    return result


def run_binary(binary, folder, events_file, at):
    command = [binary, "policy", "explain", folder, events_file] + (["--at", at] if at else [])
    done = subprocess.run(command, capture_output=True, text=True, timeout=EXPLAIN_LIMIT_S, check=False)
    if done.returncode != 0:
        return None, f"exit status {done.returncode}\n{done.stderr.strip()}\n{done.stdout.strip()[:2000]}"
    try:
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()], None
    except json.JSONDecodeError as error:
        return None, f"output is not JSON lines: {error}"


def both(binary, pack, events, at, dress):
    """The first difference between engine and oracle as (event, expected, found), or None; or a fault."""
    with tempfile.TemporaryDirectory(prefix="tandem-property-") as top:
        folder, events_file = os.path.join(top, "pack"), os.path.join(top, "events.ndjson")
        randpack.write_pack(random.Random(dress), pack, folder)
        randpack.write_events(events, events_file)
        found, fault = run_binary(binary, folder, events_file, at)
        read = oracle.Pack(folder)
        expected = [oracle.decide(read, event, at) for event in events]
    if fault is None and len(found) != len(expected):
        fault = f"{len(expected)} events in, {len(found)} decisions out"
    if fault:
        return None, fault
    for event, want, got in zip(events, expected, found):
        if normal(want) != normal(got):
            return (event, normal(want), normal(got)), None
    return None, None


def shrink(binary, pack, difference, at, dress):
    """Leaves out rules, then items, one at a time while the one event still differs."""
    event = difference[0]
    candidates = [("rules.csv", row[0]) for row in pack["rules.csv"]]
    candidates += [("items.csv", row) for row in pack["items.csv"]]
    for table, victim in candidates:
        smaller = without_rule(pack, victim) if table == "rules.csv" else \
            {**pack, table: [row for row in pack[table] if row != victim]}
        still, fault = both(binary, smaller, [event], at, dress)
        if still and not fault:
            pack, difference = smaller, still
    return pack, difference


def without_rule(pack, victim):
    """The pack without a row, and without other rows' overriding it."""
    place = randpack.COLUMNS["rules.csv"].index("overrides")
    rows = []
    for row in pack["rules.csv"]:
        left = "|".join(one for one in row[place].split("|") if one != victim)
        if row[0] != victim:
            rows.append(row[:place] + [left] + row[place + 1:])
    return {**pack, "rules.csv": rows}


def show(seed, at, pack, difference):
    event, want, got = difference
    print(f"seed {seed}: event {event['id']} is decided differently" + (f" (--at {at})" if at else ""))
    print("  event    " + json.dumps(event, ensure_ascii=False))
    for name, value in want.items():
        if value != got[name]:
            print(f"  {name}\n    oracle {json.dumps(value, ensure_ascii=False)}"
                  f"\n    engine {json.dumps(got[name], ensure_ascii=False)}")
    for table in ("rules.csv", "items.csv"):
        print(f"  {table}: " + ",".join(randpack.COLUMNS[table]))
        for row in pack[table]:
            print("    " + ",".join(row))


def one_seed(binary, seed, arguments):
    """True when engine and oracle agree on everything of this seed."""
    rng = random.Random(seed)
    pack = randpack.make_pack(rng)
    events = randpack.make_events(rng, pack, arguments.events)
    at = randpack.make_time(rng) if randpack.chance(rng, arguments.at_share) else None
    difference, fault = both(binary, pack, events, at, seed)
    if fault:
        print(f"seed {seed}: {fault}")
        return False
    if difference:
        show(seed, at, *shrink(binary, pack, difference, at, seed))
        return False
    return True


def main():
    parser = argparse.ArgumentParser(description="engine against oracle on random packs")
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--events", type=int, default=40)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--at-share", type=int, default=20, help="per cent of seeds run with --at")
    parser.add_argument("--keep-going", action="store_true", help="report every seed, not the first only")
    arguments = parser.parse_args()
    binary = os.environ.get("TANDEM_BIN", os.path.join(HERE, "..", "..", "build", "tandem"))
    if not os.access(binary, os.X_OK):
        print(f"no program at {binary}; set TANDEM_BIN", file=sys.stderr)
        return 2
    failed = 0
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        if not one_seed(binary, seed, arguments):
            failed += 1
            if not arguments.keep_going:
                return 1
    if failed:
        return 1
    print(f"property: {arguments.seeds} packs, {arguments.seeds * arguments.events} events, no difference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
