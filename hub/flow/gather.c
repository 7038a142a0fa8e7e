/* gather.c: see gather.h. */
#include "flow/gather.h"

#include <stdlib.h>

/* Answers mostly come in order; those then go straight to the end of `out`, the others wait in their slots. */
struct slot {
	struct gather *gather;
	struct buf result;
	bool has_come;
};
struct gather {
	reply_fn *fn;
	void *arg;
	size_t count, waiting, next;
	struct buf out;
	struct slot slots[];
};

struct gather *gather_new(size_t count, reply_fn *fn, void *arg)
{
	struct gather *g = mem_zalloc(sizeof(*g) + count * sizeof(g->slots[0]));

	g->fn = fn;
	g->arg = arg;
	g->count = count;
	g->waiting = 1; /* until it is sealed */
	buf_init(&g->out, 64u << 20);
	buf_add_str(&g->out, "{\"results\":[");
	return g;
}

void *gather_slot(struct gather *g, size_t index)
{
	g->slots[index].gather = g;
	g->waiting++;
	return &g->slots[index];
}

static void gather_end(struct gather *g)
{
	struct reply r = { .err = ERR_OK, .status = 200, .etag = "" };

	buf_add_str(&g->out, "]}");
	r.json = buf_cstr(&g->out);
	r.len = g->out.len;
	g->fn(g->arg, &r);
	buf_clear(&g->out);
	free(g);
}

void gather_seal(struct gather *g)
{
	if (--g->waiting == 0)
		gather_end(g);
}

/* A problem document names its status itself; a good answer gets it put in front. */
static void put_result(struct buf *out, const struct reply *r)
{
	if (r->status < 400) {
		buf_add_str(out, "{\"status\":");
		buf_add_int(out, r->status);
		buf_add_char(out, ',');
		buf_add(out, r->json + 1, r->len - 1);
	} else {
		buf_add(out, r->json, r->len);
	}
}

static void begin_next(struct gather *g)
{
	if (g->next++)
		buf_add_char(&g->out, ',');
}

static void take_waiting(struct gather *g)
{
	while (g->next < g->count && g->slots[g->next].has_come) {
		struct buf *held = &g->slots[g->next].result;

		begin_next(g);
		buf_add(&g->out, held->data, held->len);
		buf_clear(held);
	}
}

void gather_on_reply(void *arg, const struct reply *r)
{
	struct slot *s = arg;
	struct gather *g = s->gather;

	if (s == &g->slots[g->next]) {
		begin_next(g);
		put_result(&g->out, r);
		take_waiting(g);
	} else {
		buf_init(&s->result, 2u << 20);
		put_result(&s->result, r);
		s->has_come = true;
	}
	gather_seal(g);
}
