"""Whether the events that `tandem policy check` gives as witnesses are decided by `policy explain` just so."""
import json
import os
import subprocess

import oracle


def explain(binary, folder, findings, holder):
    path = os.path.join(folder, "..", "witness.ndjson")
    with open(path, "w", encoding="utf-8") as file:
        for finding in findings:
            file.write(json.dumps(finding["witness"], ensure_ascii=False) + "\n")
    command = [binary, "policy", "explain", folder, path] + (["--holder", holder] if holder else [])
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        return None, f"explain: exit status {done.returncode}: {done.stderr[:500]}"
    return [json.loads(line) for line in done.stdout.splitlines()], None


def rows_that_hold(pack, event):
    region = event["data"]["region"]
    item = oracle.item_row(pack, oracle.basic_code(event["data"].get("item")), region)
    return {rule["id"] for rule in pack.rules if oracle.rule_holds(pack, rule, event, item, region)}


def shows(pack, finding, decision):
    """Whether the decision is what the finding says."""
    code, name, event = finding["code"], finding["name"], finding["witness"]
    problems = {(one["code"], one.get("rule")) for one in decision["problems"]}
    leading = [one for one in decision["notices"] if one["role"] == "lead"]
    applied = {rule for one in decision["notices"] for rule in one["rules"]} | \
        set((decision["applicant"] or {"rules": []})["rules"])
    if code == "gap":
        return ("no-lead", None) in problems
    if code == "overlap":
        rows = {rule for one in leading for rule in one["rules"]}
        return ("several-leads", None) in problems and {name, finding["other"]} <= rows
    if code in ("no-body", "ambiguous"):
        return ({"ambiguous": "ambiguous-body"}.get(code, code), name) in problems
    if code == "uncovered":
        return ("unknown-item", None) in problems
    if code == "dangling" and ("unknown-item", None) in problems:  # it names an item that nobody lists
        return event["data"]["item"] in next(rule for rule in pack.rules if rule["id"] == name)["item"]
    if code == "shadowed":
        return name in rows_that_hold(pack, event) and name not in applied
    return name in rows_that_hold(pack, event)


def faults_of(binary, folder, findings):
    faults, pack = [], oracle.Pack(folder)
    for holder in {one["holder"] for one in findings if one["witness"]}:
        these = [one for one in findings if one["witness"] and one["holder"] == holder]
        decisions, fault = explain(binary, folder, these, holder)
        if fault:
            return [fault]
        for finding, decision in zip(these, decisions):
            if not shows(pack, finding, decision):
                faults.append(f"the witness does not show {finding['code']} {finding['name']} {finding['other']}: "
                              f"{json.dumps(finding['witness'], ensure_ascii=False)}")
    missing = {"gap", "overlap", "no-body", "ambiguous", "uncovered", "shadowed", "no-effect"}
    faults += [f"{one['code']} {one['name']} has no witness" for one in findings
               if one["code"] in missing and not one["witness"]]
    return faults
