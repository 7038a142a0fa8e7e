#!/usr/bin/env python3
"""Holds the oracle against the worked decisions, the deadline vectors and credit codes known to be good.

With TANDEM_BIN set, the engine has to reproduce the same worked decisions.
"""
import json
import os
import sys

import compare
import oracle

WORKED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worked")
DEADLINES = [("2025-01-24", 2, "2025-01-27"), ("2025-01-27", 3, "2025-02-07"), ("2025-09-26", 2, "2025-09-29"),
             ("2025-09-30", 5, "2025-10-14"), ("2025-12-31", 2, "2026-01-05"), ("2026-02-13", 2, "2026-02-24"),
             ("2026-02-14", 5, "2026-02-28"), ("2026-04-30", 2, "2026-05-07"), ("2026-09-24", 7, "2026-10-12"),
             ("2026-09-30", 10, "2026-10-20"), ("2024-02-08", 2, "2024-02-18"), ("2024-09-13", 3, "2024-09-19")]
GOOD_CODES = ["11370800004234373R", "11440232MB2D06811W", "91230500MA1B3N1N2M", "91320105780688132K",
              "11341702730007167P"]


def check_decisions(found, who):
    with open(os.path.join(WORKED, "decisions.ndjson"), encoding="utf-8") as file:
        wanted = [json.loads(line) for line in file if line.strip()]
    faults = [f"{who}: {len(found)} decisions, {len(wanted)} wanted"] if len(found) != len(wanted) else []
    for want, got in zip(wanted, found):
        if compare.normal(want) != compare.normal(got):
            faults.append(f"{who}: {want['event']['id']}\n  wanted {json.dumps(want, ensure_ascii=False)}"
                          f"\n  found  {json.dumps(got, ensure_ascii=False)}")
    return faults


def check_vectors(pack):
    faults = []
    for day, count, want in DEADLINES:
        due = oracle.deadline(pack, oracle.parse_time(day + "T10:00:00+08:00"), f"{count}wd")
        if oracle.print_time(due) != want + "T23:59:59+08:00" or due[1]:
            faults.append(f"{day} + {count}wd is {oracle.print_time(due)}, not {want}")
    for code in GOOD_CODES:
        if not oracle.credit_code_is_good(code):
            faults.append(f"{code} is a good code")
        wrong = code[:9] + ("1" if code[9] != "1" else "2") + code[10:]
        if oracle.credit_code_is_good(wrong):
            faults.append(f"{wrong} is a bad code")
    return faults


def main():
    pack = oracle.Pack(WORKED)
    events_file = os.path.join(WORKED, "events.ndjson")
    with open(events_file, encoding="utf-8") as file:
        events = oracle.read_events(file.read())
    faults = check_vectors(pack)
    faults += check_decisions([oracle.decide(pack, event) for event in events], "oracle")
    binary = os.environ.get("TANDEM_BIN")
    if binary and os.access(binary, os.X_OK):
        found, fault = compare.run_binary(binary, WORKED, events_file, None)
        faults += ["engine: " + fault] if fault else check_decisions(found, "engine")
    print("\n".join(faults) or f"oracle: {len(events)} worked decisions and {len(DEADLINES)} deadlines hold")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
