/*
 * policies.c: see policies.h. The steps are looked at twice a second; what follows from them is
 * done one thing after another: the folder taken in, the policy in force put in its place, what is
 * due activated, earlier ones read back.
 */
#include "flow/policies_in.h"

#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/policy_shadow.h"
#include "flow/recount.h"

#define TICK_MS	  500
#define BY_FOLDER "folder"

static void settle(struct policies *ps);

struct policies *policies_new(struct flow *f)
{
	struct policies *ps = mem_zalloc(sizeof(*ps));

	ps->flow = f;
	arena_init(&ps->arena);
	ps->folder = "";
	ps->waiting_last = &ps->waiting;
	buf_init(&ps->offered_content, PACK_CONTENT_BYTES);
	policy_keep(ps, policy_get(ps, pack_view(f->pack)->version), f->pack);
	ps->shadowing = shadow_new(ps);
	return ps;
}

void policies_free(struct policies *ps)
{
	for (int i = 0; i < ps->count; i++)
		pack_unref(ps->list[i]->pack);
	shadow_free(ps->shadowing);
	pack_unref(ps->offered);
	buf_clear(&ps->offered_content);
	loop_timer_free(ps->tick);
	arena_clear(&ps->arena);
	free(ps);
}

bool policies_are_settled(const struct policies *ps)
{
	return ps->settled;
}

bool policies_are_read(const struct policies *ps)
{
	return ps->settled && ps->names_read && !ps->loading;
}

const struct pack *flow_pack_of(const struct flow *f, const char *version)
{
	struct policy *p;

	if (!strcmp(pack_view(f->pack)->version, version))
		return f->pack;
	p = policy_find(f->policies, version);
	if (!p || !p->pack)
		return f->pack;
	p->used_at = ++f->policies->uses;
	return p->pack;
}

/* The next load may bring it again: whoever borrows a pack works by it at once, or holds it. */
static void keep_few(struct policies *ps, const struct policy *fresh)
{
	while (ps->kept_count > POLICIES_KEPT_MAX) {
		struct policy *oldest = NULL;

		for (int i = 0; i < ps->count; i++) {
			struct policy *p = ps->list[i];

			if (p->pack && !p->holds && p != fresh && p != ps->force &&
			    p != ps->shadow && !p->scheduled &&
			    (!oldest || p->used_at < oldest->used_at))
				oldest = p;
		}
		if (!oldest)
			return;
		policy_let_go(ps, oldest);
	}
}

void policy_keep(struct policies *ps, struct policy *p, struct pack *pack)
{
	p->used_at = ++ps->uses;
	if (p->pack)
		return;
	p->pack = pack_ref(pack);
	ps->kept_count++;
	keep_few(ps, p);
}

void policy_let_go(struct policies *ps, struct policy *p)
{
	ps->kept_count -= p->pack != NULL;
	pack_unref(p->pack);
	p->pack = NULL;
}

/* What is decided from now on is decided by it; whoever is deciding just now holds a reference to
 * the one before. */
static void put_in_force(struct policies *ps)
{
	struct flow *f = ps->flow;
	struct pack *was = f->pack;

	ps->settled = true;
	if (was == ps->force->pack)
		return;
	f->pack = pack_ref(ps->force->pack);
	if (strcmp(pack_view(was)->version, pack_view(f->pack)->version) != 0)
		log_at(LOG_INFO, "", "policy in force: %s", pack_view(f->pack)->version);
	pack_unref(was);
	recount_look(f->recount);
}

/* --- writing --- */

struct write {
	struct policies *ps;
	int known;
	struct buf step;
	fresh_fn *fn;
	void *arg;
};

static void on_written(void *arg, enum err e, const char *text)
{
	struct write *w = arg;
	struct policies *ps = w->ps;

	(void)text;
	ps->writing = false;
	if (e == ERR_OK && ps->step_count == w->known)
		policy_step_take(ps, (struct bytes){w->step.data, w->step.len});
	settle(ps);
	w->fn(w->arg, e);
	buf_clear(&w->step);
	free(w);
}

void policies_write(struct policies *ps, const struct step_write *in, fresh_fn *fn, void *arg)
{
	const struct pack_view *v = pack_view(ps->flow->pack);
	const struct policy_step *st = &in->step;
	struct write *w = mem_zalloc(sizeof(*w));
	struct buf act, line;

	buf_init(&w->step, 16384);
	buf_init(&act, 64);
	buf_init(&line, 16384);
	w->ps = ps;
	w->known = ps->step_count;
	w->fn = fn;
	w->arg = arg;
	policy_step_print(st, &w->step);
	buf_printf(&act, "policy-%s%s", step_kind_name(st->kind),
		   st->accepts_standing ? "-standing" : "");
	audit_line(&(struct audited){.at_ms = st->at_ms,
				     .who = st->by,
				     .act = buf_cstr(&act),
				     .notice = -1,
				     .region = v->regions[v->jurisdiction].code,
				     .detail = st->version},
		   &line);
	ps->writing = true;
	store_policy_step(ps->flow->store,
			  &(struct policy_step_in){.known = w->known,
						   .step = {w->step.data, w->step.len},
						   .audit = {line.data, line.len},
						   .keeps = in->keeps,
						   .version = st->version,
						   .content = in->content,
						   .answer = in->answer},
			  on_written, w);
	buf_clear(&act);
	buf_clear(&line);
}

static void on_own_step(void *arg, enum err e)
{
	if (e == ERR_STALE)
		policies_fresh(arg, NULL, NULL);
	else if (e != ERR_OK)
		log_at(LOG_WARN, "",
		       "a step of the policies could not be written (%s); it is tried again",
		       err_name(e));
}

/* --- what follows from the steps --- */

static bool takes_folder(struct policies *ps)
{
	const char *version;
	struct step_write w = {.keeps = STEP_KEEPS_PACK,
			       .content = {ps->offered_content.data, ps->offered_content.len}};

	if (!ps->offered)
		return false;
	version = pack_view(ps->offered)->version;
	policy_keep(ps, policy_get(ps, version), ps->offered);
	if (!strcmp(ps->folder, version)) {
		pack_unref(ps->offered);
		ps->offered = NULL;
		buf_reset(&ps->offered_content);
		return false;
	}
	w.step = (struct policy_step){.kind = STEP_ACTIVATED,
				      .version = version,
				      .by = BY_FOLDER,
				      .why = "",
				      .folder = version,
				      .at_ms = clock_now_ms(&ps->flow->clock)};
	policies_write(ps, &w, on_own_step, ps);
	return true;
}

/* Of several that are due the one for the earliest time comes first. */
static bool activates_due(struct policies *ps)
{
	int64_t now_ms = clock_now_ms(&ps->flow->clock);
	const struct policy_step *due = NULL;

	for (int i = 0; i < ps->count; i++) {
		const struct policy_step *st = ps->list[i]->scheduled;

		if (st && st->for_ms <= now_ms && (!due || st->for_ms < due->for_ms))
			due = st;
	}
	if (!due)
		return false;
	policies_write(ps,
		       &(struct step_write){.step = {.kind = STEP_ACTIVATED,
						     .version = due->version,
						     .by = due->by,
						     .why = due->why,
						     .folder = "",
						     .at_ms = now_ms}},
		       on_own_step, ps);
	return true;
}

/* What could not be read is tried again at the next tick when Redis was away, else only if it is
 * the one in force. */
static void on_loaded(void *arg, enum err e, struct pack *pack)
{
	struct policies *ps = arg;
	struct policy *p = ps->loading;

	ps->loading = NULL;
	p->is_lost = e != ERR_OK && e != ERR_UNAVAILABLE;
	if (e != ERR_OK)
		return;
	policy_keep(ps, p, pack);
	settle(ps);
}

static void load(struct policies *ps, struct policy *p)
{
	ps->loading = p;
	policy_with_pack(ps, p->version, on_loaded, ps);
}

/* The newest first: when there are more than are kept, those are asked for. */
static void load_earlier(struct policies *ps)
{
	if (ps->shadow && !ps->shadow->pack && !ps->shadow->is_lost) {
		load(ps, ps->shadow);
		return;
	}
	for (int i = ps->count - 1; i >= 0 && ps->kept_count < POLICIES_KEPT_MAX; i--) {
		struct policy *p = ps->list[i];

		if (!p->pack && p->is_stored && !p->is_lost && (p->activated || !p->submitted)) {
			load(ps, p);
			return;
		}
	}
}

static void settle(struct policies *ps)
{
	if (ps->stopped || !ps->names_read || ps->writing || ps->loading ||
	    !store_is_up(ps->flow->store) || takes_folder(ps))
		return;
	if (ps->force && ps->force->pack)
		put_in_force(ps);
	else if (ps->force)
		load(ps, ps->force);
	if (!ps->loading && !activates_due(ps))
		load_earlier(ps);
}

/* --- reading --- */

static void read_steps(struct policies *ps);

static void serve(struct policies *ps, enum err e)
{
	struct fresh_wait *w = ps->served, *next;

	ps->served = NULL;
	for (; w; w = next) {
		next = w->next;
		w->fn(w->arg, e);
		free(w);
	}
}

static void on_steps(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct policies *ps = arg;
	int from = (int)total - count;
	bool more = false;

	ps->reading = false;
	for (int i = 0; e == ERR_OK && i < count; i++) {
		if (from + i == ps->step_count) {
			policy_step_take(ps, lines[i]);
			more = true;
		}
	}
	if (more) { /* perhaps not all came at once */
		read_steps(ps);
		return;
	}
	if (e == ERR_OK)
		settle(ps);
	serve(ps, e);
	if (ps->waiting)
		policies_fresh(ps, NULL, NULL);
}

static void read_steps(struct policies *ps)
{
	ps->reading = true;
	store_policy_steps(ps->flow->store, ps->step_count, on_steps, ps);
}

void policies_fresh(struct policies *ps, fresh_fn *fn, void *arg)
{
	if (fn) {
		struct fresh_wait *w = mem_alloc(sizeof(*w));

		*w = (struct fresh_wait){NULL, fn, arg};
		*ps->waiting_last = w;
		ps->waiting_last = &w->next;
	}
	if (ps->reading)
		return;
	ps->served = ps->waiting;
	ps->waiting = NULL;
	ps->waiting_last = &ps->waiting;
	read_steps(ps);
}

static void on_names(void *arg, enum err e, const struct bytes *names, int count, int64_t total)
{
	struct policies *ps = arg;

	(void)total;
	for (int i = 0; e == ERR_OK && i < count; i++)
		policy_get(ps, names[i].data)->is_stored = true;
	ps->names_read = e == ERR_OK;
	if (e == ERR_OK)
		policies_fresh(ps, NULL, NULL);
}

static void on_tick(void *arg)
{
	struct policies *ps = arg;

	if (!store_is_up(ps->flow->store))
		return;
	shadow_flush(ps->shadowing);
	if (ps->names_read)
		policies_fresh(ps, NULL, NULL);
	else
		store_policy_names(ps->flow->store, on_names, ps);
}

void policies_start(struct policies *ps)
{
	struct buf content;

	buf_init(&content, PACK_CONTENT_BYTES);
	pack_canonical(ps->flow->pack, &content);
	if (!ps->offered)
		policies_offer_folder(ps, ps->flow->pack,
				      (struct bytes){content.data, content.len});
	buf_clear(&content);
	ps->tick = loop_timer_new(ps->flow->loop, on_tick, ps);
	loop_timer_start(ps->tick, 0, TICK_MS);
}

void policies_stop(struct policies *ps)
{
	ps->stopped = true;
	shadow_flush(ps->shadowing);
	if (ps->tick)
		loop_timer_stop(ps->tick);
}

void policies_offer_folder(struct policies *ps, struct pack *pack, struct bytes content)
{
	pack_unref(ps->offered);
	ps->offered = pack_ref(pack);
	buf_reset(&ps->offered_content);
	buf_add(&ps->offered_content, content.data, content.len);
	settle(ps);
}
