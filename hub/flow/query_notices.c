/*
 * query_notices.c: the lists of one's bodies, newest first, merged into one. Open work comes from
 * the set of what is still to be done, everything from the list of all, looked through a slice at a
 * time. The cursor names the place reached in each, so that what comes or is done between two pages
 * makes no notice appear twice or not at all.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/board.h"
#include "flow/change.h"
#include "flow/feed.h"
#include "flow/filter.h"
#include "flow/letter.h"
#include "flow/list_source.h"
#include "flow/notice_filter.h"

#define SLICES_MAX 24

struct source {
	struct list_source list; /* of a body, of a pool, or of what came back to a bureau */
	int64_t open;
	bool is_counted;
};
struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct notice_filter filter;
	struct source *sources;
	int source_count, source_room, asked; /* asked: the source whose answer is awaited */
	struct ref batch[LIST_SLICE];
	int batch_from[LIST_SLICE], batch_count;
	int limit, found, slices;
	bool says_counts, written; /* written: of letters, by who wrote them */
	/* taken before anything is read: what comes behind it is all that the list may lack */
	char since[CURSOR_BYTES];
	struct buf out;
};

static void call_free(struct call *c)
{
	for (int i = 0; i < c->source_count; i++)
		list_source_clear(&c->sources[i].list);
	free(c->sources);
	principal_unref(c->who);
	notice_filter_clear(&c->filter);
	buf_clear(&c->out);
	free(c);
}

static bool all_are_sets(const struct call *c)
{
	int i = 0;

	while (i < c->source_count && c->sources[i].list.is_set)
		i++;
	return i == c->source_count;
}

/* Sets are all in the order of events, so that one place is that of all of them: a region's pools
 * can be thousands. */
static const struct list_source *place_in_sets(const struct call *c)
{
	const struct list_source *place = &c->sources[0].list;

	for (int i = 1; i < c->source_count; i++) {
		const struct list_source *s = &c->sources[i].list;

		if (s->last.seq && (!place->last.seq || list_ref_order(&place->last, &s->last) < 0))
			place = s;
	}
	return place;
}

/* "l30-12.1": of the first list the place 30 and below, of the second, a set, what comes
 * behind 12.1. "l12.1": the same of each, all being sets. */
static void put_cursor(struct call *c)
{
	bool more = false, are_sets = all_are_sets(c);

	for (int i = 0; i < c->source_count; i++)
		more = more || !list_source_is_over(&c->sources[i].list);
	if (!more) {
		buf_add_str(&c->out, "null");
		return;
	}
	buf_add_str(&c->out, "\"l");
	if (are_sets)
		list_source_put_cursor(place_in_sets(c), &c->out);
	for (int i = 0; i < c->source_count && !are_sets; i++) {
		buf_add_str(&c->out, i ? "-" : "");
		list_source_put_cursor(&c->sources[i].list, &c->out);
	}
	buf_add_char(&c->out, '"');
}

static bool is_owes(const char *list)
{
	return !strncmp(list, OWES_LIST, strlen(OWES_LIST));
}

static void call_end(struct call *c, enum err e)
{
	int64_t total = 0, open = 0;

	if (e != ERR_OK) {
		reply_problem(c->fn, c->arg, e, err_title(e));
		call_free(c);
		return;
	}
	for (int i = 0; i < c->source_count; i++) {
		total += c->sources[i].list.total;
		open += is_owes(c->sources[i].list.name) ? 0 : c->sources[i].open;
	}
	buf_add_str(&c->out, "],\"next\":");
	put_cursor(c);
	if (c->says_counts)
		buf_printf(&c->out, ",\"total\":%lld,\"open\":%lld", (long long)total,
			   (long long)open);
	buf_printf(&c->out, ",\"since\":\"%s\"}", c->since);
	reply_built(c->fn, c->arg, ERR_OK, "", &c->out);
	call_free(c);
}

static struct source *newest_source(struct call *c)
{
	struct source *best = NULL;

	for (int i = 0; i < c->source_count; i++) {
		const struct ref *ref = list_source_first(&c->sources[i].list);

		if (ref && (!best || list_ref_order(ref, list_source_first(&best->list)) < 0))
			best = &c->sources[i];
	}
	return best;
}

static struct source *source_to_ask(struct call *c)
{
	for (int i = 0; i < c->source_count; i++) {
		struct source *s = &c->sources[i];

		if (!s->is_counted || list_source_is_empty(&s->list))
			return s;
	}
	return NULL;
}

static bool is_sent(const char *list)
{
	return !strncmp(list, LETTER_LIST, strlen(LETTER_LIST));
}

static bool is_split(const char *list)
{
	return !strncmp(list, "split:", 6);
}

/* A body's list keeps what the body has given away; that is told by the notice. */
static bool is_on_list(const struct notice *n, const char *list)
{
	return is_split(list) || is_sent(list) ||
	       !strcmp(n->body, is_owes(list) ? list + strlen(OWES_LIST) : list);
}

/* What came back stands in the list of each bureau of its case; whoever asks for several is told
 * once. */
static bool is_told_already(const struct call *c, const struct record *r, int from)
{
	if (!is_split(c->sources[from].list.name))
		return false;
	for (int i = 0; i < from; i++) {
		const char *list = c->sources[i].list.name;

		if (is_split(list) && bars_hold(r->approvers, list + strlen("split:")))
			return true;
	}
	return false;
}

static void take(struct call *c, const struct loaded *x, int i)
{
	const char *list = c->sources[c->batch_from[i]].list.name;
	int notice = c->batch[i].notice;
	struct row row;
	enum sight sight;

	if (row_open(c->flow, c->who, x, &row) != ERR_OK)
		return;
	if (notice < row.record.notice_count && is_on_list(&row.record.notices[notice], list) &&
	    !is_told_already(c, &row.record, c->batch_from[i])) {
		sight = principal_sees_notice(c->who, c->flow->pack, &row.record.notices[notice],
					      &row.event, &row.record);
		row.view.masked = sight == SIGHT_MASKED;
		if (sight != SIGHT_NONE && notice_filter_wants(&c->filter, &row, notice)) {
			if (c->found++)
				buf_add_char(&c->out, ',');
			notice_row_put(&row, notice, &c->out);
		}
	}
	row_close(&row);
}

static void go_on(struct call *c);

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct call *c = arg;
	int i;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	for (i = 0; i < count && c->found < c->limit; i++) {
		take(c, &items[i], i);
		list_source_done(&c->sources[c->batch_from[i]].list, &c->batch[i]);
	}
	for (int k = i; k < c->batch_count; k++)
		/* not looked at: the next page begins here */
		c->sources[c->batch_from[k]].list.at--;
	if (c->found >= c->limit || ++c->slices >= SLICES_MAX)
		call_end(c, ERR_OK);
	else
		go_on(c);
}

/* As long as each list has something at hand or is at its end, the newest of all is known. */
static void load_batch(struct call *c)
{
	int64_t seqs[LIST_SLICE];
	struct source *s;

	c->batch_count = 0;
	while (c->batch_count < LIST_SLICE && !source_to_ask(c) && (s = newest_source(c))) {
		c->batch_from[c->batch_count] = (int)(s - c->sources);
		c->batch[c->batch_count] = s->list.refs[s->list.at++];
		seqs[c->batch_count] = c->batch[c->batch_count].seq;
		c->batch_count++;
	}
	if (c->batch_count)
		rows_load(c->flow, &(struct rows_wanted){seqs, c->batch_count}, on_loaded, c);
	else
		call_end(c, ERR_OK);
}

static void on_refs(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct call *c = arg;
	struct source *s = &c->sources[c->asked];

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	if (s->list.is_set || !s->is_counted)
		s->open = total;
	if (s->list.is_set || s->is_counted)
		list_source_fill(&s->list, refs, count, total);
	s->is_counted = true;
	go_on(c);
}

/* Of a list of all it is asked first how much of it is still to do. */
static void go_on(struct call *c)
{
	struct source *s = source_to_ask(c);
	struct list_in in;

	if (!s) {
		load_batch(c);
		return;
	}
	c->asked = (int)(s - c->sources);
	in = list_source_in(&s->list);
	if (!s->list.is_set && !s->is_counted)
		in = (struct list_in){.body = s->list.name, .todo_only = true, .below = -1};
	store_body_list(c->flow->store, &in, on_refs, c);
}

static bool cursor_read_of_sets(struct call *c, const char *s)
{
	if (*s && (*s++ != 'l' || !list_source_read_cursor(&c->sources[0].list, &s)))
		return false;
	for (int i = 1; i < c->source_count; i++)
		c->sources[i].list.last = c->sources[0].list.last;
	return !*s;
}

static bool cursor_read(struct call *c, const char *s)
{
	if (c->source_count && all_are_sets(c))
		return cursor_read_of_sets(c, s);
	for (int i = 0; *s && i < c->source_count; i++) {
		if (*s++ != (i ? '-' : 'l') || !list_source_read_cursor(&c->sources[i].list, &s))
			return false;
		if (i + 1 < c->source_count && !*s)
			return false;
	}
	return !*s;
}

static void add_new_list(struct call *c, const char *name)
{
	bool is_set = c->filter.todo_only || c->filter.lamp || is_split(name);

	if (c->source_count == c->source_room) {
		c->source_room = c->source_room ? c->source_room * 2 : 16;
		c->sources = mem_realloc(c->sources, sizeof(*c->sources) * (size_t)c->source_room);
	}
	c->sources[c->source_count] = (struct source){.open = 0};
	list_source_init(&c->sources[c->source_count++].list, name, is_set);
}

static void add_list(struct call *c, const char *prefix, const char *body)
{
	struct buf name;
	bool is_new = *body;

	buf_init(&name, 4096);
	buf_printf(&name, "%s%s", prefix, body);
	for (int i = 0; i < c->source_count; i++)
		is_new = is_new && strcmp(c->sources[i].list.name, buf_cstr(&name)) != 0;
	if (is_new)
		add_new_list(c, buf_cstr(&name));
	buf_clear(&name);
}

/*
 * What a bureau asks for as returned is what came back to it, not what it returned itself. Late can
 * be what is still to do, and the feedback on what was taken on.
 */
static void add_lists_of(struct call *c, const char *body, bool is_bureau)
{
	bool returned = c->filter.state == STATE_RETURNED;

	if (c->written) {
		add_list(c, LETTER_LIST, body);
	} else if (is_bureau && returned) {
		add_list(c, "split:", body);
	} else {
		add_list(c, "", body);
		if (c->filter.lamp && !c->filter.todo_only)
			add_list(c, OWES_LIST, body);
	}
}

static void add_lists(struct call *c, const char *body)
{
	for (int i = 0; i < c->who->grant_count; i++) {
		const struct grant *g = &c->who->grants[i];

		if (*body && strcmp(g->body, body) != 0)
			continue;
		if (g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER)
			add_lists_of(c, g->body, g->who == WHO_APPROVER);
	}
	if (*body && !c->source_count)
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

static void add_pools(struct call *c)
{
	const struct pack_view *p = pack_view(c->flow->pack);
	struct buf name;

	buf_init(&name, 4096);
	for (int r = 0; r < p->region_count; r++) {
		if (!has_pool(c->who, c->flow->pack, r))
			continue;
		buf_reset(&name);
		buf_printf(&name, "pool:%s", p->regions[r].code);
		add_new_list(c, buf_cstr(&name));
	}
	buf_clear(&name);
}

static struct call *call_new(struct flow *f, struct principal *who, const struct query_notices *q,
			     reply_fn *fn, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	if (!notice_filter_read(q, f->pack, &c->filter, fn, arg)) {
		free(c);
		return NULL;
	}
	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->limit = q->limit;
	c->written = q->written && !strcmp(q->written, "true");
	c->says_counts = true;
	feed_now(f->feed, c->since);
	buf_init(&c->out, 32 << 20);
	buf_add_str(&c->out, "{\"items\":[");
	return c;
}

static void call_start(struct call *c, const char *cursor)
{
	if (cursor_read(c, cursor)) {
		go_on(c);
		return;
	}
	reply_invalid(c->fn, c->arg, "cursor", FILTER_BAD_CURSOR);
	call_free(c);
}

static void of_bodies(struct flow *f, struct principal *who, const struct query_notices *q,
		      reply_fn *fn, void *arg)
{
	enum list_sight sight = *q->body ? principal_sees_list(who, f->pack, q->body) : LIST_WHOLE;
	struct call *c;

	if (sight == LIST_NONE) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	c = call_new(f, who, q, fn, arg);
	if (!c)
		return;
	add_lists(c, q->body);
	/* Lists that share notices cannot be counted by their lengths. */
	c->says_counts =
		sight == LIST_WHOLE && (c->source_count < 2 || !is_split(c->sources[0].list.name));
	call_start(c, q->cursor);
}

/* Whether one has lists of one's own: what one's bodies were told. Those who oversee a region have
 * the board's list. */
static bool has_bodies(const struct principal *who)
{
	return principal_is(who, WHO_SUPERVISOR) || principal_is(who, WHO_APPROVER);
}

void query_notices(struct flow *f, struct principal *who, const struct query_notices *q,
		   reply_fn *fn, void *arg)
{
	bool as_counted = *q->figure || *q->region || *q->item || *q->from || *q->to;

	if (as_counted || (!*q->body && !has_bodies(who)))
		query_facts(f, who, q, fn, arg);
	else
		of_bodies(f, who, q, fn, arg);
}

void query_pool(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn,
		void *arg)
{
	struct call *c = call_new(f, who, q, fn, arg);

	if (!c)
		return;
	if (*q->body)
		add_list(c, "pool:", q->body);
	else
		add_pools(c);
	if (*q->body && principal_sees_list(who, f->pack, c->sources[0].list.name) == LIST_NONE) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		call_free(c);
		return;
	}
	call_start(c, q->cursor);
}
