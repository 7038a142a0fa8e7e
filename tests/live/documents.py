"""The hub's own documents, hub/net/openapi.yaml and asyncapi.yaml, as a judge of what it really says."""
import json
import os
import re

import jsonschema
import yaml

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
NET = os.path.join(ROOT, "hub", "net")
# The HTTP layer answers these before a call is reached; the document says so in its head.
BEFORE_THE_CALL = {400, 404, 405, 408, 411, 413, 431, 501, 503, 505}


def load(name):
    with open(os.path.join(NET, name), encoding="utf-8") as f:
        return yaml.safe_load(f)


OPENAPI, ASYNCAPI = load("openapi.yaml"), load("asyncapi.yaml")
STORE = {"openapi.yaml": OPENAPI, "asyncapi.yaml": ASYNCAPI}


class DocumentFault(AssertionError):
    pass


def hold(schema, value, where, base="openapi.yaml"):
    """Raises with the first places at which the value is not what the schema says."""
    resolver = jsonschema.RefResolver(base, STORE[base], store=STORE)
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
    worst = jsonschema.exceptions.best_match(validator.iter_errors(value))
    if worst:
        at = "/".join(map(str, worst.absolute_path))
        raise DocumentFault(f"{where} is not as {base} says, at /{at}: {worst.message[:400]}")


def routes():
    """Every (method, path) of the document, with each parameter written as *."""
    return {(method.upper(), re.sub(r"\{\w+\}", "*", path)) for path, calls in OPENAPI["paths"].items()
            for method in calls if method != "parameters"}


def find(method, path):
    path = path.split("?")[0]
    for template in sorted(OPENAPI["paths"], key=lambda t: t.count("{")):
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path):
            call = OPENAPI["paths"][template].get({"HEAD": "get"}.get(method, method.lower()))
            if call:
                return call
    return None


def template_of(method, path):
    """The document's name for the path, with {…} for what stands there."""
    call = find(method, path)
    return next(t for t in OPENAPI["paths"] if OPENAPI["paths"][t].get(method.lower()) is call)


def response_of(call, status, where):
    responses = call["responses"]
    if str(status) not in responses:
        raise DocumentFault(f"{where}: status {status} is none of {sorted(responses)}")
    found = responses[str(status)]
    if "$ref" in found:
        found = OPENAPI["components"]["responses"][found["$ref"].rsplit("/", 1)[1]]
    return found


def media_type(answer):
    return (answer.headers["Content-Type"] or "").split(";")[0]


def hold_answer(method, path, answer):
    """A live answer: its status, type, headers and body are those of the document."""
    call, where = find(method, path), f"{method} {path} {answer.status}"
    problem = OPENAPI["components"]["schemas"]["Problem"]
    if answer.status >= 400:
        if media_type(answer) != "application/problem+json":
            raise DocumentFault(f"{where}: a fault of type {media_type(answer)}")
        if method != "HEAD":
            hold(problem, answer.json, where)
            if answer.json["status"] != answer.status:
                raise DocumentFault(f"{where}: the problem names status {answer.json['status']}")
        if answer.status in (429, 503) and not re.fullmatch(r"[1-9]\d*", answer.headers["Retry-After"] or ""):
            raise DocumentFault(f"{where} has no Retry-After")
        if answer.status == 405 and not answer.headers["Allow"]:
            raise DocumentFault(f"{where} has no Allow")
        if answer.status in BEFORE_THE_CALL and (not call or str(answer.status) not in call["responses"]):
            return
    if call is None:
        raise DocumentFault(f"{where}: the document has no such call")
    content = response_of(call, answer.status, where).get("content")
    if not content:
        if answer.body:
            raise DocumentFault(f"{where}: a body where none is said")
        return
    if media_type(answer) not in content:
        raise DocumentFault(f"{where}: type {media_type(answer)} is none of {sorted(content)}")
    if media_type(answer) == "application/x-ndjson":
        for line in answer.body.splitlines():  # what is said holds for each
            hold(content[media_type(answer)]["schema"], json.loads(line), where)
    elif media_type(answer).endswith("json") and method != "HEAD":
        hold(content[media_type(answer)]["schema"], answer.json, where)


def message_schema(name):
    return ASYNCAPI["components"]["messages"][name]["payload"]


def hold_message(name, frame):
    hold(message_schema(name), frame, f"the frame {name}", "asyncapi.yaml")


def hold_frame(frame):
    """Anything the hub sends: one of the messages that it may send."""
    if "method" in frame:
        name = {"notice": "Notice", "change": "Change", "board": "Board", "bye": "Bye"}.get(frame["method"])
        if not name:
            raise DocumentFault(f"the document has no frame {frame['method']}")
        hold_message(name, frame)
    elif "error" in frame:
        hold_message("Error", frame)
    else:
        answers = [message_schema(n) for n in ("InboxOpened", "NoticeState", "EventAccepted", "BoardOpened")]
        hold({"anyOf": answers}, frame, "an answer over the WebSocket", "asyncapi.yaml")


def methods():
    """What a client may call over the WebSocket."""
    names = set()
    for message in ASYNCAPI["components"]["messages"].values():
        method = message["payload"].get("properties", {}).get("method", {}).get("const")
        if method and "Request" in message["payload"]["$ref"]:
            names.add(method)
    return names


def examples():
    """The files of tests/wire: name and content."""
    folder = os.path.join(ROOT, "tests", "wire")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                yield name, json.load(f)
