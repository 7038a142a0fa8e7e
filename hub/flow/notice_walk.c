/* notice_walk.c: see notice_walk.h. Of a list of all it is looked through a slice at a time. */
#include "flow/notice_walk.h"

#include <stdlib.h>
#include <string.h>

#include "flow/change.h"
#include "flow/feed.h"
#include "flow/filter.h"
#include "flow/letter.h"
#include "flow/list_source.h"

#define SLICES_MAX 24

struct source {
	struct list_source list; /* of a body, of a pool, or of what came back to a bureau */
	int64_t open;
	bool is_counted;
};
struct notice_walk {
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
	/* is_first: there was no cursor; is_full: what is found from now on is only counted */
	bool says_counts, is_first, is_full;
	/* taken before anything is read: what comes behind it is all that the list may lack */
	char since[CURSOR_BYTES];
	struct buf out;
};

void notice_walk_drop(struct notice_walk *c)
{
	for (int i = 0; i < c->source_count; i++)
		list_source_clear(&c->sources[i].list);
	free(c->sources);
	principal_unref(c->who);
	notice_filter_clear(&c->filter);
	buf_clear(&c->out);
	free(c);
}

static bool all_are_sets(const struct notice_walk *c)
{
	int i = 0;

	while (i < c->source_count && c->sources[i].list.is_set)
		i++;
	return i == c->source_count;
}

/* Sets are all in the order of events, so that one place is that of all of them: a region's pools
 * can be thousands. */
static const struct list_source *place_in_sets(const struct notice_walk *c)
{
	const struct list_source *place = &c->sources[0].list;

	for (int i = 1; i < c->source_count; i++) {
		const struct list_source *s = &c->sources[i].list;

		if (s->last.seq && (!place->last.seq || list_ref_order(&place->last, &s->last) < 0))
			place = s;
	}
	return place;
}

static bool is_over(const struct notice_walk *c)
{
	bool over = true;

	for (int i = 0; i < c->source_count; i++)
		over = over && list_source_is_over(&c->sources[i].list);
	return over;
}

/* "l30-12.1": of the first list the place 30 and below, of the second, a set, what comes
 * behind 12.1. "l12.1": the same of each, all being sets. */
static void put_cursor(struct notice_walk *c)
{
	bool are_sets = all_are_sets(c);

	buf_add_str(&c->out, "\"l");
	if (are_sets)
		list_source_put_cursor(place_in_sets(c), &c->out);
	for (int i = 0; i < c->source_count && !are_sets; i++) {
		buf_add_str(&c->out, i ? "-" : "");
		list_source_put_cursor(&c->sources[i].list, &c->out);
	}
	buf_add_char(&c->out, '"');
}

/* The page is as long as it gets: where the next one begins. */
static void end_items(struct notice_walk *c, bool more)
{
	buf_add_str(&c->out, "],\"next\":");
	if (more)
		put_cursor(c);
	else
		buf_add_str(&c->out, "null");
	c->is_full = true;
}

static bool is_owes(const char *list)
{
	return !strncmp(list, OWES_LIST, strlen(OWES_LIST));
}

static void walk_end(struct notice_walk *c, enum err e)
{
	int64_t total = 0, open = 0;

	if (e != ERR_OK) {
		reply_problem(c->fn, c->arg, e, err_title(e));
		notice_walk_drop(c);
		return;
	}
	for (int i = 0; i < c->source_count; i++) {
		total += c->sources[i].list.total;
		open += is_owes(c->sources[i].list.name) ? 0 : c->sources[i].open;
	}
	if (!c->is_full)
		end_items(c, !is_over(c));
	if (c->says_counts)
		buf_printf(&c->out, ",\"total\":%lld,\"open\":%lld", (long long)total,
			   (long long)open);
	if (c->filter.mine && c->is_first && is_over(c))
		buf_printf(&c->out, ",\"mine\":%d", c->found);
	buf_printf(&c->out, ",\"since\":\"%s\"}", c->since);
	reply_built(c->fn, c->arg, ERR_OK, "", &c->out);
	notice_walk_drop(c);
}

static struct source *newest_source(struct notice_walk *c)
{
	struct source *best = NULL;

	for (int i = 0; i < c->source_count; i++) {
		const struct ref *ref = list_source_first(&c->sources[i].list);

		if (ref && (!best || list_ref_order(ref, list_source_first(&best->list)) < 0))
			best = &c->sources[i];
	}
	return best;
}

static struct source *source_to_ask(struct notice_walk *c)
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
static bool is_told_already(const struct notice_walk *c, const struct record *r, int from)
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

static void take(struct notice_walk *c, const struct loaded *x, int i)
{
	const char *list = c->sources[c->batch_from[i]].list.name;
	int notice = c->batch[i].notice;
	struct row row;
	enum sight sight;

	if (!notice_filter_may_want(&c->filter, c->who, x) ||
	    row_open(c->flow, c->who, x, &row) != ERR_OK)
		return;
	if (notice < row.record.notice_count && is_on_list(&row.record.notices[notice], list) &&
	    !is_told_already(c, &row.record, c->batch_from[i])) {
		sight = principal_sees_notice(c->who, c->flow->pack, &row.record.notices[notice],
					      &row.event, &row.record);
		row.view.masked = sight == SIGHT_MASKED;
		if (sight != SIGHT_NONE &&
		    notice_filter_wants(&c->filter, c->flow->pack, &row, notice)) {
			if (!c->is_full) {
				buf_add_str(&c->out, c->found ? "," : "");
				notice_row_put(&row, notice, &c->out);
			}
			c->found++;
		}
	}
	row_close(&row);
}

/* What waits for one person is counted behind the page too: it is all among what is open. */
static bool counts_on(const struct notice_walk *c)
{
	return c->filter.mine && c->is_first && all_are_sets(c);
}

static bool page_ends(const struct notice_walk *c)
{
	return page_is_full(&c->out, c->found, c->limit);
}

static void go_on(struct notice_walk *c);

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct notice_walk *c = arg;
	int i;

	if (e != ERR_OK) {
		walk_end(c, e);
		return;
	}
	for (i = 0; i < count && (!page_ends(c) || counts_on(c)); i++) {
		take(c, &items[i], i);
		list_source_done(&c->sources[c->batch_from[i]].list, &c->batch[i]);
		if (page_ends(c) && counts_on(c) && !c->is_full)
			end_items(c, i + 1 < c->batch_count || !is_over(c));
	}
	for (int k = i; k < c->batch_count; k++)
		/* not looked at: the next page begins here */
		c->sources[c->batch_from[k]].list.at--;
	if ((page_ends(c) && !counts_on(c)) || ++c->slices >= SLICES_MAX)
		walk_end(c, ERR_OK);
	else
		go_on(c);
}

/* As long as each list has something at hand or is at its end, the newest of all is known. */
static void load_batch(struct notice_walk *c)
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
		walk_end(c, ERR_OK);
}

static void on_refs(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct notice_walk *c = arg;
	struct source *s = &c->sources[c->asked];

	if (e != ERR_OK) {
		walk_end(c, e);
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
static void go_on(struct notice_walk *c)
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

static bool cursor_read_of_sets(struct notice_walk *c, const char *s)
{
	if (*s && (*s++ != 'l' || !list_source_read_cursor(&c->sources[0].list, &s)))
		return false;
	for (int i = 1; i < c->source_count; i++)
		c->sources[i].list.last = c->sources[0].list.last;
	return !*s;
}

static bool cursor_read(struct notice_walk *c, const char *s)
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

void notice_walk_add(struct notice_walk *c, const char *list)
{
	bool is_set = c->filter.todo_only || c->filter.lamp || is_split(list);

	if (c->source_count == c->source_room) {
		c->source_room = c->source_room ? c->source_room * 2 : 16;
		c->sources = mem_realloc(c->sources, sizeof(*c->sources) * (size_t)c->source_room);
	}
	c->sources[c->source_count] = (struct source){.open = 0};
	list_source_init(&c->sources[c->source_count++].list, list, is_set);
}

bool notice_walk_has(const struct notice_walk *c, const char *list)
{
	int i = 0;

	while (i < c->source_count && strcmp(c->sources[i].list.name, list) != 0)
		i++;
	return i < c->source_count;
}

struct notice_walk *notice_walk_new(struct flow *f, struct principal *who,
				    const struct query_notices *q, reply_fn *fn, void *arg)
{
	struct notice_walk *c = mem_zalloc(sizeof(*c));

	if (!notice_filter_read(q, f->pack, &c->filter, fn, arg)) {
		free(c);
		return NULL;
	}
	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->limit = q->limit;
	feed_now(f->feed, c->since);
	buf_init(&c->out, REPLY_PAGE_BYTES);
	buf_add_str(&c->out, "{\"items\":[");
	return c;
}

const struct notice_filter *notice_walk_filter(const struct notice_walk *c)
{
	return &c->filter;
}

void notice_walk_start(struct notice_walk *c, const char *cursor, bool whole)
{
	/* Lists that share notices cannot be counted by their lengths. */
	c->says_counts = whole && (c->source_count < 2 || !is_split(c->sources[0].list.name));
	c->is_first = !*cursor;
	if (cursor_read(c, cursor)) {
		go_on(c);
		return;
	}
	reply_invalid(c->fn, c->arg, "cursor", FILTER_BAD_CURSOR);
	notice_walk_drop(c);
}
