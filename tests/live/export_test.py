"""Lists as files for office programs, from outside: the same rows as the list, ids as text, no formulas, nobody else's notices, audited."""
import concurrent.futures
import contextlib
import csv
import http.client
import io
import json
import os
import re
import signal
import socket
import unittest
import zipfile
from urllib.parse import unquote
from xml.etree import ElementTree

import documents
from hub import LIMIT_S, Hub, OneHub, event, wait_until

LEAD, OTHER = "wjw-371302", "zjj"
FORMULA = '=HYPERLINK("http://example.invalid","x")'
LONG_CASE = "371302202611230001"
FOOT = ["筛选条件", "导出时间", "导出人", "行数"]


class Export(OneHub):
    people = ("wjw", "zjj", "spj", "lxhy", "sjj", "admin")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        odd = {"kind": "entity", "name": FORMULA + "\t\u0001<&>", "code": "91320105780688132K"}
        for number, data in (("x1", {"case": LONG_CASE}), ("x2", {"applicant": odd}), ("x3", {"item": "999999999999"}),
                             ("x4", {"applicant": {"kind": "person", "name": "欧阳示例"}}),
                             ("x5", {"applicant": {**odd, "name": "宽体＿乙＾\uffff丙"}})):
            assert cls.hub.submit(event(number, **data)).status == 201
        for i in range(600):  # more than a page of the export
            assert cls.hub.submit(event(f"many{i}", type="approval.changed")).status == 201

    def get(self, path, user):
        answer = self.hub.get(path, user)
        documents.hold_answer("GET", "/api/v1" + path, answer)
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def csv_of(self, path, user):
        """Head, rows and foot."""
        body = self.get(path, user).body
        self.assertTrue(body.startswith(b"\xef\xbb\xbf"))
        self.assertEqual(body.count(b"\n"), body.count(b"\r\n"))
        return self.parts(list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))))

    def xlsx_of(self, path, user):
        """The same; every cell has to be text."""
        book = zipfile.ZipFile(io.BytesIO(self.get(path, user).body))
        self.assertIsNone(book.testzip())
        rows, last = [], 0
        for row in ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).findall(".//{*}row"):
            rows += [[] for _ in range(last + 1, int(row.get("r")))]
            last = int(row.get("r"))
            rows.append([])
            for cell in row:
                self.assertEqual((cell.get("t"), cell.find("{*}f")), ("inlineStr", None), cell.get("r"))
                column = ord(re.match("[A-Z]", cell.get("r"))[0]) - ord("A")
                rows[-1] += [""] * (column - len(rows[-1])) + ["".join(cell.itertext())]
        width = len(rows[0])
        return self.parts([r + [""] * (width - len(r)) if i < rows.index([]) else r for i, r in enumerate(rows)])

    def parts(self, rows):
        blank = rows.index([])
        foot = {r[0]: r[1] for r in rows[blank + 1:]}
        self.assertEqual(int(foot.get("行数") or foot["Rows"]), blank - 1)
        return [dict(zip(rows[0], r)) for r in rows[1:blank]], foot

    def all_of(self, path, user):
        items, cursor = [], ""
        while cursor is not None:
            page = self.hub.get(f"{path}limit=200&cursor={cursor}", user).json
            items += page["items"]
            cursor = page["next"]
        return items

    def test_the_rows_are_those_of_the_list_in_its_order(self):
        for query in ("", "state=open&", "due=overdue&", "q=x1&", f"body={LEAD}&role=lead&"):
            for read, kind in ((self.csv_of, "csv"), (self.xlsx_of, "xlsx")):
                wanted, after = None, [n["id"] for n in self.all_of("/notices?" + query, "wjw")]
                while wanted != after:  # the demo's own event may come in between
                    wanted = after
                    rows, _ = read(f"/notices.{kind}?{query}", "wjw")
                    after = [n["id"] for n in self.all_of("/notices?" + query, "wjw")]
                self.assertEqual([r["告知编号"] for r in rows], wanted, (kind, query))
        self.assertGreater(len(self.all_of("/notices?", "wjw")), 600)

    def test_ids_stay_whole(self):
        rows, _ = self.xlsx_of("/notices.xlsx?role=lead", "wjw")
        row = next(r for r in rows if r["受理编号"] == LONG_CASE)
        self.assertEqual((row["事项编码"], row["统一社会信用代码"]), ("370123020001", "91320105780688132K"))
        self.assertEqual((row["单位"], row["职责"], row["状态"]), ("兰山区卫生健康局", "主管", "待签收"))
        self.assertRegex(row["签收时限"], r"^\d{4}-\d\d-\d\d 23:59:59$")
        rows, _ = self.csv_of("/notices.csv?role=lead", "wjw")
        row = next(r for r in rows if r["受理编号"] == "'" + LONG_CASE)
        self.assertEqual(row["事项编码"], "'370123020001")

    def paper(self, path, user):
        """The rows of a paper's workbook, without empty cells: what is a number there, as one. Its CSV has the same rows."""
        rows = list(csv.reader(io.StringIO(self.get(path.replace("{}", "csv"), user).body.decode("utf-8-sig"), newline="")))
        book = zipfile.ZipFile(io.BytesIO(self.get(path.replace("{}", "xlsx"), user).body))
        sheet = []
        for row in ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).findall(".//{*}row"):
            sheet.append([int(c.find("{*}v").text) if c.get("t") is None else "".join(c.itertext()) for c in row])
            self.assertFalse(row.findall(".//{*}f"))
        plain = [[c[1:] if c.startswith("'") else c for c in r] for r in rows if r]
        self.assertEqual([r[0] for r in plain], [str(r[0]) for r in sheet])
        return sheet

    @staticmethod
    def advised(rows):
        """Whom the figures suggest something about, in the report's order: poor in time, much returned, not reached."""
        rows = [r for r in rows if not r["key"].startswith(("pool:", "spj-"))]
        late = [r["name"] for r in rows if r["ranked"] >= 10 and r["ranked_in_time"] * 1000 // r["ranked"] < 800]
        returned = [r["name"] for r in rows if r["sent"] >= 10 and r["returned_ever"] * 5 >= r["sent"]]
        return late + returned + [r["name"] for r in rows if r["undelivered"]]

    def test_papers_are_what_their_calls_say(self):
        month = self.hub.get("/reconciliation", "lxhy").json["month"]
        report = self.paper(f"/report.{{}}?month={month}", "lxhy")
        total = self.hub.get(f"/board?from={month}-01", "lxhy").json["total"]
        figures = {r[0]: r[1:] for r in reversed(report)}
        self.assertEqual(figures["已告知"], [total["sent"], 0])
        self.assertEqual(figures["认领率"][0], f"{int(total['claim_rate'] * 10000 + .5) // 100}%")
        self.assertIn(["999999999999", 1], report)
        parts = [r[0] for r in report if r[0][:2] in ("一、", "二、", "三、", "四、", "五、")]
        self.assertEqual(parts, ["一、概况", "二、排名（不足 10 件不排名）", "三、监管空白", "四、未了结的争议", "五、建议"])
        advice = report[[r[0] for r in report].index("五、建议") + 1:[r[0] for r in report].index("附：各单位")]
        disputes = len(self.hub.get("/disputes?state=open", "lxhy").json["items"])
        gaps = advice.index([f"{disputes} 件争议未了结，建议提请联席会议裁定。"])
        self.assertIn(["999999999999", "有 1 件曾无主，建议明确主管单位并补充规则。"], advice[:gaps])
        self.assertTrue(all("曾无主" in r[1] for r in advice[:gaps]))
        self.assertEqual([r[0] for r in advice[gaps + 1:]], self.advised(self.hub.get(f"/board?from={month}-01", "lxhy").json["items"]))
        english = self.paper(f"/report.{{}}?month={month}&lang=en", "lxhy")
        self.assertIn(["999999999999", "had 1 without a lead. Name who is responsible and add a rule."], english)
        empty = self.paper("/report.{}?month=2001-01", "lxhy")
        self.assertIn(["五、建议"], empty)
        self.assertEqual(self.hub.get("/report.xlsx?month=2026-13", "lxhy").status, 422)

        statement = self.paper(f"/reconciliation.{{}}?month={month}&bureau=spj-371302", "spj")
        bureau = next(b for b in self.hub.get("/reconciliation", "spj").json["items"] if b["bureau"]["id"] == "spj-371302")
        self.assertIn(["中枢收到办件事件", str(bureau["taken"])], statement)
        told = {r[1]: r[2] for r in statement if len(r) > 10 and isinstance(r[2], int)}
        self.assertEqual(told, {d["body"]["id"]: d["told"] for d in bureau["departments"]})
        self.assertFalse([r for r in statement if r[0] == "审批局" and r[1] != bureau["bureau"]["name"]])

        held = {"date": f"{month}-01", "title": "联席会议导出", "decisions": [{"text": "=更新名单", "owner": LEAD, "due": f"{month}-02"}]}
        meeting = self.hub.post("/meetings", "lxhy", held).json
        minutes = self.paper(f"/meetings/{meeting['id']}/minutes.{{}}", "lxhy")
        self.assertEqual(minutes[0], ["联席会议导出", f"{month}-01"])
        self.assertEqual(minutes[3][:3], ["=更新名单", "兰山区卫生健康局", f"{month}-02"])
        self.assertEqual(self.hub.get(f"/meetings/{meeting['id']}/minutes.csv", "spj").status, 404)
        self.assertEqual(self.hub.get("/meetings/agenda.x/minutes.csv", "lxhy").status, 404)
        agenda = self.paper("/meetings/agenda.{}", "lxhy")
        self.assertIn(["999999999999", 1], agenda)
        self.assertIn("=更新名单", [r[0] for r in agenda])
        self.assertEqual(self.hub.get("/meetings/agenda.csv", "wjw").status, 403)
        lines = [a["detail"] for a in self.hub.get("/audit?act=export", "sjj").json["items"] if a["who"] in ("lxhy", "spj")]
        for what in ("report.xlsx, ", "statement.csv, ", "minutes.xlsx, ", "agenda.csv, "):
            self.assertTrue(any(line.startswith(what) for line in lines), (what, lines))

    def test_no_cell_is_a_formula(self):
        rows, _ = self.csv_of("/notices.csv?q=HYPERLINK", "wjw")
        self.assertTrue(rows)
        self.assertTrue(all(r["企业名称"].startswith("'" + FORMULA) for r in rows))
        rows, _ = self.xlsx_of("/notices.xlsx?q=HYPERLINK", "wjw")  # which holds that none is, and that the XML can be read
        self.assertTrue(all(r["企业名称"].startswith(FORMULA) and "<&>" in r["企业名称"] for r in rows))

    def test_only_what_xml_cannot_hold_becomes_a_blank(self):
        rows, _ = self.xlsx_of("/notices.xlsx?q=%E5%AE%BD%E4%BD%93", "wjw")
        self.assertEqual({r["企业名称"] for r in rows}, {"宽体＿乙＾   丙"})

    def test_nobody_gets_what_is_not_theirs(self):
        own = {n["id"] for n in self.all_of("/notices?", OTHER)}
        rows, _ = self.xlsx_of("/notices.xlsx?", OTHER)
        self.assertEqual({r["告知编号"] for r in rows}, own)
        self.assertFalse({r["单位"] for r in rows} & {"兰山区卫生健康局"})
        foreign = self.hub.get(f"/notices.xlsx?body={LEAD}", OTHER)
        missing = self.hub.get("/notices.xlsx?body=nobody-371302", OTHER)
        self.assertEqual((foreign.status, foreign.body), (missing.status, missing.body))
        self.assertEqual(foreign.status, 404)
        self.assertEqual(self.hub.get("/notices.csv", "admin").status, 403)
        self.assertEqual(self.hub.request("GET", "/api/v1/notices.csv").status, 401)

    def test_masked_as_the_list_is(self):
        told = self.all_of("/cases?q=TESTx4&", "lxhy")
        rows, _ = self.xlsx_of("/cases.xlsx?q=TESTx4", "lxhy")
        self.assertEqual([r["企业名称"] for r in rows], [c["applicant"]["name"] for c in told])
        self.assertEqual(rows[0]["企业名称"], "欧**")
        self.assertEqual(self.csv_of("/cases.csv?q=TESTx4", "spj")[0][0]["企业名称"], "欧阳示例")

    def test_cases_stand_once_and_say_who_was_told(self):
        rows, _ = self.csv_of("/cases.csv?", "spj")
        cases = [r["受理编号"] for r in rows]
        self.assertEqual(len(cases), len(set(cases)))
        self.assertGreater(len(cases), 600)
        row = next(r for r in self.xlsx_of("/cases.xlsx?q=" + LONG_CASE, "spj")[0])
        self.assertIn("兰山区卫生健康局", row["被告知单位"].split("; "))
        self.assertEqual(len(row["各单位状态"].split("; ")), len(row["被告知单位"].split("; ")))

    def test_pool_and_disputes(self):
        for path, user, column in (("/pool", "wjw", "告知编号"), ("/disputes", "lxhy", "争议编号")):
            wanted = [x["id"] for x in self.all_of(path + "?", user)]
            self.assertTrue(wanted, path)
            for read, kind in ((self.csv_of, "csv"), (self.xlsx_of, "xlsx")):
                rows = read(f"{path}.{kind}", user)[0]
                self.assertEqual([r[column] for r in rows], wanted)
                self.assertEqual({r.get("单位", "认领池") for r in rows}, {"认领池"})

    def test_the_foot_says_what_it_is(self):
        rows, foot = self.xlsx_of("/notices.xlsx?state=open&role=lead", "wjw")
        self.assertEqual(list(foot), FOOT)
        self.assertEqual((foot["筛选条件"], foot["导出人"]), ("state=open; role=lead", "wjw"))
        self.assertRegex(foot["导出时间"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$")
        rows, foot = self.csv_of("/notices.csv?q=x1&lang=en", "wjw")
        self.assertEqual({r["State"] for r in rows}, {"To acknowledge"})
        self.assertEqual(foot["Filter"], "q=x1")
        name = unquote(self.get("/notices.xlsx?q=x1", "wjw").headers["Content-Disposition"])
        self.assertRegex(name, r"^attachment; filename\*=UTF-8''告知清单_\d{8}-\d{4}\.xlsx$")

    def test_each_is_in_the_audit_log_without_what_was_searched_for(self):
        self.get("/cases.csv?q=x2&state=open", "spj")
        line = self.hub.get("/audit?act=export&who=spj&limit=1", "sjj").json["items"][0]
        self.assertEqual((line["who"], line["act"]), ("spj", "export"))
        self.assertEqual(line["detail"], "cases.csv, 1 rows, q=*, state=open")
        self.assertNotIn("x2", str(line))

    def test_bad_filters_are_named_and_leave_nothing(self):
        for path, place in (("/notices.xlsx?state=asleep", "state"), ("/notices.csv?due=never", "due"), ("/cases.csv?from=yesterday", "from"),
                            ("/disputes.csv?state=x", "state"), ("/notices.csv?lang=fr", "lang")):
            answer = self.hub.get(path, "lxhy" if "dispute" in path else "wjw")
            documents.hold_answer("GET", "/api/v1" + path, answer)
            self.assertEqual(answer.status, 422, path)
            self.assertIn(place, answer.json["errors"][0]["pointer"])

    def test_a_client_that_goes_away_leaves_nothing_behind(self):
        head = self.hub.request("HEAD", "/api/v1/notices.csv", user="wjw")
        self.assertEqual((head.status, head.body), (200, b""))
        request = f"GET /api/v1/notices.csv HTTP/1.1\r\nHost: x\r\nCookie: {self.hub.cookies['wjw']}\r\n\r\n".encode()
        for patience in (0, 1000):
            with contextlib.closing(socket.create_connection(("127.0.0.1", self.hub.port))) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                sock.sendall(request)
                if patience:
                    self.assertTrue(sock.recv(patience))
        wait_until(lambda: not any("export-" in x for x in self.hub.open_files()), what="the end of the files")
        self.assertEqual([n for n in os.listdir(self.hub.data) if n.startswith("export")], [])
        self.get("/notices.csv?q=x1", "wjw")

    def test_further_ones_wait_and_the_hub_goes_on(self):
        """Whoever asks while others are made is told to come again, and afterwards there is room."""
        answers = []

        def eight():
            """Until they were at once at the hub too."""
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                answers.extend(pool.map(lambda _: self.hub.get("/notices.xlsx", "wjw"), range(8)))
            return 503 in {a.status for a in answers}
        wait_until(eight, what="more than may be at once")
        self.assertLessEqual({a.status for a in answers}, {200, 503})
        for answer in answers:
            documents.hold_answer("GET", "/api/v1/notices.xlsx", answer)
        self.get("/notices.xlsx", "wjw")


class Bounds(unittest.TestCase):
    """On a hub of its own: the limit on rows, and an end while a slow client reads."""

    def test_past_the_limit_it_says_so(self):
        with Hub(environment={"TANDEM_EXPORT_ROWS": "3"}) as hub:
            hub.sign_in("wjw", "spj", "sjj")
            for i in range(4):
                self.assertEqual(hub.submit(event(f"limit{i}")).status, 201)
            for kind in ("csv", "xlsx"):
                answer = hub.get(f"/notices.{kind}?q=TESTlimit", "wjw")
                documents.hold_answer("GET", f"/api/v1/notices.{kind}", answer)
                self.assertEqual((answer.status, answer.json["detail"]), (413, "More than 3 rows: narrow the filter"))
                self.assertEqual(hub.get(f"/notices.{kind}?q=TESTlimit1", "wjw").status, 200)
            self.assertEqual(len(hub.get("/audit?act=export", "sjj").json["items"]), 2)

    def test_rows_of_any_length_are_all_there(self):
        """500 rows, as a sheet reads them, are more than one answer holds: what JSON has to escape is six times as long."""
        with Hub(environment={"TANDEM_BATCH_SIZE": "64MiB"}) as hub:
            hub.sign_in("wjw", "spj")
            firm = {"kind": "entity", "name": "\u0001" * 8192, "code": "\u0001" * 8192}
            body = json.dumps([event(f"long{i}", applicant=firm) for i in range(400)]).encode()
            answer = hub.request("POST", "/api/v1/events", body, {"Content-Type": "application/cloudevents-batch+json"}, "spj")
            self.assertEqual([one["status"] for one in answer.json["results"]], [201] * 400)
            for path, user in (("notices", "wjw"), ("notices?figure=sent", "wjw"), ("cases", "spj")):
                name, _, query = path.partition("?")
                sheet = hub.get(f"/{name}.csv?q=TESTlong&{query}", user)
                documents.hold_answer("GET", f"/api/v1/{name}.csv", sheet)
                self.assertEqual(sheet.status, 200, sheet.body)
                cells = {cell for row in csv.reader(io.StringIO(sheet.body.decode("utf-8-sig"))) for cell in row[:2]}
                self.assertLessEqual({f"TESTlong{i}" for i in range(400)}, cells, path)

    def test_a_report_has_all_disputes_also_more_than_a_page(self):
        with Hub() as hub:
            hub.sign_in("spj", "lxhy")
            body = json.dumps([event(f"open{i}", item="999999999999") for i in range(600)]).encode()
            self.assertEqual(hub.request("POST", "/api/v1/events", body, {"Content-Type": "application/cloudevents-batch+json"}, "spj").status, 200)

            def sheet(path):
                return list(csv.reader(io.StringIO(hub.get(path, "lxhy").body.decode("utf-8-sig"))))

            def disputed(rows):
                return [r[0] for r in rows if re.fullmatch(r"u\d+\.\d+", r[0] if r else "")]
            wait_until(lambda: len(disputed(sheet("/disputes.csv?state=open"))) > 600, what="a dispute of each")
            all_of_them, report = disputed(sheet("/disputes.csv?state=open")), sheet("/report.csv?month=2026-11")
            self.assertEqual(disputed(report), all_of_them)
            self.assertIn([f"{len(all_of_them)} 件争议未了结，建议提请联席会议裁定。"], report)
            self.assertEqual([r[0] for r in report if r and r[0][:2] in ("四、", "五、", "附：")], ["四、未了结的争议", "五、建议", "附：各单位"])

    def test_a_drain_finishes_what_a_slow_client_reads(self):
        with Hub() as hub:
            hub.sign_in("wjw", "spj")
            batch = {"Content-Type": "application/cloudevents-batch+json"}
            firm = {"kind": "entity", "name": "示例慢读有限公司" * 30}  # so that few rows are more than the sockets hold
            body = json.dumps([event(f"slow{i}", applicant=firm) for i in range(2000)]).encode()
            self.assertEqual(hub.request("POST", "/api/v1/events", body, batch, "spj").status, 200)
            with contextlib.closing(socket.create_connection(("127.0.0.1", hub.port))) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
                sock.sendall(f"GET /api/v1/notices.csv?lang=en HTTP/1.1\r\nHost: x\r\nCookie: {hub.cookies['wjw']}\r\n\r\n".encode())
                response = http.client.HTTPResponse(sock)
                response.begin()
                start = response.read(1000)
                hub.process.send_signal(signal.SIGTERM)
                wait_until(lambda: "drain" in hub.log_text(), what="the drain")
                rows = list(csv.reader(io.StringIO((start + response.read()).decode("utf-8-sig"))))
            self.assertEqual(rows[-1][0], "Rows")
            self.assertEqual(int(rows[-1][1]), rows.index([]) - 1)
            self.assertGreaterEqual(int(rows[-1][1]), 2000)
            self.assertEqual(hub.process.wait(LIMIT_S), 0)


if __name__ == "__main__":
    unittest.main()
