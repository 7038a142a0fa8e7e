/* board_push.c: figures to the sessions that watch them. Looked at once a second, told only when
 * they differ from what was told last. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "flow/figures.h"
#include "metrics.h"
#include "net/inbox.h"

static void hash_of(const struct reply *r, unsigned char ret[16])
{
	/* The moment of counting stands in front of the figures, and is no difference. */
	const char *from = strstr(r->json, "\"total\"");
	size_t skip = from ? (size_t)(from - r->json) : 0;

	crypto_generichash(ret, 16, (const unsigned char *)r->json + skip, r->len - skip, NULL, 0);
}

void board_forget(struct inbox *b)
{
	free((void *)(uintptr_t)b->board.wish.from);
	free((void *)(uintptr_t)b->board.wish.to);
	free((void *)(uintptr_t)b->board.wish.region);
	free((void *)(uintptr_t)b->board.wish.by);
	memset(&b->board.wish, 0, sizeof(b->board.wish));
	b->board.open = false;
}

struct opening {
	struct inbox *inbox;
	reply_fn *fn;
	void *arg;
};

static void on_first(void *arg, const struct reply *r)
{
	struct opening *o = arg;
	struct board_watch *w = &o->inbox->board;

	w->asking = false;
	if (r->status == 200)
		hash_of(r, w->last);
	else
		board_forget(o->inbox);
	o->fn(o->arg, r);
	inbox_unref(o->inbox);
	free(o);
}

void board_open(struct inbox *b, const struct query_board *wish, reply_fn *fn, void *arg)
{
	struct opening *o = mem_zalloc(sizeof(*o));
	struct flow *f = b->api->flow;

	board_forget(b);
	b->board.wish = (struct query_board){.from = mem_strdup(wish->from),
					     .to = mem_strdup(wish->to),
					     .region = mem_strdup(wish->region),
					     .by = mem_strdup(wish->by)};
	b->board.open = b->board.asking = true;
	b->board.seen = figures_changes(f->figures);
	o->inbox = inbox_ref(b);
	o->fn = fn;
	o->arg = arg;
	query_board(f, b->who, &b->board.wish, on_first, o);
}

static void send_figures(struct inbox *b, const struct reply *r)
{
	struct buf out;

	buf_init(&out, r->len + 256);
	buf_add_str(&out, "{\"jsonrpc\":\"2.0\",\"method\":\"board\",\"params\":");
	buf_add(&out, r->json, r->len);
	buf_add_char(&out, '}');
	ws_send(b->conn, out.data, out.len);
	buf_clear(&out);
}

static void on_again(void *arg, const struct reply *r)
{
	struct inbox *b = arg;
	unsigned char hash[16];

	b->board.asking = false;
	if (r->status == 200 && b->conn && b->board.open) {
		hash_of(r, hash);
		if (memcmp(hash, b->board.last, sizeof(hash)) != 0) {
			memcpy(b->board.last, hash, sizeof(hash));
			metric_add(METRIC_FRAMES_SENT, 1);
			send_figures(b, r);
		}
	}
	inbox_unref(b);
}

void board_beat(struct inbox *b)
{
	struct flow *f = b->api->flow;
	uint64_t changes = figures_changes(f->figures);

	if (!b->board.open || b->board.asking || b->board.seen == changes || !b->conn)
		return;
	b->board.seen = changes;
	b->board.asking = true;
	query_board(f, b->who, &b->board.wish, on_again, inbox_ref(b));
}
