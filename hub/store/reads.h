/*
 * reads.h: events and records by number, those that are due, and which events belong to a case or a
 * permit. Part of store.h, which includes it.
 */
#ifndef TANDEM_STORE_READS_H
#define TANDEM_STORE_READS_H

struct loaded {
	int64_t seq;
	struct bytes doc, record; /* data NULL: not there */
};
typedef void store_load_fn(void *arg, enum err e, const struct loaded *items, int count);
void store_load(struct store *s, const int64_t *seqs, int count, bool docs, store_load_fn *fn,
		void *arg);
/* Events that are due: each is leased (due moved to now + lease) so that only one hub works on it.
 */
void store_claim_due(struct store *s, int64_t now_ms, int64_t lease_ms, int limit,
		     store_load_fn *fn, void *arg);

typedef void store_number_fn(void *arg, enum err e, int64_t number);
typedef void store_text_fn(void *arg, enum err e, const char *text); /* text NULL: not there */
/* like `earlier` */
void store_find_case(struct store *s, const char *case_id, store_text_fn *fn, void *arg);
/* The newest events of a permit, whichever their case, in the same form; "" none. */
void store_find_permit(struct store *s, const char *permit, store_text_fn *fn, void *arg);
void store_find_holder(struct store *s, const char *case_id, const char *permit, store_text_fn *fn,
		       void *arg);

#endif
