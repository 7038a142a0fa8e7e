/* api_trial.c: what would be decided about an event, or about each of a list of them; nothing is
 * stored and nobody is told. */
#include <string.h>

#include "decide.h"
#include "flow/gather.h"
#include "net/api.h"

#define TRIAL_EVENTS_MAX 200 /* the body's limit bounds how long they take */
#define ANSWER_BYTES_MAX ((size_t)4 << 20)

/* With a body's name: why and why not that body. */
static enum err put_trial(struct call *c, const struct event *e, struct buf *out)
{
	const struct pack *pack = c->api->flow->pack;
	const char *body = call_query(c, "body");
	struct decide_in in = {.at_ms = clock_now_ms(&c->api->flow->clock)};
	struct decision d;

	if (*body)
		return explain_body(pack, e, &in, body, true, out);
	decide(pack, e, &in, c->req->arena, &d);
	decision_to_json(pack, e, &d, out);
	return ERR_OK;
}

static void try_one(struct call *c, struct bytes text, reply_fn *fn, void *arg)
{
	struct reply r = {.etag = ""};
	const char *wrong = "The event has faults";
	struct event e;
	struct diag diag;
	struct buf out;

	diag_init(&diag, c->req->arena);
	buf_init(&out, ANSWER_BYTES_MAX);
	r.err = event_parse(text.data, text.len, &c->api->flow->limits, &e, &diag);
	if (r.err == ERR_OK) {
		wrong = "No such body";
		r.err = put_trial(c, &e, &out);
		event_clear(&e);
	}
	r.status = err_http_status(r.err);
	if (r.err != ERR_OK)
		problem_json(&out, r.err, r.status, wrong, &diag);
	r.json = buf_cstr(&out);
	r.len = out.len;
	fn(arg, &r);
	buf_clear(&out);
}

static void try_many(struct call *c)
{
	struct event_part *parts;
	struct gather *g;
	struct diag diag;
	size_t count;
	enum err e;

	diag_init(&diag, c->req->arena);
	e = event_split(c->req->body, c->req->body_len, false, &c->api->flow->limits, c->req->arena,
			&parts, &count, &diag);
	if (e == ERR_OK && count > TRIAL_EVENTS_MAX) {
		e = ERR_TOO_LARGE;
		diag_add(&diag, "", "more events than the limit of a trial, which is %d",
			 TRIAL_EVENTS_MAX);
	}
	if (e != ERR_OK) {
		call_faults(c, e, "The list of events cannot be tried", &diag);
		return;
	}
	g = gather_new(count, call_on_reply, c);
	for (size_t i = 0; i < count; i++)
		try_one(c, (struct bytes){parts[i].data, parts[i].len}, gather_on_reply,
			gather_slot(g, i));
	gather_seal(g);
}

void api_policy_explain(struct call *c)
{
	const char *body = c->req->body;

	if (body[strspn(body, " \t\r\n")] != '[')
		try_one(c, (struct bytes){body, c->req->body_len}, call_on_reply, c);
	else if (*call_query(c, "body"))
		reply_invalid(call_on_reply, c, "body", "can be asked about one event alone");
	else
		try_many(c);
}
