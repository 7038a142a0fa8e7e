/*
 * query_notices.c: whose lists are asked for: one's bodies', the pools of one's regions, or those
 * behind a figure. Open work comes from the set of what is still to be done, everything from the
 * list of all.
 */
#include <string.h>

#include "flow/board.h"
#include "flow/change.h"
#include "flow/letter.h"
#include "flow/notice_walk.h"

static void add_list(struct notice_walk *c, const char *prefix, const char *body)
{
	struct buf name;

	buf_init(&name, 4096);
	buf_printf(&name, "%s%s", prefix, body);
	if (*body && !notice_walk_has(c, buf_cstr(&name)))
		notice_walk_add(c, buf_cstr(&name));
	buf_clear(&name);
}

/*
 * What a bureau asks for as returned is what came back to it, not what it returned itself, unless
 * it asks for one's own. Late can be what is still to do, and the feedback on what was taken on.
 */
static void add_lists_of(struct notice_walk *c, const char *body, bool is_bureau)
{
	const struct notice_filter *f = notice_walk_filter(c);

	if (f->written) {
		add_list(c, LETTER_LIST, body);
	} else if (is_bureau && f->state == STATE_RETURNED && !f->mine) {
		add_list(c, "split:", body);
	} else {
		add_list(c, "", body);
		if (f->owed || (f->lamp && !f->todo_only))
			add_list(c, OWES_LIST, body);
	}
}

static void add_lists(struct notice_walk *c, const struct principal *who, const char *body)
{
	for (int i = 0; i < who->grant_count; i++) {
		const struct grant *g = &who->grants[i];

		if (*body && strcmp(g->body, body) != 0)
			continue;
		if (g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER)
			add_lists_of(c, g->body, g->who == WHO_APPROVER);
	}
	if (*body && !principal_answers(who, body))
		add_lists_of(c, body, false);
}

/* A supervisor takes from the pools of its bodies' own regions; coordinators and auditors watch
 * those of their region's subtree. */
static bool has_pool(const struct principal *who, const struct pack *pack, int region)
{
	const struct pack_view *p = pack_view(pack);

	for (int i = 0; i < who->grant_count; i++) {
		const struct grant *g = &who->grants[i];
		int b = pack_find_body(pack, g->body);

		if (b >= 0 && (region == p->bodies[b].region ||
			       ((g->who == WHO_COORDINATOR || g->who == WHO_AUDITOR) &&
				region_within(pack, region, p->bodies[b].region))))
			return true;
	}
	return false;
}

static void add_pools(struct notice_walk *c, const struct principal *who, const struct pack *pack)
{
	const struct pack_view *p = pack_view(pack);
	struct buf name;

	buf_init(&name, 4096);
	for (int r = 0; r < p->region_count; r++) {
		if (!has_pool(who, pack, r))
			continue;
		buf_reset(&name);
		buf_printf(&name, "pool:%s", p->regions[r].code);
		notice_walk_add(c, buf_cstr(&name));
	}
	buf_clear(&name);
}

static void of_bodies(struct flow *f, struct principal *who, const struct query_notices *q,
		      reply_fn *fn, void *arg)
{
	enum list_sight sight = *q->body ? principal_sees_list(who, f->pack, q->body) : LIST_WHOLE;
	struct notice_walk *c;

	if (sight == LIST_NONE) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	c = notice_walk_new(f, who, q, fn, arg);
	if (!c)
		return;
	add_lists(c, who, q->body);
	notice_walk_start(c, q->cursor, sight == LIST_WHOLE);
}

/* Whether one has lists of one's own: what one's bodies were told. Those who oversee a region have
 * the board's list, and none of it in hand. */
static bool has_bodies(const struct principal *who)
{
	return principal_is(who, WHO_SUPERVISOR) || principal_is(who, WHO_APPROVER);
}

/* The body whose list a supervisor's page begins with; NULL: of none. */
static const char *home_of(const struct principal *who)
{
	for (int i = 0; i < who->grant_count; i++) {
		if (who->grants[i].who == WHO_SUPERVISOR)
			return who->grants[i].body;
	}
	return NULL;
}

/* Asked by who does not know yet whose the list is, or whether there is one. What cannot be asked
 * is answered by who reads the question. */
static void of_home(struct flow *f, struct principal *who, const struct query_notices *q,
		    reply_fn *fn, void *arg)
{
	const char *home = home_of(who);
	struct query_notices of_body = *q;
	struct notice_walk *empty;

	if (home && !*q->body && !strcmp(q->home, "true")) {
		of_body.home = NULL;
		of_body.body = home;
		query_notices(f, who, &of_body, fn, arg);
		return;
	}
	empty = notice_walk_new(f, who, q, fn, arg);
	if (empty)
		notice_walk_start(empty, q->cursor, true);
}

void query_notices(struct flow *f, struct principal *who, const struct query_notices *q,
		   reply_fn *fn, void *arg)
{
	bool as_counted = *q->figure || *q->from || *q->to || strchr(q->body, ',');
	bool has_lists = *q->body || has_bodies(who) || (q->mine && *q->mine);

	if (q->home && *q->home)
		of_home(f, who, q, fn, arg);
	else if (as_counted || !has_lists)
		query_facts(f, who, q, fn, arg);
	else
		of_bodies(f, who, q, fn, arg);
}

void query_pool(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn,
		void *arg)
{
	struct notice_walk *c = notice_walk_new(f, who, q, fn, arg);
	enum list_sight sight = LIST_WHOLE;
	struct buf name;

	if (!c)
		return;
	if (!*q->body) {
		add_pools(c, who, f->pack);
	} else {
		buf_init(&name, 4096);
		buf_printf(&name, "pool:%s", q->body);
		sight = principal_sees_list(who, f->pack, buf_cstr(&name));
		notice_walk_add(c, buf_cstr(&name));
		buf_clear(&name);
	}
	if (sight == LIST_NONE) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		notice_walk_drop(c);
		return;
	}
	notice_walk_start(c, q->cursor, true);
}
