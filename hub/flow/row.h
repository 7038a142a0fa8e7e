/* row.h: one stored event opened for reading: parsed, decoded, with its pack and a view on it.
 * Internal to the queries. */
#ifndef TANDEM_ROW_H
#define TANDEM_ROW_H

#include "flow/view.h"

struct flow;
struct row {
	struct arena arena;
	struct event event;
	struct record record;
	struct view view;
};
/* store_load with documents, once the packs that decided these events are at hand. ERR_UNAVAILABLE:
 * not all could be read now. */
struct rows_wanted {
	const int64_t *seqs;
	int count;
};
void rows_load(struct flow *f, const struct rows_wanted *w, store_load_fn *fn, void *arg);
/* The same for what has been read already: calls back at once when the packs are at hand, else with
 * copies. */
void rows_recall(struct flow *f, const struct loaded *items, int count, store_load_fn *fn,
		 void *arg);
MUST_CHECK enum err row_open(struct flow *f, const struct principal *who, const struct loaded *x,
			     struct row *ret);
void row_close(struct row *r);
/*
 * Whether one of the members that a search looks at holds the text, both folded (fold.h); "" is in
 * all of them. How the view sees the row is asked, so that has to be known by then.
 */
bool row_holds_text(struct row *r, const char *text);
/* By the row of the catalogue that applied, or by the code that the event named. */
bool row_is_of_item(const struct row *r, const char *code);

#endif
