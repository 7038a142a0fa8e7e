/* dispute_draft.c: a ruling as a row of a new version of the policy, submitted like any other; it
 * is in force when two people want it. */
#include <stdlib.h>
#include <string.h>

#include "flow/dispute.h"
#include "flow/policy_call.h"
#include "flow/row.h"
#include "pack_ruling.h"
#include "timefmt.h"

struct drafting {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct arena arena;
	struct diag diag;
	struct event_limits limits;
	const char *id, *why;
	int64_t seq;
	int dispute;
	struct ruling ruling;
	struct bytes doc; /* of the event that was ruled on */
};

static void drafting_free(struct drafting *d)
{
	principal_unref(d->who);
	arena_clear(&d->arena);
	free(d);
}

static void refuse(struct drafting *d, enum err e, const char *detail)
{
	reply_problem(d->fn, d->arg, e, detail);
	drafting_free(d);
}

/* --- beside the loop --- */

static enum err make(void *arg, const struct pack *in_force, struct policy_made *ret,
		     struct diag *diag)
{
	struct drafting *d = arg;
	struct event event;
	enum err e = event_parse(d->doc.data, d->doc.len, &d->limits, &event, diag);

	if (e != ERR_OK)
		return e;
	e = pack_with_ruling(in_force, &event, &d->ruling, &ret->pack, diag);
	event_clear(&event);
	if (e != ERR_OK)
		return e;
	ret->why = d->why;
	buf_add_str(ret->members, ",\"dispute\":");
	buf_add_json(ret->members, d->id);
	buf_add_char(ret->members, ',');
	pack_ruling_to_json(ret->pack, d->id, ret->members);
	return ERR_OK;
}

/* --- on the loop --- */

static void on_answer(void *arg, const struct reply *r)
{
	struct drafting *d = arg;

	d->fn(d->arg, r);
	drafting_free(d);
}

static void take_ruling(struct drafting *d, const struct dispute *from)
{
	char day[TIMEFMT_BYTES];
	const char *basis;

	d->ruling.id = d->id;
	d->ruling.body = arena_strdup(&d->arena, from->body);
	d->ruling.day = day_of_ms(from->at_ms, SHANGHAI_MIN);
	date_format(d->ruling.day, day);
	basis = *from->basis ? arena_printf(&d->arena, "：%s", from->basis) : "";
	d->ruling.basis = arena_printf(&d->arena, "联席会议裁定%s（%s）%s", d->id, day, basis);
	if (!*d->why)
		d->why = arena_printf(&d->arena, "联席会议裁定%s（%s）", d->id, day);
}

static enum err take(struct drafting *d, const struct loaded *x)
{
	const struct record *r;
	struct row row;
	enum err e = row_open(d->flow, d->who, x, &row);

	if (e != ERR_OK)
		return e;
	r = &row.record;
	if (d->dispute >= r->dispute_count ||
	    dispute_sight(d->who, d->flow->pack, r) == SIGHT_NONE) {
		e = ERR_NOT_FOUND;
	} else if (r->disputes[d->dispute].state != DISPUTE_RULED) {
		e = ERR_CONFLICT;
	} else {
		d->doc = (struct bytes){arena_strndup(&d->arena, x->doc.data, x->doc.len),
					x->doc.len};
		take_ruling(d, &r->disputes[d->dispute]);
	}
	row_close(&row);
	return e;
}

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct drafting *d = arg;

	if (e == ERR_OK)
		e = count ? take(d, &items[0]) : ERR_NOT_FOUND;
	if (e == ERR_OK)
		policy_submit_made(&(struct policy_submit_in){d->flow, d->who, {make, d}},
				   on_answer, d);
	else
		refuse(d, e,
		       e == ERR_CONFLICT ? "The joint meeting has not ruled on this dispute"
					 : err_title(e));
}

void dispute_draft(struct flow *f, const struct dispute_in *in, reply_fn *fn, void *arg)
{
	struct drafting *d = mem_zalloc(sizeof(*d));

	d->flow = f;
	d->who = principal_ref(in->who);
	d->fn = fn;
	d->arg = arg;
	d->limits = f->limits;
	arena_init(&d->arena);
	diag_init(&d->diag, &d->arena);
	d->id = arena_strdup(&d->arena, in->dispute);
	d->why = policy_text(in->said, "why", &d->diag);
	if (d->diag.count) {
		reply_invalid(fn, arg, "why", d->diag.first->what);
		drafting_free(d);
	} else if (!id_parse_dispute(d->id, &d->seq, &d->dispute)) {
		refuse(d, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
	} else {
		rows_load(f, &(struct rows_wanted){&d->seq, 1}, on_loaded, d);
	}
}
