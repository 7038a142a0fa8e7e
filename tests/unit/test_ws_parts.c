/* The parts of the WebSocket layer that need no socket: queue, wheel, joining, the look at a first
 * frame, the head. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/ws.h"
#include "net/ws_first.h"
#include "net/ws_head.h"
#include "net/ws_join.h"
#include "net/ws_queue.h"
#include "net/ws_wheel.h"

/* Everything the queue gives, in writes of at most `room` gathered bytes. */
static size_t queue_drain(struct ws_queue *q, size_t room, unsigned char *out, int *ret_writes)
{
	unsigned char scratch[65536], *bytes;
	size_t total = 0, len;

	*ret_writes = 0;
	while (!ws_queue_is_empty(q)) {
		len = ws_queue_front(q, scratch, room, &bytes);
		assert_true(len > 0);
		memcpy(out + total, bytes, len);
		total += len;
		ws_queue_pop(q, len);
		(*ret_writes)++;
	}
	assert_int_equal(q->bytes, 0);
	return total;
}

static void queue_keeps_order_and_gathers(void **state)
{
	static unsigned char out[400000], want[400000];
	static char big[70000];
	struct backlog backlog = {1 << 20, 1 << 20, 0};
	struct ws_queue q = {.backlog = &backlog};
	size_t len = 0;
	int writes;

	(void)state;
	memset(big, 'b', sizeof(big));
	for (int i = 0; i < 1000; i++) {
		size_t n = i == 500 ? sizeof(big) : (size_t)(i % 130);

		ws_queue_push(&q, WS_OP_TEXT, big, n);
		len += ws_frame_head(want + len, WS_OP_TEXT, n);
		memcpy(want + len, big, n);
		len += n;
	}
	assert_true(q.bytes >= len);
	assert_int_equal(queue_drain(&q, 65536, out, &writes), len);
	assert_memory_equal(out, want, len);
	assert_true(writes <= 5);
}

static void queue_of_one_is_not_copied(void **state)
{
	struct backlog backlog = {1 << 20, 1 << 20, 0};
	struct ws_queue q = {.backlog = &backlog};
	unsigned char scratch[64], *bytes = scratch;

	(void)state;
	ws_queue_push(&q, WS_OP_PING, "t", 1);
	assert_int_equal(ws_queue_front(&q, scratch, sizeof(scratch), &bytes), 3);
	assert_ptr_not_equal(bytes, scratch);
	assert_memory_equal(bytes, "\x89\x01t", 3);
	ws_queue_clear(&q);
	assert_int_equal(q.bytes, 0);
	assert_true(ws_queue_is_empty(&q));
}

static void frame_heads(void **state)
{
	static const struct {
		size_t len;
		const char *head;
		size_t head_len;
	} rows[] = {
		{0, "\x81\x00", 2},
		{125, "\x81\x7d", 2},
		{126, "\x81\x7e\x00\x7e", 4},
		{65535, "\x81\x7e\xff\xff", 4},
		{65536, "\x81\x7f\0\0\0\0\0\1\0\0", 10},
	};
	unsigned char head[WS_FRAME_HEAD_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ws_frame_head(head, WS_OP_TEXT, rows[i].len), rows[i].head_len);
		assert_memory_equal(head, rows[i].head, rows[i].head_len);
		assert_int_equal(ws_frame_size(rows[i].len), rows[i].len + rows[i].head_len);
	}
}

struct alarm {
	struct ws_wheel_entry entry;
	int64_t at_ms;
	int rang;
};
struct alarms {
	struct ws_wheel *wheel;
	int64_t now_ms;
	struct alarm *again, *other;
};

static void on_alarm(struct ws_wheel_entry *e, void *arg)
{
	struct alarm *a = (struct alarm *)e;
	struct alarms *all = arg;

	assert_true(a->at_ms <= all->now_ms);
	assert_true(all->now_ms - a->at_ms < 20);
	a->rang++;
	if (a == all->again && a->rang < 3) {
		a->at_ms = all->now_ms + 10 * WS_WHEEL_SLOTS; /* into the slot being served */
		ws_wheel_set(all->wheel, e, a->at_ms);
	}
	if (all->other) {
		ws_wheel_unset(&all->other->entry);
		all->other = NULL;
	}
}

static void wheel_rings_in_time(void **state)
{
	static struct alarm list[2000];
	static struct ws_wheel w;
	struct alarms all = {&w, 5000, &list[0], &list[1999]};
	uint32_t r = 7;

	(void)state;
	ws_wheel_init(&w, 10, all.now_ms);
	for (int i = 0; i < 2000; i++) {
		r = r * 1664525u + 1013904223u;
		list[i].at_ms = all.now_ms + 1 + (int64_t)(r >> 8) % 9000;
		ws_wheel_set(&w, &list[i].entry, list[i].at_ms + 5000);
		ws_wheel_set(&w, &list[i].entry, list[i].at_ms); /* moved */
	}
	ws_wheel_unset(&list[5].entry);
	list[1999].at_ms = all.now_ms + 9000;
	ws_wheel_set(&w, &list[1999].entry, list[1999].at_ms);
	while (all.now_ms < 5000 + 9100 + 2 * 10 * WS_WHEEL_SLOTS + 100)
		ws_wheel_advance(&w, all.now_ms += 7, on_alarm, &all);
	assert_int_equal(list[0].rang, 3);
	for (int i = 1; i < 1999; i++)
		assert_int_equal(list[i].rang, i != 5);
	assert_int_equal(list[1999].rang, 0);
}

static void wheel_after_a_long_stop(void **state)
{
	static struct ws_wheel w;
	struct alarm a = {.at_ms = 30};
	struct alarms all = {&w, 0, NULL, NULL};

	(void)state;
	ws_wheel_init(&w, 10, 0);
	ws_wheel_set(&w, &a.entry, 1000000);
	a.at_ms = all.now_ms = 1000000 + 5;
	ws_wheel_advance(&w, 999000, on_alarm, &all);
	assert_int_equal(a.rang, 0);
	ws_wheel_advance(&w, all.now_ms, on_alarm, &all);
	assert_int_equal(a.rang, 1);
}

static enum ws_joined join(struct ws_join *j, struct ws_join_budget *b, const char *data,
			   uint64_t rest, bool final)
{
	struct ws_piece p = {data, strlen(data), rest, final, false, 1000};
	const char *text = NULL;
	size_t len = 0;
	enum ws_joined joined = ws_join_add(j, b, &p, &text, &len);

	if (joined == WS_JOIN_DONE) {
		assert_int_equal(len, 5);
		assert_memory_equal(text, "hello", 5);
		ws_join_clear(j, b);
	}
	return joined;
}

static void join_pieces(void **state)
{
	struct ws_join_budget b = {.message_bytes = 10, .fragments_max = 4, .total_bytes = 12};
	struct ws_join j = {0}, k = {0};

	(void)state;
	assert_int_equal(join(&j, &b, "hello", 0, true), WS_JOIN_DONE);
	assert_int_equal(join(&j, &b, "he", 1, false), WS_JOIN_MORE);
	assert_true(ws_join_is_older(&j, 1001));
	assert_false(ws_join_is_older(&j, 1000));
	assert_int_equal(b.held_bytes, 2);
	assert_int_equal(join(&j, &b, "l", 0, false), WS_JOIN_MORE);
	assert_int_equal(join(&j, &b, "lo", 0, true), WS_JOIN_DONE);
	assert_int_equal(b.held_bytes, 0);
	assert_false(ws_join_is_older(&j, 5000));
	/* A frame that says more than there may be is refused with its first byte. */
	assert_int_equal(join(&j, &b, "x", (uint64_t)1 << 62, true), WS_JOIN_BIG);
	assert_int_equal(join(&j, &b, "x", UINT64_MAX, true), WS_JOIN_BIG);
	assert_int_equal(join(&j, &b, "xxxxxxxxxxx", 0, true), WS_JOIN_BIG);
	assert_null(j.part);
	/* What all hold together has a bound too. */
	assert_int_equal(join(&j, &b, "xxxxxxxx", 1, true), WS_JOIN_MORE);
	assert_int_equal(join(&k, &b, "xxxxxxxx", 1, true), WS_JOIN_BUSY);
	ws_join_clear(&j, &b);
	assert_int_equal(b.held_bytes, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(join(&j, &b, "", 0, false), WS_JOIN_MORE);
	assert_int_equal(join(&j, &b, "", 0, false), WS_JOIN_FRAGMENTS);
	ws_join_clear(&j, &b);
	assert_int_equal(join(&j, &b, "\xe5\xae", 0, false), WS_JOIN_MORE);
	assert_int_equal(join(&j, &b, "x", 0, true), WS_JOIN_BAD_UTF8);
	ws_join_clear(&j, &b);
}

static void first_headers(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum ws_first_is is;
	} rows[] = {
		{"", 0, WS_FIRST_MORE},
		{"\x81", 1, WS_FIRST_MORE},
		{"\x81\x05", 2, WS_FIRST_BAD},
		{"\x81\x85", 2, WS_FIRST_GOOD},
		{"\x81\xfe\x01", 3, WS_FIRST_MORE},
		{"\x81\xfe\x01\x00", 4, WS_FIRST_GOOD},
		{"\x81\xfe\xff\xff", 4, WS_FIRST_BIG},
		{"\x81\xff\0\0\0\0\0\0\x03", 9, WS_FIRST_MORE},
		{"\x81\xff\0\0\0\0\0\0\x03\xe8", 10, WS_FIRST_GOOD},
		{"\x81\xff\x40\0\0\0\0\0\0\0", 10, WS_FIRST_BIG},
		{"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10, WS_FIRST_BIG},
		{"\x81\x7f", 2, WS_FIRST_BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			ws_first_check((const unsigned char *)rows[i].bytes, rows[i].len, 1000),
			rows[i].is);
}

static void heads(void **state)
{
	static const char good[] = "GET /ws?a=b HTTP/1.1\r\nHost: x\r\n\r\n",
			  old[] = "GET / HTTP/1.0\r\n\r\n";
	size_t len;
	char *made = ws_head_make("dGhlIHNhbXBsZSBub25jZQ==", "rest", 4, &len);

	(void)state;
	assert_int_equal(ws_head_length(good, sizeof(good) - 1), sizeof(good) - 1);
	assert_int_equal(ws_head_length(good, sizeof(good) - 2), 0);
	assert_int_equal(ws_head_length(old, sizeof(old) - 1), 0);
	assert_int_equal(ws_head_length("\r\n\r\n", 4), 0);
	assert_memory_equal(made + len - 8, "\r\n\r\nrest", 8);
	assert_int_equal(ws_head_length(made, len), len - 4);
	free(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queue_keeps_order_and_gathers),
		cmocka_unit_test(queue_of_one_is_not_copied),
		cmocka_unit_test(frame_heads),
		cmocka_unit_test(wheel_rings_in_time),
		cmocka_unit_test(wheel_after_a_long_stop),
		cmocka_unit_test(join_pieces),
		cmocka_unit_test(first_headers),
		cmocka_unit_test(heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
