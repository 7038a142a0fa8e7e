/* case_walk.c: see case_walk.h. */
#include "flow/case_walk.h"

#include <stdlib.h>
#include <string.h>

#include "flow/flow.h"

#define SLICE 16

struct walk {
	struct case_walk of;
	int64_t *seqs;
	int count, at, seen;
};

static void walk_end(struct walk *w, enum err e)
{
	const struct case_walk of = w->of;

	free(w->seqs);
	free(w);
	of.end(of.arg, e);
}

static void take(struct walk *w, const struct loaded *x)
{
	enum sight sight;
	struct row row;

	if (row_open(w->of.flow, w->of.who, x, &row) != ERR_OK)
		return;
	sight = principal_sees_event(w->of.who, w->of.flow->pack, &row.event, &row.record);
	row.view.masked = sight == SIGHT_MASKED;
	if (sight != SIGHT_NONE) {
		w->of.take(w->of.arg, &row);
		w->seen++;
	}
	row_close(&row);
}

static void next_slice(struct walk *w);

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct walk *w = arg;

	for (int i = 0; e == ERR_OK && i < count; i++)
		take(w, &items[i]);
	if (e == ERR_OK && w->at < w->count)
		next_slice(w);
	else
		walk_end(w, e == ERR_OK && !w->seen ? ERR_NOT_FOUND : e);
}

static void next_slice(struct walk *w)
{
	int left = w->count - w->at;
	const struct rows_wanted wanted = {w->seqs + w->at, left < SLICE ? left : SLICE};

	w->at += wanted.count;
	rows_load(w->of.flow, &wanted, on_loaded, w);
}

/* All of them: the list itself is as long as the store lets it grow. */
static void on_case(void *arg, enum err e, const char *list)
{
	struct walk *w = arg;
	size_t most = 1;

	for (const char *s = list; s && *s; s++)
		most += *s == ',';
	w->seqs = mem_alloc(most * sizeof(*w->seqs));
	while (e == ERR_OK && list && *list) {
		w->seqs[w->count++] = strtoll(list, NULL, 10);
		list += strcspn(list, ",");
		list += *list == ',';
	}
	if (w->count)
		next_slice(w);
	else
		walk_end(w, e == ERR_OK ? ERR_NOT_FOUND : e);
}

void case_walk_start(const struct case_walk *w)
{
	struct walk *walk = mem_zalloc(sizeof(*walk));

	walk->of = *w;
	store_find_case(w->flow->store, w->case_id, on_case, walk);
}
