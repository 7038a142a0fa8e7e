/* change.c: see change.h. */
#include "flow/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "flow/cache.h"
#include "flow/figures.h"
#include "flow/pause.h"
#include "flow/policies.h"
#include "flow/view.h"

#define TRIES_MAX 16
#define FEED_ROOM 192 /* a line or two */
/* Left free, so that a full record can still be put off: its version may get longer. */
#define ROOM_TO_PUT_OFF 64

/* What is looked at when it has been written stands together. */
struct run {
	/* the cache's entry, which stays while this change is on its way; NULL: it has none, or
	 * nothing is */
	struct cached *tip;
	change_apply_fn *apply;
	change_done_fn *done;
	void *arg;
	struct policy *policy; /* what decided the event, held until the change is done */
	bool need_event, has_event, has_record;
	bool guessed; /* the record came from the cache */
	int tries;
	struct bytes encoded;
	int64_t due_ms; /* before the change */
	struct change c;
	struct event event;
	struct loop_deferred later;
	char feed_room[FEED_ROOM];
};

static void run_free(struct run *r)
{
	struct arena arena = r->c.arena; /* the run lies in it */

	if (r->tip && --r->tip->tips == 0)
		cache_set_tip(r->c.flow->cache, r->tip, (struct bytes){0});
	if (r->has_event)
		event_clear(&r->event);
	policies_release(r->policy);
	buf_clear(&r->c.feed);
	arena_clear(&arena);
}

static void run_done(struct run *r, enum err e)
{
	r->done(r->arg, e, r->has_record ? &r->c : NULL);
	run_free(r);
}

static void run_load(struct run *r);
static void start_now(void *arg);
static void run_on(struct run *r, struct bytes record);

static void release_tip(struct run *r)
{
	if (!r->tip)
		return;
	r->tip->tips--;
	cache_set_tip(r->c.flow->cache, r->tip, (struct bytes){0});
	r->tip = NULL;
}

/* Written when all is done to the record: of what the hub did by itself, the state that came of it
 * is said. */
static const char *audit_lines(struct change *c)
{
	struct buf out;
	const char *lines;

	if (!c->noted_count && !c->audited_count)
		return "";
	buf_init(&out, 1 << 20);
	for (int i = 0; i < c->noted_count; i++) {
		int k = c->noted[i].notice;
		const struct notice *n = k >= 0 ? &c->record.notices[k] : NULL;

		if (out.len)
			buf_add_char(&out, '\n');
		audit_line(&(struct audited){.at_ms = c->now_ms,
					     .who = "hub",
					     .act = c->noted[i].act,
					     .seq = c->seq,
					     .notice = k,
					     .body = n ? n->body : NULL,
					     .region = c->record.region,
					     .state = n ? notice_state_name(n->state) : NULL},
			   &out);
	}
	for (int i = 0; i < c->audited_count; i++) {
		if (out.len)
			buf_add_char(&out, '\n');
		audit_line(&c->audited[i], &out);
	}
	lines = arena_strndup(&c->arena, out.data, out.len);
	buf_clear(&out);
	return lines;
}

static void on_committed(void *arg, enum err e, struct bytes current)
{
	struct run *r = arg;
	struct cache *cache = r->c.flow->cache;
	struct cached *entry = r->tip ? r->tip : cache_find(cache, r->c.seq);

	if (e == ERR_STALE) {
		r->guessed = false;
		release_tip(r);
		if (++r->tries > TRIES_MAX) {
			run_done(r, ERR_UNAVAILABLE);
			return;
		}
		if (entry)
			cache_set_record(cache, entry, current);
		run_on(r, current);
		return;
	}
	if (e == ERR_OK && r->tip && r->tip->tips == 1 && r->tip->tip)
		cache_settle_tip(cache, r->tip); /* the newest on its way is this one */
	else if (e == ERR_OK && entry)
		cache_set_record(cache, entry, r->encoded);
	if (e == ERR_OK)
		figures_touch(r->c.flow->figures, r->c.seq);
	run_done(r, e);
}

/* No two of the same: of two built on one version, what is chained on the one that loses must lose
 * too. */
static const char *next_writer(struct change *c)
{
	char room[sizeof(c->flow->writer) + DIGITS_MAX + 2];
	struct buf out;

	buf_init_in(&out, room, sizeof(room), sizeof(room) - 1);
	buf_add_str(&out, c->flow->writer);
	buf_add_int(&out, (int64_t)c->flow->writes++);
	return arena_strndup(&c->arena, out.data, out.len);
}

static void run_commit(struct run *r)
{
	struct change *c = &r->c;
	struct cached *entry = cache_find(c->flow->cache, c->seq);

	change_index_owing(c);
	struct commit_in in = {.seq = c->seq,
			       .expected_version = c->record.version,
			       .index = c->index,
			       .index_count = c->index_count,
			       .holder_body = c->holder_body,
			       .holder_notice = c->holder_notice,
			       .holder_case = c->holder_case,
			       .holder_permit = c->holder_permit,
			       .expected_writer = c->record.writer};

	c->record.version++;
	c->record.writer = next_writer(c);
	r->encoded = record_bytes(&c->record, &c->arena);
	if (!r->encoded.data ||
	    (!c->later_ms && r->encoded.len > RECORD_BYTES_MAX - ROOM_TO_PUT_OFF)) {
		run_done(r, ERR_TOO_LARGE);
		return;
	}
	in.record = r->encoded;
	in.due_ms = record_next_ms(&c->record);
	if (in.due_ms >= 0 && in.due_ms < c->later_ms)
		in.due_ms = c->later_ms;
	in.due_stands = !c->leased && in.due_ms == r->due_ms;
	if (c->touched && !c->feed.len)
		buf_printf(&c->feed, "V\t%lld\n", (long long)c->seq);
	in.feed = buf_cstr(&c->feed);
	in.audit = audit_lines(c);
	if (entry) {
		cache_set_tip(c->flow->cache, entry, in.record);
		entry->tips++;
		r->tip = entry;
	}
	in.near = (struct near){{r, &r->c, &r->c.record.notices, &r->c.feed, c->record.notices,
				 r->arg, entry ? &entry->tips : NULL, entry ? entry->tip : NULL}};
	store_commit(c->flow->store, &in, on_committed, r);
}

static bool tip_is_on_its_way(struct run *r)
{
	const struct cached *e = cache_find(r->c.flow->cache, r->c.seq);

	return e && e->tips > 0;
}

/* Read once more from the beginning: others may have written meanwhile. */
static void on_policy(void *arg, enum err e)
{
	struct run *r = arg;

	r->guessed = false;
	if (e == ERR_OK)
		start_now(r);
	else
		run_done(r, e);
}

static void run_on(struct run *r, struct bytes record)
{
	struct change *c = &r->c;
	enum err e;

	buf_reset(&c->feed);
	c->index = NULL;
	c->noted = NULL;
	c->audited = NULL;
	c->index_count = c->noted_count = c->audited_count = 0;
	c->nothing = c->touched = c->leased = false;
	c->holder_body = NULL;
	c->later_ms = 0;
	c->bytes = record.len;
	c->now_ms = clock_now_ms(&c->flow->clock);
	e = record_decode(record.data, record.len, &c->arena, &c->record);
	if (e != ERR_OK) {
		log_at(LOG_ERROR, "", "event=e%lld: the stored record cannot be read",
		       (long long)c->seq);
		run_done(r, ERR_INTERNAL);
		return;
	}
	if (!policies_at_hand(c->flow, c->record.policy)) {
		policies_recall(c->flow, c->record.policy, on_policy, r);
		return;
	}
	if (!r->policy)
		r->policy = policies_hold(c->flow, c->record.policy);
	r->has_record = true;
	r->due_ms = record_next_ms(&c->record);
	change_see_owing(c);
	e = r->apply(r->arg, c);
	/* "As wanted already" may rest on a change that is still under way: then it is written
	 * again, to wait for it. */
	if (e == ERR_OK && (!c->nothing || tip_is_on_its_way(r))) {
		run_commit(r);
	} else if (r->guessed) {
		/* another hub may have written meanwhile: what is not written is not proved either
		 */
		r->guessed = false;
		run_load(r);
	} else {
		run_done(r, e);
	}
}

static bool run_parse(struct run *r, struct bytes doc)
{
	struct diag diag;
	const char *own;

	if (r->has_event)
		return true;
	diag_init(&diag, &r->c.arena);
	own = arena_strndup(&r->c.arena, doc.data, doc.len);
	if (event_parse(own, doc.len, &r->c.flow->limits, &r->event, &diag) != ERR_OK)
		return false;
	r->has_event = true;
	r->c.event = &r->event;
	r->c.doc = (struct bytes){own, doc.len};
	return true;
}

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct run *r = arg;

	if (e == ERR_OK && (count != 1 || !items[0].record.data))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK && r->need_event && (!items[0].doc.data || !run_parse(r, items[0].doc)))
		e = ERR_INTERNAL;
	if (e != ERR_OK)
		run_done(r, e);
	else
		run_on(r, items[0].record);
}

static void run_load(struct run *r)
{
	store_load(r->c.flow->store, &r->c.seq, 1, r->need_event, on_loaded, r);
}

/* From the cache when it has the event: then nothing is read, and a wrong guess costs one more
 * round. */
static bool run_from_cache(struct run *r)
{
	struct cached *e = cache_find(r->c.flow->cache, r->c.seq);
	struct bytes record;

	if (!e || !e->record || (r->need_event && !e->doc))
		return false;
	if (r->need_event && !run_parse(r, (struct bytes){e->doc, e->doc_len}))
		return false;
	r->guessed = true;
	record = e->tip ? (struct bytes){e->tip, e->tip_len}
			: (struct bytes){e->record, e->record_len};
	run_on(r, record);
	return true;
}

static void start_now(void *arg)
{
	struct run *r = arg;

	if (!run_from_cache(r))
		run_load(r);
}

static struct run *run_new(struct flow *f, int64_t seq, bool need_event, change_apply_fn *apply,
			   change_done_fn *done, void *arg)
{
	struct arena arena;
	struct run *r;

	arena_init(&arena);
	r = arena_zalloc(&arena, sizeof(*r));
	r->c.arena = arena;
	r->c.flow = f;
	r->c.seq = seq;
	r->need_event = need_event;
	r->apply = apply;
	r->done = done;
	r->arg = arg;
	buf_init_in(&r->c.feed, r->feed_room, FEED_ROOM, 64 << 10);
	return r;
}

void change_run(struct flow *f, int64_t seq, bool need_event, change_apply_fn *apply,
		change_done_fn *done, void *arg)
{
	struct run *r = run_new(f, seq, need_event, apply, done, arg);

	r->later = (struct loop_deferred){.fn = start_now, .arg = r};
	loop_defer(f->loop, &r->later);
}

void change_run_now(struct flow *f, int64_t seq, bool need_event, change_apply_fn *apply,
		    change_done_fn *done, void *arg)
{
	start_now(run_new(f, seq, need_event, apply, done, arg));
}
