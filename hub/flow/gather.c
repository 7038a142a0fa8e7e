/* gather.c: see gather.h. */
#include "flow/gather.h"

#include <stdlib.h>

#include "flow/flow.h"

#define ANSWER_BYTES_MAX ((size_t)64 << 20)
/* as many as most results have: there is room for them from the beginning, so that the answer is
 * not moved as it grows */
#define RESULT_BYTES 512
/* of all results together; what comes behind is told in short */
#define PROBLEM_BYTES_MAX ((size_t)4 << 20)

/* Answers mostly come in order; those then go straight to the end of `out`, the others wait in
 * their slots. */
struct slot {
	struct gather *gather;
	struct buf result;
	bool has_come;
};
struct gather {
	reply_fn *fn;
	void *arg;
	size_t count, waiting, next, problem_bytes;
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
	buf_init(&g->out, ANSWER_BYTES_MAX);
	buf_reserve(&g->out, count * RESULT_BYTES);
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
	struct reply r = {.err = ERR_OK, .status = 200, .etag = ""};

	buf_add_str(&g->out, "]}");
	if (g->out.overflow) {
		buf_reset(&g->out);
		r.err = ERR_TOO_LARGE;
		r.status = err_http_status(r.err);
		problem_json(&g->out, r.err, r.status,
			     "The answer is too large; the same events in smaller batches get it",
			     NULL);
	}
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

/* A small body can name a great many faults, and a batch holds many bodies: their list is bounded,
 * not their number. */
static void put_problem(struct gather *g, struct buf *out, const struct reply *r)
{
	static const char too_many[] =
		"Too many faults to list in one answer; sent alone, this event gets its own";
	struct fault whole = {.where = "", .what = too_many};
	struct diag diag = {.first = &whole, .last = &whole, .count = 1};

	if (r->len > PROBLEM_BYTES_MAX - g->problem_bytes) {
		problem_json(out, r->err, r->status, too_many,
			     r->err == ERR_INVALID ? &diag : NULL);
		return;
	}
	g->problem_bytes += r->len;
	buf_add(out, r->json, r->len);
}

/* A problem document names its status itself; a good answer gets it put in front. */
static void put_result(struct gather *g, struct buf *out, const struct reply *r)
{
	if (r->status < 400) {
		buf_add_str(out, "{\"status\":");
		buf_add_int(out, r->status);
		buf_add_char(out, ',');
		buf_add(out, r->json + 1, r->len - 1);
	} else {
		put_problem(g, out, r);
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
		put_result(g, &g->out, r);
		take_waiting(g);
	} else {
		buf_init(&s->result, 2u << 20);
		put_result(g, &s->result, r);
		s->has_come = true;
	}
	gather_seal(g);
}
