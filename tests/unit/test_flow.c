/* The flow's pure parts: ids, cursors, lines of the feed, and the scopes, cell by cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "flow/book.h"
#include "flow/feed_line.h"
#include "flow/figures.h"
#include "flow/fold.h"
#include "flow/handover.h"
#include "flow/mask.h"
#include "flow/turns.h"
#include "packdir.h"

static void ids_are_read_strictly(void **state)
{
	static const char *const bad[] = {
		"",	 "n",	  "n1",	   "n1.",	"n.1",
		"n0.1",	 "n1.1 ", "n1.1x", "N1.1",	"n01.1",
		"n1.01", "n1.00", "n-1.0", "n1.999999", "n99999999999999999999.0"};
	int64_t seq;
	int k;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(id_parse_notice(bad[i], &seq, &k));
	assert_true(id_parse_notice("n12.3", &seq, &k));
	assert_int_equal(seq, 12);
	assert_int_equal(k, 3);
	assert_true(id_parse_event("e7", &seq));
	assert_false(id_parse_event("e7.1", &seq));
	assert_false(id_parse_event("e07", &seq));
	assert_true(id_parse_event("e70", &seq));
	assert_true(id_parse_notice("n10.0", &seq, &k));
	assert_true(id_parse_delivery("d7.1", &seq, &k));
}

static void what_is_personal_is_masked(void **state)
{
	static const char *const names[][2] = {
		{"张三丰", "\"张**\""}, {"wjw", "\"w**\""}, {"", "\"**\""}, {"\"x", "\"**\""}};
	static const char *const numbers[][2] = {{"+8613900000021", "+86139****0021"},
						 {"13900000021", "139****0021"},
						 {"05398727123", "053****7123"},
						 {"87271234", "****1234"},
						 {"661234", "***234"},
						 {"110", "**0"},
						 {"", ""}};
	char masked[NUMBER_BYTES];
	struct buf out;

	(void)state;
	buf_init(&out, 64);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_reset(&out);
		mask_name(&out, names[i][0]);
		assert_string_equal(buf_cstr(&out), names[i][1]);
	}
	buf_clear(&out);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		mask_number(numbers[i][0], masked);
		assert_string_equal(masked, numbers[i][1]);
	}
}

static void cursors_order_and_refuse(void **state)
{
	static const char *const bad[] = {"",	   "1",	     "1-",	  "1-2",    "1-2.",
					  "a-2.3", "1-2.3.", "1-2.3.4.5", "-1-2.3", "1-2.3x"};
	struct cursor a, b;
	char text[CURSOR_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(cursor_parse(bad[i], &a));
	assert_true(cursor_parse("17-3.4", &a));
	assert_true(cursor_parse("17-3.10.2", &b));
	assert_int_equal(b.part, 2);
	assert_true(cursor_compare(&a, &b) < 0);
	cursor_print(&b, text);
	assert_string_equal(text, "17-3.10.2");
}

static struct feed_topic *topic_of(void *arg, const char *body, size_t len)
{
	struct feed_topic *topics = arg;

	while (topics->body &&
	       (strlen(topics->body) != len || strncmp(topics->body, body, len) != 0))
		topics++;
	return topics;
}

static void lines_are_taken_apart(void **state)
{
	struct feed_topic topics[3] = {
		{.body = (char *)(uintptr_t) "a"}, {.body = (char *)(uintptr_t) "b"}, {0}};
	struct feed_line l;

	(void)state;
	feed_line_set(&l, "1-1.0", "E\t12\tb,a", topic_of, topics);
	assert_int_equal(l.kind, 'E');
	assert_int_equal(l.seq, 12);
	assert_int_equal(l.topic_count, 2);
	assert_ptr_equal(l.topics[0], &topics[1]);
	feed_line_clear(&l);
	feed_line_set(&l, "1-1.1", "C\t12\t1\ta\tclaimed\twho\t99", topic_of, topics);
	assert_string_equal(l.state, "claimed");
	assert_string_equal(l.by, "who");
	assert_int_equal(l.at_ms, 99);
	feed_line_clear(&l);
	feed_line_set(&l, "1-1.1", "C\t12", topic_of, topics);
	assert_string_equal(l.state, "");
	feed_line_clear(&l);
}

/* Who sees the notice of wjw-371302 in an event that spj-371302 accepts and that somebody else
 * sent. */
static const struct {
	enum who who;
	const char *body;
	enum sight notice, event;
} cells[] = {
	{WHO_SUPERVISOR, "wjw-371302", SIGHT_FULL, SIGHT_FULL},
	{WHO_SUPERVISOR, "scjg-371302", SIGHT_NONE, SIGHT_FULL},
	{WHO_SUPERVISOR, "wjw-371300", SIGHT_NONE, SIGHT_NONE},
	{WHO_SUPERVISOR, "wjw-371321", SIGHT_NONE, SIGHT_NONE},
	{WHO_APPROVER, "spj-371302", SIGHT_FULL, SIGHT_FULL},
	{WHO_APPROVER, "spj-371321", SIGHT_NONE, SIGHT_NONE},
	{WHO_COORDINATOR, "znb-371300", SIGHT_MASKED, SIGHT_MASKED},
	{WHO_AUDITOR, "znb-371300", SIGHT_MASKED, SIGHT_MASKED},
	{WHO_COORDINATOR, "spj-371321", SIGHT_NONE, SIGHT_NONE},
	{WHO_ADMIN, "", SIGHT_NONE, SIGHT_NONE},
	{WHO_SYSTEM, "spj-371302", SIGHT_NONE, SIGHT_NONE},
};

static void scopes_cell_by_cell(void **state)
{
	struct notice notices[] = {{.body = "wjw-371302", .role = ROLE_LEAD},
				   {.body = "scjg-371302", .role = ROLE_ASSIST}};
	struct record r = {
		.region = "371302", .by = "a-key", .notices = notices, .notice_count = 2};
	struct event e = {.source = "/sources/x", .accepting = "spj-371302"};
	struct arena arena;
	struct diag diag;
	struct pack *pack = NULL;

	(void)state;
	arena_init(&arena);
	diag_init(&diag, &arena);
	assert_int_equal(pack_read_dir("rules/packs/linyi", &pack, &diag), ERR_OK);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct principal *p = principal_new("somebody", "/sources/other", "");

		principal_grant(p, cells[i].who, cells[i].body);
		assert_int_equal(principal_sees_notice(p, pack, &notices[0], &e, &r),
				 cells[i].notice);
		assert_int_equal(principal_sees_event(p, pack, &e, &r), cells[i].event);
		principal_unref(p);
	}
	pack_unref(pack);
	arena_clear(&arena);
}

/* Claimed in time by a lead: due, and what the body is held to, unless it is in dispute, never
 * arrived, or stands no more. */
static void what_a_body_is_held_to(void **state)
{
	const struct fact in_time = {.due_ms = 100,
				     .role = ROLE_LEAD,
				     .state = STATE_CLAIMED,
				     .flags = FACT_CLAIMED | FACT_IN_TIME};
	struct fact x = in_time;

	(void)state;
	assert_true(figure_counts(FIGURE_RANKED, &x, 50));
	assert_true(figure_counts(FIGURE_RANKED_IN_TIME, &x, 50));
	x.state = STATE_DISPUTED;
	assert_true(figure_counts(FIGURE_DUE, &x, 50));
	assert_false(figure_counts(FIGURE_RANKED, &x, 50));
	assert_false(figure_counts(FIGURE_RANKED_IN_TIME, &x, 50));
	x = in_time;
	x.role = ROLE_ASSIST;
	assert_false(figure_counts(FIGURE_RANKED, &x, 50));
	x = (struct fact){.due_ms = 100, .role = ROLE_LEAD, .state = STATE_OPEN};
	assert_false(figure_counts(FIGURE_RANKED, &x, 100));
	assert_true(figure_counts(FIGURE_RANKED, &x, 101));
	assert_false(figure_counts(FIGURE_RANKED_IN_TIME, &x, 101));
	x.flags = FACT_UNDELIVERED;
	assert_false(figure_counts(FIGURE_RANKED, &x, 101));
	x = (struct fact){
		.due_ms = 100, .role = ROLE_LEAD, .state = STATE_RETURNED, .flags = FACT_RETURNED};
	assert_true(figure_counts(FIGURE_RANKED, &x, 101)); /* a return never counts as handled */
}

static void no_cell_of_a_table_is_a_formula(void **state)
{
	static const char *const texts[][2] = {
		{"", "\"\""},
		{"a=b", "\"a=b\""},
		{"=1+1", "\"'=1+1\""},
		{"+86", "\"'+86\""},
		{"-1", "\"'-1\""},
		{"@x", "\"'@x\""},
		{"\t=1", "\"'\t=1\""},
		{"\n=1", "\"'\n=1\""},
		{"\xef\xbc\x9d"
		 "1",
		 "\"'\xef\xbc\x9d"
		 "1\""}, /* as wide as a Chinese character */
		{"\xef\xbc\x8b"
		 "1",
		 "\"'\xef\xbc\x8b"
		 "1\""},
		{"\xef\xbc\x8d"
		 "1",
		 "\"'\xef\xbc\x8d"
		 "1\""},
		{"\xef\xbc\xa0"
		 "1",
		 "\"'\xef\xbc\xa0"
		 "1\""},
		{"\xef\xbc\x88"
		 "1",
		 "\"\xef\xbc\x88"
		 "1\""},
		{"say \"x\"", "\"say \"\"x\"\"\""},
	};
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_reset(&out);
		book_csv_cell(&out, texts[i][0]);
		assert_string_equal(buf_cstr(&out), texts[i][1]);
	}
	buf_clear(&out);
}

/* Puts a code point's bytes, at most four, and a NUL; false: there is no such character. */
static bool put_char(uint32_t c, char *to)
{
	utf8proc_ssize_t len =
		c && utf8proc_codepoint_valid((utf8proc_int32_t)c)
			? utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)to)
			: 0;

	to[len] = '\0';
	return len > 0;
}

/* Of every character there is: a piece with it stands in whatever it is the same as, one by one. */
static void a_piece_is_in_every_form(void **state)
{
	struct arena arena;
	char text[8], other[8];

	(void)state;
	arena_init(&arena);
	for (uint32_t c = 1; c < 0x110000; c++) {
		bool is_twin = (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
		const char *folded, *composed;
		utf8proc_uint8_t *made;

		arena_reset(&arena);
		if (!put_char(c, text))
			continue;
		folded = fold(text, &arena);
		made = utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)text);
		assert_string_equal(folded, (const char *)made);
		free(made);
		/* The piece of a character is its own fold, or it is none. */
		if (*fold_piece(text, &arena))
			assert_string_equal(fold_piece(text, &arena), folded);
		/* Nothing that NFC takes for an ideograph is another one, but for the twins. */
		made = utf8proc_NFC((const utf8proc_uint8_t *)text);
		composed = arena_strdup(&arena, (const char *)made);
		free(made);
		if (strcmp(composed, text) != 0 && (unsigned char)*composed >= 0x80 && !is_twin)
			assert_string_equal(fold_piece(composed, &arena), "");
		if (is_twin)
			assert_string_equal(fold_piece(text, &arena), "");
	}
	assert_true(put_char(0x674e, text));
	assert_true(put_char(0xf9e1, other));
	assert_string_equal(fold(other, &arena), fold(text, &arena));
	assert_string_equal(fold_piece("\xe6\x9d\x8e x", &arena), text);
	arena_clear(&arena);
}

/* --- events of one case or permit, in the order in which they came --- */

#define COMERS 400

struct comer {
	struct turn turn;
	const char *case_id, *permit;
	bool is_slow, has_gone, has_ended;
};
struct comers {
	struct turn_list list;
	struct comer all[COMERS];
	int begun; /* so many have come */
};
static struct comers *comers;
static uint64_t chance;

static int one_of(int count)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (int)((chance >> 33) % (unsigned)count);
}

static void end_comer(struct comer *c)
{
	c->has_ended = true;
	turn_end(&comers->list, &c->turn);
}

static void comer_goes(void *arg)
{
	struct comer *c = arg;

	assert_false(c->has_gone);
	c->has_gone = true;
	for (const struct comer *b = comers->all; b < c; b++) {
		if (!strcmp(b->case_id, c->case_id) ||
		    (*c->permit && !strcmp(b->permit, c->permit)))
			assert_true(b->has_ended);
	}
	if (!c->is_slow)
		end_comer(c);
}

/* Whoever has gone and not ended ends; of several, one by chance. */
static bool end_one(void)
{
	struct comer *gone[COMERS];
	int n = 0;

	for (int i = 0; i < comers->begun; i++) {
		if (comers->all[i].has_gone && !comers->all[i].has_ended)
			gone[n++] = &comers->all[i];
	}
	if (n)
		end_comer(gone[one_of(n)]);
	return n > 0;
}

static void each_has_its_turn(void **state)
{
	static const char *const cases[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
	static const char *const permits[] = {"", "a", "b", "x", "y", "z"};

	(void)state;
	for (int round = 0; round < 50; round++) {
		comers = calloc(1, sizeof(*comers));
		assert_non_null(comers);
		for (int i = 0; i < COMERS; i++) {
			struct comer *c = &comers->all[i];

			c->case_id = cases[one_of(8)];
			c->permit = permits[one_of(6)];
			c->is_slow = one_of(3) == 0;
			c->turn = (struct turn){.go = comer_goes, .arg = c};
			comers->begun++;
			turn_take(&comers->list, &c->turn, c->case_id, c->permit);
			if (one_of(4) == 0)
				end_one();
		}
		while (end_one())
			;
		for (int i = 0; i < COMERS; i++)
			assert_true(comers->all[i].has_ended);
		assert_int_equal(comers->list.count, 0);
		for (int i = 0; i < TURN_SLOTS; i++)
			assert_null(comers->list.slots[i]);
		free(comers);
	}
}

/* Who has a notice in hand, told from its stamps and its chain. */
static void somebody_keeps_it(void **state)
{
	static const struct {
		struct stamp acknowledged, claimed;
		struct receipt chain[3];
		int count;
		const char *keeper;
	} rows[] = {
		{{.by = ""}, {.by = ""}, {{0}}, 0, ""},
		{{"a", 1, ""}, {.by = ""}, {{0}}, 0, "a"},
		{{"a", 1, ""}, {"b", 2, ""}, {{0}}, 0, "b"},
		/* handed on, also in the very moment; before it was claimed; of another notice */
		{{"a", 1, ""}, {.by = ""}, {{RECEIPT_HANDED_ON, 0, -1, 1, "a", "", "c"}}, 1, "c"},
		{{"a", 1, ""}, {"b", 3, ""}, {{RECEIPT_HANDED_ON, 0, -1, 2, "a", "", "c"}}, 1, "b"},
		{{"a", 1, ""}, {.by = ""}, {{RECEIPT_HANDED_ON, 1, -1, 2, "a", "", "c"}}, 1, "a"},
		/* all was taken back; only the claim was, behind what was handed on of it */
		{{.by = ""}, {.by = ""}, {{RECEIPT_HANDED_ON, 0, -1, 2, "a", "", "c"}}, 1, ""},
		{{"a", 1, ""},
		 {.by = ""},
		 {{RECEIPT_HANDED_ON, 0, -1, 2, "a", "", "c"},
		  {RECEIPT_HANDED_ON, 0, -1, 4, "b", "", "d"},
		  {RECEIPT_CLAIMED, 0, -1, 3, "b", "", ""}},
		 3,
		 "c"},
		{{"a", 1, ""},
		 {.by = ""},
		 {{RECEIPT_CLAIMED, 0, -1, 3, "b", "", ""},
		  {RECEIPT_HANDED_ON, 0, -1, 5, "a", "", "e"}},
		 2,
		 "e"},
	};
	struct principal *who = principal_new("c", "", "");

	(void)state;
	principal_grant(who, WHO_SUPERVISOR, "one");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct notice n[2] = {{.body = "one",
				       .acknowledged = rows[i].acknowledged,
				       .claimed = rows[i].claimed}};
		struct receipt chain[3];
		struct record r = {.notices = n,
				   .notice_count = 2,
				   .receipts = memcpy(chain, rows[i].chain, sizeof(chain)),
				   .receipt_count = rows[i].count};

		assert_string_equal(handover_keeper(&r, 0), rows[i].keeper);
		assert_int_equal(handover_is_keeper(who, &r, 0), !strcmp(rows[i].keeper, "c"));
		n[0].body = "another";
		assert_false(handover_is_keeper(who, &r, 0));
	}
	principal_unref(who);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_read_strictly),
		cmocka_unit_test(cursors_order_and_refuse),
		cmocka_unit_test(lines_are_taken_apart),
		cmocka_unit_test(what_is_personal_is_masked),
		cmocka_unit_test(scopes_cell_by_cell),
		cmocka_unit_test(what_a_body_is_held_to),
		cmocka_unit_test(a_piece_is_in_every_form),
		cmocka_unit_test(no_cell_of_a_table_is_a_formula),
		cmocka_unit_test(each_has_its_turn),
		cmocka_unit_test(somebody_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
