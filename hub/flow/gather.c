/* gather.c: see gather.h. */
#include "flow/gather.h"

#include <stdlib.h>

struct slot {
	struct gather *gather;
	struct buf result;
};
struct gather {
	reply_fn *fn;
	void *arg;
	size_t count, waiting;
	struct slot slots[];
};

struct gather *gather_new(size_t count, reply_fn *fn, void *arg)
{
	struct gather *g = mem_zalloc(sizeof(*g) + count * sizeof(g->slots[0]));

	g->fn = fn;
	g->arg = arg;
	g->count = count;
	g->waiting = 1; /* until it is sealed */
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
	struct buf out;

	buf_init(&out, 64u << 20);
	buf_add_str(&out, "{\"results\":[");
	for (size_t i = 0; i < g->count; i++) {
		if (i)
			buf_add_char(&out, ',');
		buf_add(&out, g->slots[i].result.data, g->slots[i].result.len);
		buf_clear(&g->slots[i].result);
	}
	buf_add_str(&out, "]}");
	r.json = buf_cstr(&out);
	r.len = out.len;
	g->fn(g->arg, &r);
	buf_clear(&out);
	free(g);
}

void gather_seal(struct gather *g)
{
	if (--g->waiting == 0)
		gather_end(g);
}

/* A problem document names its status itself; a good answer gets it put in front. */
void gather_on_reply(void *arg, const struct reply *r)
{
	struct slot *s = arg;

	buf_init(&s->result, 2u << 20);
	if (r->status < 400) {
		buf_printf(&s->result, "{\"status\":%d,", r->status);
		buf_add(&s->result, r->json + 1, r->len - 1);
	} else {
		buf_add(&s->result, r->json, r->len);
	}
	gather_seal(s->gather);
}
