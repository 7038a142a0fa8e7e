/*
 * tables.h: small things kept by name. Part of store.h, which includes it and whose rules about
 * callbacks hold here too.
 */
#ifndef TANDEM_STORE_TABLES_H
#define TANDEM_STORE_TABLES_H

/* --- small named things: users, keys, policies, contacts, numbers that want no texts, statements
 * that were confirmed, sources, rankings that were published, seals of the audit log --- */
enum table {
	TABLE_USERS,
	TABLE_KEYS,
	TABLE_POLICIES,
	TABLE_CONTACTS,
	TABLE_OPTOUTS,
	TABLE_AGREED,
	TABLE_SOURCES,
	TABLE_RANKINGS,
	TABLE_SEALS,
	TABLE_COUNT
};
void store_put(struct store *s, enum table t, const char *name, struct bytes value,
	       store_text_fn *fn, void *arg);
void store_get(struct store *s, enum table t, const char *name, store_text_fn *fn, void *arg);
struct named {
	const char *name;
	struct bytes value;
};
typedef void store_list_fn(void *arg, enum err e, const struct named *items, int count);
void store_list(struct store *s, enum table t, store_list_fn *fn, void *arg);
/* Of these names, in this order; a value without data is not there. */
void store_get_some(struct store *s, enum table t, const char *const *names, int count,
		    store_list_fn *fn, void *arg);
struct expiring {
	const char *kind, *name;
	struct bytes value;
	int64_t ttl_ms; /* 0: for good */
	bool only_if_new;
	bool only_if_there; /* else ERR_NOT_FOUND */
};
/* text: the value in force; with only_if_new the older one */
/* With its line of the audit log and, told, of the feed, all or nothing. NULL value: it goes. */
struct named_write {
	enum table table;
	const char *name;
	struct bytes value;
	bool replaces;	   /* what has the name, if something has */
	const char *was;   /* what it must be that is replaced; NULL: anything */
	const char *alone; /* what no other value may begin with; NULL: anything may */
	/* another name, and what must stand there; NULL: whatever stands anywhere */
	const char *witness, *stands;
	const char *told, *audit; /* told: "" nobody; audit: or several, a line feed between */
};
/* ERR_CONFLICT: something else has the name already, or begins so. ERR_NOT_FOUND: nothing has it
 * that could go. ERR_STALE: was or stands is not so any more.
 */
void store_write_named(struct store *s, const struct named_write *in, store_text_fn *fn, void *arg);
void store_put_expiring(struct store *s, const struct expiring *in, store_text_fn *fn, void *arg);
/* Only if it is new, with a line of the audit log, all or nothing; text: the value in force. */
void store_mark(struct store *s, const struct expiring *in, const char *audit, store_text_fn *fn,
		void *arg);
/* What went wrong under a name, counted until window_ms after the first of it. number: 1 it was too
 * often before, and this one counts for nothing, right or wrong; else 0. */
enum guess { GUESS_LOOK, GUESS_RIGHT, GUESS_WRONG };
struct guess_in {
	const char *kind, *name; /* of the key that expires */
	enum guess how;
	int max;
	int64_t window_ms;
};
void store_guess(struct store *s, const struct guess_in *in, store_number_fn *fn, void *arg);
void store_get_expiring(struct store *s, const char *kind, const char *name, store_text_fn *fn,
			void *arg);
void store_delete_expiring(struct store *s, const char *kind, const char *name, store_text_fn *fn,
			   void *arg);

#endif
