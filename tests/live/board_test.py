"""Figures, from outside: they add up, each is the length of the list it counts, each role gets its own part, changes arrive live."""
import asyncio
import csv
import datetime
import io
import json
import subprocess
import sys
import unittest

import websockets

import documents
from hub import BIN, OneHub, event, wait_until
from road_test import Rpc

LEAD, COPY = "wjw-371302", "wjw-371300"
STATES = ["open", "acknowledged", "claimed", "returned", "transferred", "disputed", "closed", "withdrawn", "superseded"]


class Board(OneHub):
    people = ("wjw", "zjj", "spj", "lxhy", "sjj", "admin", "scjg")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notices = []
        for i in range(8):
            answer = cls.hub.submit(event(f"board{i}"))
            assert answer.status == 201, answer.body
            cls.notices.append({n["body"]: n["id"] for n in answer.json["notices"]})
        cls.hub.submit(event("board-pool", item="999999999999"))
        lead = [n[LEAD] for n in cls.notices]
        feedback = {"result": "mostly", "disposal": "rectify", "checked_on": "2026-11-25", "rectify_by": "2026-12-25"}
        for notice, acts in zip(lead, [["acknowledge"], ["claim"], ["claim", ("feedback", dict(feedback, close=True))],
                                       ["claim", ("feedback", feedback)], [("return", {"reason": "not-in-scope"})],
                                       [("transfer", {"to": "zjj-371302"})], ["shown"]]):
            for act in acts:
                name, body = act if isinstance(act, tuple) else (act, {})
                answer = cls.hub.post(f"/notices/{notice}/{name}", "wjw", body)
                assert answer.status == 200, answer.body

    def board(self, user="lxhy", query=""):
        answer = self.hub.get("/board" + query, user)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def of_one_moment(self, query, ask):
        """The figures, and what is asked for between two looks at them without an event of the demo's opening in between."""
        def look():
            before, got, after = self.board(query=query), ask(), self.board(query=query)
            return (after, got) if {**before, "at": after["at"]} == after else None

        return wait_until(look, what="a moment without a new event")

    def all_of(self, path, user):
        """Every page of a list."""
        items, cursor = [], None
        while True:
            page = self.hub.get(path + ("&cursor=" + cursor if cursor else ""), user).json
            items += page["items"]
            cursor = page["next"]
            if not cursor:
                return items, page["total"]

    def test_rows_stand_by_their_keys(self):
        """Whatever a hub met first: two hubs say the same."""
        for by in ("body", "region", "item", "day"):
            keys = [r["key"] for r in self.board(query="?by=" + by)["items"]]
            self.assertEqual(keys, sorted(keys))

    def test_states_add_up_and_rates_are_right(self):
        row = next(r for r in self.board()["items"] if r["key"] == LEAD)
        for figures in [row, self.board()["total"], *self.board(query="?by=item")["items"]]:
            self.assertEqual(sum(figures[s] for s in STATES), figures["sent"])
        wanted = {"open": row["sent"] - 6, "acknowledged": 1, "claimed": 2, "closed": 1, "returned": 1, "transferred": 1,
                  "fed_back": 2, "claimed_ever": 3, "acknowledged_ever": 4, "delivered": 5, "overdue": 0}
        self.assertEqual({k: row[k] for k in wanted}, wanted)
        self.assertEqual(row["claim_rate"], round(3 / row["lead_standing"], 4))
        self.assertEqual(row["return_rate"], round(1 / row["sent"], 4))
        self.assertEqual(row["on_time_rate"], 1.0)
        self.assertEqual(row["first_hit_rate"], round(3 / row["lead_sent"], 4))
        self.assertIsNotNone(row["hours_to_claim"])
        pool = next(r for r in self.board(query="?by=item")["items"] if r["key"] == "999999999999")  # the demo has its own in the pool
        self.assertEqual((pool["pool"], pool["no_lead"], pool["sent"]), (1, 1, 1))

    def test_a_month_is_published_by_who_coordinates_once_it_is_over(self):
        this = self.board()["to"][:7]
        last = (datetime.date.fromisoformat(this + "-01") - datetime.timedelta(1)).strftime("%Y-%m")

        def ranking(method, user, month, want, region=""):
            body = {"month": month, **({} if region == "" else {"region": region})} if method == "POST" else None
            path = "/ranking/publish" if body else f"/ranking?month={month}"
            answer = self.hub.request(method, "/api/v1" + path, body, user=user)
            documents.hold_answer(method, "/api/v1" + path.partition("?")[0], answer)
            self.assertEqual(answer.status, want, answer.body)
            return answer.json

        items = ranking("GET", "lxhy", this, 200)["items"]
        self.assertEqual(next(r["sent"] for r in items if r["key"] == LEAD), next(r["sent"] for r in self.board(query=f"?from={this}-01")["items"] if r["key"] == LEAD))
        for user in ("wjw", "spj", "sjj", "admin"):
            ranking("POST", user, last, 403)
        ranking("POST", "lxhy", this, 409)
        for region in ("nowhere", 371302, None, ["371302"]):  # it is for good: what is no region is not taken for none
            ranking("POST", "lxhy", last, 422, region=region)
        self.assertEqual(ranking("GET", "lxhy", last, 200)["allowed"], ["publish"])
        self.assertEqual(ranking("POST", "lxhy", last, 200)["published"]["by"], "lxhy")
        ranking("POST", "lxhy", last, 409)
        self.assertEqual((ranking("GET", "wjw", last, 200)["published"]["by"], ranking("GET", "lxhy", last, 200)["allowed"]), ("lxhy", []))
        lines = self.hub.get("/audit?act=ranking-published", "sjj").json["items"]
        self.assertEqual([(a["who"], a["region"], a["detail"]) for a in lines], [("lxhy", "371300", last)])

    def agrees(self, user, by, key, figure):
        """A figure and its list, read one after the other; one of the demo's opening may come between the two."""
        where = "" if key is None else f"&from={key}&to={key}" if by == "day" else f"&{by}={key}"
        for _ in range(3):
            board = self.board(user, "?by=" + by)
            value = (board["total"] if key is None else next(r for r in board["items"] if r["key"] == key))[figure]
            items, total = self.all_of(f"/notices?figure={figure}&limit=7{where}", user)
            if (len(items), total) == (value, value):
                break
        self.assertEqual((len(items), total), (value, value))
        self.assertEqual(len({n["id"] for n in items}), len(items))

    def test_each_figure_is_the_length_of_its_list(self):
        figures = [k for k, v in self.board()["total"].items() if isinstance(v, int)]
        self.assertGreater(len(figures), 20)
        for user, by in (("lxhy", "body"), ("wjw", "body"), ("spj", "region"), ("lxhy", "day")):
            keys = [r["key"] for r in self.board(user, "?by=" + by)["items"]]
            for key in keys[:2] + [None]:
                for figure in figures:
                    with self.subTest(user=user, by=by, key=key, figure=figure):
                        self.agrees(user, by, key, figure)
        for state in STATES:
            items, _ = self.all_of(f"/notices?body={LEAD}&state={state}&limit=200", "wjw")
            self.assertEqual(len(items), next(r for r in self.board()["items"] if r["key"] == LEAD)[state], state)

    def test_a_notice_counts_for_the_item_it_names(self):
        """Of a registration whose scope implies several items each body hears of its own; what has none is a row with a list as well."""
        for number, scope in (("scopes", "许可项目：食品销售；烟草制品零售；飞天遁地"), ("words", "许可项目：飞天遁地")):
            registered = event("board-" + number, type="approval.registered", scope=scope)
            del registered["data"]["item"]
            self.assertEqual(self.hub.submit(registered).status, 201)

        def named():
            counted = {}
            for notice in self.all_of("/notices?figure=sent&limit=200", "lxhy")[0]:
                key = notice["item"]["code"] or "none"
                counted[key] = counted.get(key, 0) + 1
            return counted

        board, counted = self.of_one_moment("?by=item", named)
        self.assertGreaterEqual(counted["none"], 2)
        self.assertGreaterEqual(counted["000161901000"], 1)
        self.assertEqual({r["key"]: r["sent"] for r in board["items"]}, counted)
        for key in ("none", "000161901000", "000131012000"):
            self.agrees("lxhy", "item", key, "sent")

    def test_several_bodies_are_one_list(self):
        """What a row or a column of the board adds up."""
        rows = {r["key"]: r for r in self.board()["items"]}
        for figure in ("sent", "claimed_ever", "ranked", "ranked_in_time"):
            _, total = self.all_of(f"/notices?figure={figure}&limit=7&body={LEAD},{COPY},wjw-371399", "lxhy")
            now = {r["key"]: r for r in self.board()["items"]}
            self.assertLessEqual(rows[LEAD][figure] + rows[COPY][figure], total)
            self.assertLessEqual(total, now[LEAD][figure] + now[COPY][figure])
        self.assertGreater(rows[LEAD]["ranked"], 0)
        self.assertEqual(self.all_of(f"/notices?figure=sent&body={COPY},{LEAD}", "scjg"), ([], 0))

    def test_each_gets_their_own_part(self):
        keys = {r["key"] for r in self.board("wjw")["items"]}
        self.assertEqual(keys, {LEAD, COPY})
        self.assertEqual({r["key"] for r in self.board("scjg")["items"]}, {"scjg-371302"})
        self.assertIn(LEAD, {r["key"] for r in self.board("spj")["items"]})
        self.assertEqual(self.board("sjj")["region"], self.board("lxhy")["region"])
        self.assertEqual(self.board("sjj", "?by=item")["items"][0], self.board("lxhy", "?by=item")["items"][0])
        self.assertEqual(self.hub.get("/board", "admin").status, 403)
        inside = self.board("lxhy", "?region=371302&by=region")
        self.assertEqual(sum(r["sent"] for r in inside["items"]), inside["total"]["sent"])
        self.assertTrue(all(r["key"].startswith("371302") for r in inside["items"]))
        for query in ("?by=colour", "?from=2026-13-01", "?region=1", "?from=2026-02-01&to=2026-01-01"):
            self.assertEqual(self.hub.get("/board" + query, "lxhy").status, 422, query)
        self.assertEqual(self.hub.get("/notices?figure=none", "lxhy").status, 422)
        self.assertEqual(self.board(query="?from=2001-01-01&to=2001-01-31")["total"]["sent"], 0)

    def test_sheet_says_the_same(self):
        def shown(key, value):
            if value is None:
                return ""
            if key == "hours_to_claim":
                return f"{value:.1f}"
            return f"{int(value * 10000 + 0.5) // 100}%" if key.endswith("_rate") else str(value)

        board, answer = self.of_one_moment("?by=body", lambda: self.hub.get("/board.csv?by=body", "lxhy"))
        self.assertTrue(answer.headers["Content-Type"].startswith("text/csv"))
        head, *rows = csv.reader(io.StringIO(answer.body.decode("utf-8-sig")))
        end = rows.index([])
        self.assertEqual(head[:3], ["编码", "名称", "已告知"])
        self.assertEqual([r[1] for r in rows[:end]], [r["name"] or r["key"] for r in board["items"]] + ["合计"])
        for line, row in zip(rows[:end], board["items"] + [board["total"]]):
            figures = {k: v for k, v in row.items() if k not in ("key", "name")}
            self.assertEqual(line[2:], [shown(k, v) for k, v in figures.items()])
        self.assertEqual([r[0] for r in rows[end + 1:]], ["筛选条件", "导出时间", "导出人", "行数"])
        self.assertEqual(rows[end + 1][1], f"from={board['from']}; to={board['to']}; by=body")
        self.assertEqual([r[1] for r in rows[end + 3:]], ["lxhy", str(end)])
        self.assertEqual(self.hub.get("/board.xlsx?by=day&lang=en", "lxhy").body[:2], b"PK")
        self.assertEqual(self.hub.get("/board.csv?by=colour", "lxhy").status, 422)
        self.assertEqual(self.hub.get("/board.csv?from=soon", "lxhy").status, 422)

    def test_counted_anew_by_a_command_it_is_the_same(self):
        def by_command(by):
            said = subprocess.run([BIN, "figures", "--by", by, "--json", "--data", self.hub.data], capture_output=True, text=True)
            self.assertEqual(said.returncode, 0, said.stderr)
            return json.loads(said.stdout)

        for by in ("body", "region", "item", "day"):
            board, counted = self.of_one_moment(f"?by={by}", lambda by=by: by_command(by))
            self.assertEqual({**counted, "at": board["at"]}, board)
        wrong = subprocess.run([BIN, "figures", "--by", "colour", "--data", self.hub.data], capture_output=True, text=True)
        self.assertEqual((wrong.returncode, wrong.stdout), (2, ""))
        self.assertIn("by", wrong.stderr)

    def test_a_sheet_is_written_down_and_a_look_is_not(self):
        lines = lambda: [a for a in self.hub.get("/audit?act=export", "sjj").json["items"] if a["detail"].startswith("board.csv")]
        before = len(lines())
        self.board()
        self.assertEqual(len(lines()), before)
        sheet = self.hub.get("/board.csv?by=region&from=2026-01-01&region=371302", "wjw")
        rows = list(csv.reader(io.StringIO(sheet.body.decode("utf-8-sig")))).index([]) - 1
        after = lines()
        self.assertEqual(len(after), before + 1)
        self.assertEqual((after[0]["who"], after[0]["region"]), ("wjw", "371302"))
        self.assertRegex(after[0]["detail"], rf"^board\.csv, {rows} rows, from=2026-01-01, to=\d{{4}}-\d\d-\d\d, region=371302, by=region$")

    def test_live(self):
        async def run():
            url, options = self.hub.socket_url("lxhy")
            async with websockets.connect(url, **options) as connection:
                rpc = Rpc(connection)
                first = (await rpc.call("board.open", {"region": "371302"}))["result"]
                self.hub.submit(event("board-live"))
                pushed = await rpc.push("board")
                while pushed["total"]["sent"] == first["total"]["sent"]:
                    pushed = await rpc.push("board")
                self.assertGreater(pushed["total"]["sent"], first["total"]["sent"])
                self.assertEqual((await rpc.call("board.open", {"by": "x"}))["error"]["code"], 422)
        asyncio.run(run())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=1)
