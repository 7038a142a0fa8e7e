/*
 * query.h: what may be read: a body's list, one notice, cases found and one case whole. Every row
 * is checked against the principal's scope from what the store gave, never from what was asked;
 * outside it the answer is that of a missing thing.
 */
#ifndef TANDEM_QUERY_H
#define TANDEM_QUERY_H

#include "flow/flow.h"

struct query_notices {
	/* "" the principal's own bodies, or all that it may see when it has none; several with
	 * commas as figures are chosen */
	const char *body;
	/* "true": of the first body that the asker supervises, and nothing where there is none; not
	 * together with body; "" or NULL: of body */
	const char *home;
	const char *state, *role, *cause, *due, *q, *cursor; /* "" any */
	/* "true": the letters that the bodies wrote; "" or NULL: what they were told */
	const char *written;
	/* "true": what the asker has in hand of it; "" or NULL: whoever has it */
	const char *mine;
	/* "" or NULL any, of whichever list it is */
	const char *region, *item;
	const char *figure, *from, *to; /* what a figure counted; "" any */
	int limit;
};
struct query_disputes {
	const char *state, *region, *cursor; /* state: open, or one of the states; "" any */
	const char *item;		     /* "" or NULL any */
	int limit;
};
struct query_audit {
	const char *who, *act, *about, *cursor; /* about: a notice, event or dispute; "" any */
	int limit;
};
struct query_cases {
	const char *q, *region, *item, *state, *body, *from, *to, *cursor;
	int limit;
};
void query_notices(struct flow *f, struct principal *who, const struct query_notices *q,
		   reply_fn *fn, void *arg);
void query_notice(struct flow *f, struct principal *who, const char *id, reply_fn *fn, void *arg);
void query_cases(struct flow *f, struct principal *who, const struct query_cases *q, reply_fn *fn,
		 void *arg);
void query_case(struct flow *f, struct principal *who, const char *case_id, reply_fn *fn,
		void *arg);
/* body: a region, "" one's own */
void query_pool(struct flow *f, struct principal *who, const struct query_notices *q, reply_fn *fn,
		void *arg);
void query_disputes(struct flow *f, struct principal *who, const struct query_disputes *q,
		    reply_fn *fn, void *arg);
void query_dispute(struct flow *f, struct principal *who, const char *id, reply_fn *fn, void *arg);
/* Lines of one's own region's subtree, and those of no region; newest first. */
void query_audit(struct flow *f, struct principal *who, const struct query_audit *q, reply_fn *fn,
		 void *arg);
void query_event(struct flow *f, struct principal *who, const char *id, reply_fn *fn, void *arg);
void query_explain(struct flow *f, struct principal *who, const char *id, const char *body,
		   reply_fn *fn, void *arg);

#endif
