/* scan_walk.c: see scan_walk.h. */
#include "flow/scan_walk.h"

#include <stdlib.h>
#include <string.h>

#include "flow/fold.h"
#include "flow/principal.h"
#include "flow/row.h"

#define BUDGET	   256
#define ROUNDS_MAX 4096

static char *piece_of(const char *text)
{
	struct arena arena;
	char *piece;

	arena_init(&arena);
	piece = mem_strdup(fold_piece(text, &arena));
	arena_clear(&arena);
	return piece;
}

static void add_any(struct scan_walk *w, const char *mark, const char *text)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_printf(&b, "%s%s%s", mark, text, mark);
	w->any[w->any_count++] = mem_strdup(buf_cstr(&b));
	buf_clear(&b);
}

void scan_walk_init(struct scan_walk *w, struct flow *f, const struct principal *who,
		    const char *text)
{
	bool sees_more = principal_is(who, WHO_COORDINATOR) || principal_is(who, WHO_AUDITOR) ||
			 principal_is(who, WHO_SYSTEM) || 2 * who->grant_count >= SCAN_ANY_MAX;

	*w = (struct scan_walk){.flow = f, .need = piece_of(text)};
	for (int i = 0; i < who->grant_count && !sees_more; i++) {
		const struct grant *g = &who->grants[i];

		if (g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER)
			add_any(w, "\t", g->body); /* it was told */
		if (g->who == WHO_APPROVER)
			add_any(w, "\"", g->body); /* the event names it */
	}
	if (w->any_count)
		add_any(w, "\t", who->name);
}

static void next_round(struct scan_walk *w);

static void on_rows(void *arg, enum err e, const struct loaded *items, int count)
{
	struct scan_walk *w = arg;
	int i;

	if (e != ERR_OK) {
		w->end(w->arg, e);
		return;
	}
	for (i = 0; i < count && w->found < w->limit; i++) {
		w->before = items[i].seq;
		w->take(w->arg, &items[i]);
	}
	if (i == count)
		w->before = w->next;
	if (!w->before || w->found >= w->limit || ++w->rounds >= ROUNDS_MAX)
		w->end(w->arg, ERR_OK);
	else
		next_round(w);
}

static void on_scanned(void *arg, enum err e, const struct loaded *items, int count, int64_t next)
{
	struct scan_walk *w = arg;

	w->next = next;
	if (e == ERR_OK)
		rows_recall(w->flow, items, count, on_rows, w);
	else
		w->end(w->arg, e);
}

static void next_round(struct scan_walk *w)
{
	struct scan_in in = {.before = w->before,
			     .need = w->need,
			     .any = (const char *const *)w->any,
			     .any_count = w->any_count,
			     .limit = w->limit - w->found,
			     .budget = BUDGET};

	store_scan(w->flow->store, &in, on_scanned, w);
}

void scan_walk_start(struct scan_walk *w)
{
	next_round(w);
}

void scan_walk_clear(struct scan_walk *w)
{
	while (w->any_count)
		free(w->any[--w->any_count]);
	free(w->need);
	w->need = NULL;
}
