/*
 * sources.h: the numbers that sources give their events. Part of store.h, which includes it and
 * whose rules about callbacks hold here too.
 */
#ifndef TANDEM_STORE_SOURCES_H
#define TANDEM_STORE_SOURCES_H

struct source_seen_in { /* borrowed until the call returns */
	const char *source;
	int64_t number; /* at most 14 digits */
	int64_t now_ms;
	const char *body, *region; /* the bureau of the event, and where it is */
	bool is_repeat;		   /* the same event again: it fills a gap, and is no second one */
};
struct source_seen_out {
	int64_t missing;   /* how many numbers were passed over */
	bool found, twice; /* it had been missing; it was borne by another event before */
};
/* out NULL: e says why */
typedef void store_source_fn(void *arg, enum err e, const struct source_seen_out *out);
void store_source_seen(struct store *s, const struct source_seen_in *in, store_source_fn *fn,
		       void *arg);

#endif
