/*
 * lists.h: the lists of bodies, and looking through all events. Part of store.h, which includes it
 * and whose rules about callbacks hold here too.
 */
#ifndef TANDEM_STORE_LISTS_H
#define TANDEM_STORE_LISTS_H

struct ref {
	int64_t seq;
	int notice;
};
/* total: how many there are in all. Newest first. */
typedef void store_refs_fn(void *arg, enum err e, const struct ref *refs, int count, int64_t total);
struct list_in {
	const char *body;
	bool todo_only;
	/*
	 * -1: from the newest. Of what is to do, the event number to begin with; of the list, its
	 * place counted from the oldest that the slice ends before. Either stays what it is while
	 * notices come and are done.
	 */
	int64_t below;
	int limit;
};
void store_body_list(struct store *s, const struct list_in *in, store_refs_fn *fn, void *arg);
/*
 * Looks through events from `before` (0: the newest) downwards: those whose document, its
 * full-width ASCII made plain and its ASCII letters small, holds `need` ("" anything) and whose
 * document or record holds one of `any`, both plain text. Looks at no more than `budget` events;
 * next is where to go on, 0 at the end. The caller checks exactly what only looks alike.
 */
struct scan_in {
	int64_t before;
	const char *need;
	const char *const *any;
	int any_count; /* 0: no such condition */
	int limit, budget;
};
typedef void store_scan_fn(void *arg, enum err e, const struct loaded *items, int count,
			   int64_t next);
void store_scan(struct store *s, const struct scan_in *in, store_scan_fn *fn, void *arg);

#endif
