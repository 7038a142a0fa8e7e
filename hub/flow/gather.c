/* gather.c: see gather.h. */
#include "flow/gather.h"

#include <stdlib.h>

#include "flow/flow.h"

#define ANSWER_BYTES_MAX ((size_t)64 << 20)
#define PROBLEM_BYTES_MAX ((size_t)4 << 20) /* of all results together; what comes behind is told in short */

struct slot {
	struct gather *gather;
	struct buf result;
};
struct gather {
	reply_fn *fn;
	void *arg;
	size_t count, waiting, problem_bytes;
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

	buf_init(&out, ANSWER_BYTES_MAX);
	buf_add_str(&out, "{\"results\":[");
	for (size_t i = 0; i < g->count; i++) {
		if (i)
			buf_add_char(&out, ',');
		buf_add(&out, g->slots[i].result.data, g->slots[i].result.len);
		buf_clear(&g->slots[i].result);
	}
	buf_add_str(&out, "]}");
	if (out.overflow) {
		buf_reset(&out);
		r.err = ERR_TOO_LARGE;
		r.status = err_http_status(r.err);
		problem_json(&out, r.err, r.status, "The answer is too large; the same events in smaller batches get it", NULL);
	}
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

/* A small body can name a great many faults, and a batch holds many bodies: their list is bounded, not their number. */
static void problem_add(struct gather *g, struct buf *out, const struct reply *r)
{
	if (r->len > PROBLEM_BYTES_MAX - g->problem_bytes) {
		problem_json(out, r->err, r->status, "Too many faults to list in one answer; sent alone, this event gets its own", NULL);
		return;
	}
	g->problem_bytes += r->len;
	buf_add(out, r->json, r->len);
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
		problem_add(s->gather, &s->result, r);
	}
	gather_seal(s->gather);
}
