"""The documents hold every route and message of the hub and no other, and the files of tests/wire are as the documents say."""
import re
import unittest

import jsonschema

import documents
from documents import ROOT


def source(name):
    with open(f"{ROOT}/hub/net/{name}", encoding="utf-8") as f:
        return f.read()


class Documents(unittest.TestCase):
    def test_every_route_and_no_other(self):
        rows = re.findall(r'\{\s*"(GET|POST|PUT|PATCH|DELETE)",\s*"(/[^"]*)", ', source("api.c"))
        self.assertGreater(len(rows), 20)
        hidden = set(rows) - documents.routes()
        self.assertFalse(hidden, f"openapi.yaml does not say {sorted(hidden)}")
        made_up = documents.routes() - set(rows)
        self.assertFalse(made_up, f"openapi.yaml says what is not there: {sorted(made_up)}")

    def test_every_method_of_the_websocket_and_no_other(self):
        table = re.search(r"methods\[\] = \{(.*?)\n\};", source("socket.c"), re.S).group(1)
        self.assertEqual(set(re.findall(r'\{\s*"([\w.]+)",\s', table)), documents.methods())

    def test_schemas_are_schemas_and_references_lead_somewhere(self):
        for base, document in documents.STORE.items():
            for name, schema in document["components"]["schemas"].items():
                jsonschema.Draft202012Validator.check_schema(schema)
            for target in self.references(document):
                where, _, path = target.partition("#")
                at = documents.STORE[where or base]
                for step in path.strip("/").split("/"):
                    self.assertIn(step, at, f"{base}: {target}")
                    at = at[step]

    def references(self, node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "$ref":
                    yield value
                else:
                    yield from self.references(value)
        elif isinstance(node, list):
            for value in node:
                yield from self.references(value)

    def test_every_schema_is_used(self):
        used = {t for d in documents.STORE.values() for t in self.references(d)}
        for name in documents.OPENAPI["components"]["schemas"]:
            self.assertTrue({f"#/components/schemas/{name}", f"openapi.yaml#/components/schemas/{name}"} & used, name)

    def test_calls_that_need_no_sign_in_are_those_open_to_all(self):
        rows = re.findall(r'\{\s*"(\w+)",\s*"(/[^"]*)",\s*(\w+),\s', source("api.c"))
        self.assertGreater(len(rows), 20)
        for method, pattern, flags in rows:
            call = documents.find(method, pattern.replace("*", "x"))
            self.assertTrue(call, (method, pattern))
            self.assertEqual(call.get("security") == [], flags == "OPEN", (method, pattern))


class Wire(unittest.TestCase):
    def test_each_file_is_as_the_documents_say(self):
        count = 0
        for name, example in documents.examples():
            with self.subTest(name):
                if "frame" in example:
                    documents.hold_message(example["message"], example["frame"])
                else:
                    method, path, status = example["answer"].split()
                    response = documents.response_of(documents.find(method, path), status, name)
                    content = next(iter(response["content"].values()))
                    documents.hold(content["schema"], example["body"], name)
            count += 1
        self.assertGreater(count, 20)

    # The same answer a second time, what a sign-in and a proxy's question get, and what needs days or a pack of its own to come about.
    UNTOLD = {"POST /api/v1/meetings 200", "POST /api/v1/policy/calendar 200", "POST /api/v1/policy/versions 200", "POST /api/v1/session 200",
              "GET /healthz 200", "GET /readyz 200", "POST /api/v1/notices/{notice}/remind 200", "POST /api/v1/disputes/{dispute}/draft 200",
              "POST /api/v1/disputes/{dispute}/draft 201"}

    def test_every_answer_that_can_be_read_has_a_file(self):
        there = {e["answer"] for _, e in documents.examples() if "answer" in e}
        promised = set()
        for path, calls in documents.OPENAPI["paths"].items():
            for method, call in calls.items():
                for status in {"200", "201"} & set(call["responses"] if method != "parameters" else ()):
                    content = documents.response_of(call, status, path).get("content", {})
                    if {"application/json", "text/csv"} & set(content):
                        promised.add(f"{method.upper()} {path} {status}")
        self.assertEqual(promised - there, self.UNTOLD)

    def test_every_message_has_a_file(self):
        there = {e["message"] for _, e in documents.examples() if "frame" in e}
        self.assertEqual(there, set(documents.ASYNCAPI["components"]["messages"]))


if __name__ == "__main__":
    unittest.main()
