/* intake.c: see intake.h. One job an event; it lives from the bytes to the answer. */
#include "flow/intake.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "flow/cache.h"
#include "flow/correct.h"
#include "flow/deadline.h"
#include "flow/decided.h"
#include "flow/figures.h"
#include "flow/policy_shadow.h"
#include "flow/sources.h"
#include "flow/view.h"
#include "metrics.h"

/* What is looked at when it has been taken stands together. */
struct job {
	struct flow *flow;
	reply_fn *fn;
	void *arg;
	int64_t seq;
	struct pack *pack;
	struct principal *who;
	int status;	     /* of the answer */
	int unmatched;	     /* clauses of the scope */
	const char *holder;  /* of an earlier notice, NULL none or not asked */
	const char *earlier; /* events of the case, as the store knew them */
	struct bytes doc;
	char *dumped; /* the document when the bytes as they came will not do */
	struct arena arena;
	struct event event;
	struct record record;
	struct accept_in in;
	struct turn turn;
};

static void job_free(struct job *j)
{
	struct arena arena = j->arena; /* the job itself lives in it */

	event_clear(&j->event);
	free(j->dumped);
	pack_unref(j->pack);
	principal_unref(j->who);
	arena_clear(&arena);
}

static void job_refuse(struct job *j, enum err e, int status, const char *detail,
		       const struct diag *diag)
{
	struct buf out;
	struct reply r = {.err = e, .status = status, .etag = ""};

	buf_init(&out, 1 << 20);
	problem_json(&out, e, status, detail, diag);
	r.json = buf_cstr(&out);
	r.len = out.len;
	if (status < 500)
		metric_add(METRIC_EVENTS_REFUSED, 1);
	j->fn(j->arg, &r);
	buf_clear(&out);
	job_free(j);
}

static void job_say(struct job *j)
{
	/* Ids and codes only, so that it is the same by any version: the one that decided a
	 * repeated event need not be at hand. */
	struct view v = {
		.pack = j->flow->pack, .event = &j->event, .record = &j->record, .seq = j->seq};
	struct reply r = {.err = ERR_OK, .status = j->status, .etag = ""};
	struct buf out;

	buf_init_brief(&out, 1 << 20);
	view_accepted(&v, &out);
	r.json = buf_cstr(&out);
	r.len = out.len;
	j->fn(j->arg, &r);
	buf_clear(&out);
	job_free(j);
}

static void on_noted(void *arg, enum err e)
{
	if (e == ERR_OK)
		job_say(arg);
	else
		job_refuse(arg, e, err_http_status(e),
			   "The event was taken, its number was not noted; send it again", NULL);
}

static void job_answer(void *arg, enum err e)
{
	struct job *j = arg;
	struct source_note note = {.event = &j->event, .is_repeat = j->status == 200};

	if (e != ERR_OK)
		job_refuse(
			j, e, err_http_status(e),
			"A higher version of the case is known, and this one still stands; send it again",
			NULL);
	else if (sources_number(&j->event, &note.number))
		sources_note(j->flow, &note, on_noted, j);
	else
		job_say(j);
}

static void job_remember(struct job *j, int64_t seq)
{
	struct view v = {.pack = j->pack, .event = &j->event, .record = &j->record, .seq = seq};
	struct cached *c;
	struct buf common;

	buf_init_brief(&common, VIEW_COMMON_BYTES);
	view_common(&v, &common);
	c = cache_put(j->flow->cache, seq, j->doc, (struct bytes){common.data, common.len});
	cache_set_record(j->flow->cache, c, j->in.record);
	buf_clear(&common);
}

/* The other way round. Whether what was earlier is corrected or not, the event is taken: the mark
 * on it stands until it is. */
static void on_corrected(void *arg, enum err e)
{
	struct job *j = arg;

	(void)e;
	correct_outdated(j->flow,
			 &(struct outdated){.seq = j->seq, .event = &j->event, .list = j->earlier},
			 job_answer, j);
}

static void taken_new(struct job *j, const struct accept_out *out)
{
	metric_add(METRIC_EVENTS_ACCEPTED, 1);
	metric_add(METRIC_NOTICES_MADE, j->record.notice_count);
	metric_add(METRIC_SCOPE_UNMATCHED, j->unmatched);
	policies_shadow(j->flow->policies,
			&(struct shadow_event){
				.pack = j->pack,
				.event = &j->event,
				.seq = out->seq,
				.in = {.at_ms = j->record.accepted_ms, .holder = j->holder}});
	job_remember(j, out->seq);
	figures_touch(j->flow->figures, out->seq);
	j->status = 201;
	j->earlier = arena_strdup(&j->arena, out->earlier);
	if (j->record.correcting) { /* whoever has the answer sees what came of it */
		correct_earlier(j->flow, out->seq, &j->event, on_corrected, j);
		return;
	}
	if (j->in.due_ms >= 0)
		deadline_kick(j->flow->deadline, j->in.due_ms);
	on_corrected(j, ERR_OK);
}

static void on_repeated_case(void *arg, enum err e, const char *list)
{
	struct job *j = arg;
	const struct outdated o = {.seq = j->seq, .event = &j->event, .list = list ? list : ""};

	if (e != ERR_OK)
		job_answer(j, e);
	else
		correct_outdated(j->flow, &o, job_answer, j);
}

/* The first time may have ended between taking it and finding it outdated. */
static void taken_before(struct job *j, struct bytes record)
{
	metric_add(METRIC_EVENTS_REPEATED, 1);
	j->status = 200;
	if (record_decode(record.data, record.len, &j->arena, &j->record) != ERR_OK)
		job_refuse(j, ERR_INTERNAL, 500, "The stored record cannot be read", NULL);
	else if (j->record.superseded_by)
		job_answer(j, ERR_OK);
	else
		store_find_case(j->flow->store, j->event.case_id, on_repeated_case, j);
}

static void on_accepted(void *arg, enum err e, const struct accept_out *out)
{
	struct job *j = arg;

	if (e != ERR_OK) {
		job_refuse(j, e, err_http_status(e), "The event was not taken; send it again",
			   NULL);
		return;
	}
	j->seq = out->seq;
	switch (out->result) {
	case ACCEPT_NEW:
		taken_new(j, out);
		return;
	case ACCEPT_REPEAT:
		taken_before(j, out->record);
		return;
	case ACCEPT_CONFLICT:
		job_refuse(j, ERR_CONFLICT, 409,
			   "This source and id were used before with other content", NULL);
		return;
	}
}

static void job_identity(struct job *j)
{
	struct buf canon;
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, sizeof(j->in.identity));
	crypto_generichash_update(&st, (const unsigned char *)j->event.source,
				  strlen(j->event.source) + 1);
	crypto_generichash_update(&st, (const unsigned char *)j->event.id, strlen(j->event.id));
	crypto_generichash_final(&st, j->in.identity, sizeof(j->in.identity));
	buf_init_brief(&canon, 2 << 20);
	event_canonical(&j->event, &canon);
	crypto_generichash(j->in.fingerprint, sizeof(j->in.fingerprint),
			   (const unsigned char *)canon.data, canon.len, NULL, 0);
	buf_clear(&canon);
}

static void job_store(struct job *j, const char *holder)
{
	struct decide_in in = {.at_ms = clock_now_ms(&j->flow->clock), .holder = holder};
	struct decision decision;

	job_identity(j);
	j->holder = holder ? arena_strdup(&j->arena, holder) : NULL;
	decide(j->pack, &j->event, &in, &j->arena, &decision);
	j->unmatched = decision.unmatched_count;
	decided_record(j->flow,
		       &(struct decided){.pack = j->pack,
					 .event = &j->event,
					 .decision = &decision,
					 .by = j->who->name,
					 .at_ms = in.at_ms},
		       &j->arena, &j->record);
	j->in.record = record_bytes(&j->record, &j->arena);
	j->in.case_id = j->event.case_id;
	j->in.type = event_type_name(j->event.type);
	j->in.version = j->event.version;
	j->in.permit = correct_permit(&j->event);
	j->in.doc = j->doc;
	j->in.bodies = decided_bodies(&j->record, &j->arena);
	j->in.body_count = j->record.notice_count;
	j->in.due_ms = record_next_ms(&j->record);
	j->in.near = (struct near){{j, &j->pack, &j->doc, &j->event.case_id, &j->event.accepting,
				    &j->record, j->record.notices,
				    j->record.notice_count > 1 ? &j->record.notices[1] : NULL}};
	store_accept(j->flow->store, &j->in, on_accepted, j);
}

static void on_holder(void *arg, enum err e, const char *body)
{
	struct job *j = arg;

	if (e == ERR_OK) {
		job_store(j, body);
		turn_end(&j->flow->turns, &j->turn);
		return;
	}
	turn_end(&j->flow->turns, &j->turn);
	job_refuse(j, e, err_http_status(e), "The event was not taken; send it again", NULL);
}

static void on_turn(void *arg)
{
	struct job *j = arg;

	if (decide_needs_holder(j->pack, &j->event)) {
		store_find_holder(j->flow->store, j->event.case_id, j->event.permit_number,
				  on_holder, j);
		return;
	}
	job_store(j, NULL);
	turn_end(&j->flow->turns, &j->turn);
}

/* --- while no events are taken: what was taken before has its answer, which needs no room --- */

static void on_looked(void *arg, enum err e, const struct accept_out *out)
{
	struct job *j = arg;
	const char *no_room = store_is_short(j->flow->store, ROOM_FOR_ACTS);

	if (e == ERR_NOT_FOUND)
		job_refuse(j, ERR_UNAVAILABLE, 503, no_room ? no_room : "Send it again", NULL);
	else
		on_accepted(j, e, out);
}

static void job_look(struct job *j)
{
	job_identity(j);
	store_find_accepted(j->flow->store, &j->in, on_looked, j);
}

static void job_go(struct job *j)
{
	if (!principal_may_submit(j->who, j->event.source)) {
		job_refuse(j, ERR_FORBIDDEN, 403, "This source is not one you may send for", NULL);
		return;
	}
	if (!policies_are_settled(j->flow->policies)) {
		job_refuse(j, ERR_UNAVAILABLE, 503,
			   "The policy in force is still being read; send it again", NULL);
		return;
	}
	if (store_is_short(j->flow->store, ROOM_FOR_ACTS)) {
		job_look(j);
		return;
	}
	j->pack = pack_ref(j->flow->pack);
	if (!j->flow->turns.count && !decide_needs_holder(j->pack, &j->event)) {
		job_store(j, NULL); /* nearly always */
		return;
	}
	j->turn = (struct turn){.go = on_turn, .arg = j};
	turn_take(&j->flow->turns, &j->turn, j->event.case_id, j->event.permit_number);
}

static struct job *job_new(struct flow *f, struct principal *who, reply_fn *fn, void *arg)
{
	struct arena arena;
	struct job *j;

	arena_init(&arena);
	j = arena_zalloc(&arena, sizeof(*j));
	j->flow = f;
	j->who = principal_ref(who);
	j->fn = fn;
	j->arg = arg;
	j->arena = arena;
	return j;
}

/* Search looks at the stored bytes, so text must stand there in the one way jansson writes it. */
static bool has_escapes(struct bytes raw)
{
	return memchr(raw.data, '\\', raw.len) != NULL;
}

static void job_dump(struct job *j, struct bytes raw)
{
	json_t *root = json_loadb(raw.data, raw.len, 0, NULL);

	j->dumped = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (!j->dumped)
		abort();
	j->doc = (struct bytes){j->dumped, strlen(j->dumped)};
}

static const char *detail_of(enum err e)
{
	return e == ERR_SYNTAX ? "The body is not JSON"
			       : "The event has faults; nothing was stored";
}

void intake_submit(struct flow *f, struct principal *who, struct bytes raw, reply_fn *fn, void *arg)
{
	struct job *j = job_new(f, who, fn, arg);
	struct diag diag;
	enum err e;

	diag_init(&diag, &j->arena);
	e = event_parse(raw.data, raw.len, &f->limits, &j->event, &diag);
	if (e != ERR_OK) {
		job_refuse(j, e, err_http_status(e), detail_of(e), &diag);
		return;
	}
	if (has_escapes(raw))
		job_dump(j, raw);
	else
		j->doc = raw;
	job_go(j);
}

struct text_job {
	char *text;
	reply_fn *fn;
	void *arg;
};

static void on_text_reply(void *arg, const struct reply *r)
{
	struct text_job *t = arg;

	t->fn(t->arg, r);
	free(t->text);
	free(t);
}

void intake_submit_json(struct flow *f, struct principal *who, json_t *root, reply_fn *fn,
			void *arg)
{
	struct text_job *t = mem_zalloc(sizeof(*t));

	t->text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
	t->fn = fn;
	t->arg = arg;
	json_decref(root);
	if (!t->text)
		t->text = mem_strdup("null"); /* params that are not there: no event */
	intake_submit(f, who, (struct bytes){t->text, strlen(t->text)}, on_text_reply, t);
}

/* --- intake from the stream: the same road; the entry is done only when the event is on disk or
 * refused for good; a 500 says nothing about the event, it is tried again --- */

struct stream_job {
	struct flow *flow;
	struct principal *who;
	char *entry, *text;
};

static void on_stream_reply(void *arg, const struct reply *r)
{
	struct stream_job *s = arg;

	if (r->status != 503) { /* that is told by whatever is away, and the entry comes again */
		struct buf out;

		buf_init(&out, 1 << 20);
		buf_printf(&out, "{\"status\":%d,\"answer\":", r->status);
		buf_add(&out, r->json, r->len);
		buf_add_char(&out, '}');
		if (r->status < 500)
			store_intake_done(s->flow->store, s->entry, buf_cstr(&out));
		else
			store_intake_failed(s->flow->store, s->entry, buf_cstr(&out));
		buf_clear(&out);
	}
	principal_unref(s->who);
	free(s->entry);
	free(s->text);
	free(s);
}

static void on_stream_event(void *arg, const char *entry_id, struct bytes event)
{
	struct stream_job *s = mem_zalloc(sizeof(*s));

	s->flow = arg;
	s->who = principal_new("stream", "", "");
	principal_grant(s->who, WHO_SYSTEM, "");
	s->entry = mem_strdup(entry_id);
	if (!event.data) {
		reply_invalid(on_stream_reply, s, "event", "is a field that the entry has not");
		return;
	}
	s->text = mem_alloc(event.len + 1);
	memcpy(s->text, event.data, event.len);
	s->text[event.len] = '\0';
	intake_submit(s->flow, s->who, (struct bytes){s->text, event.len}, on_stream_reply, s);
}

void intake_start_stream(struct flow *f)
{
	store_intake_start(f->store, on_stream_event, f);
}
