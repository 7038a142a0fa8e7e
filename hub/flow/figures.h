/*
 * figures.h: what is counted (contract section 7), always out of the records themselves.
 *
 * Facts about notices are kept in memory, a bounded number of them, and read again when their event
 * has changed; so a figure is its own recomputation, and the list behind a figure is the facts it
 * counted. figures_read brings the period's facts up to date with everything committed before the
 * call, then calls back; figures_each walks them, newest first, from inside that callback.
 */
#ifndef TANDEM_FIGURES_H
#define TANDEM_FIGURES_H

#include "flow/flow.h"

enum fact_flag {
	FACT_DELIVERED = 1,
	FACT_ACKNOWLEDGED = 2,
	FACT_CLAIMED = 4,
	FACT_RETURNED = 8,
	FACT_FED_BACK = 16,
	FACT_IN_TIME = 32,
	FACT_POOL = 64,
	FACT_UNDELIVERED = 128,
	FACT_PROVISIONAL = 256,
	FACT_UPHELD = 512,
	FACT_REJECTED = 1024
};
struct fact { /* one notice, as it is counted; names are numbers of figures_name */
	/* promise_ms: the earliest clock of a promise that runs with this notice, -1 none */
	int64_t seq, due_ms, promise_ms;
	int64_t feedback_ms; /* until when feedback is owed, -1 it is not */
	int32_t day;	     /* on which the event was accepted */
	int32_t body, region, item, approvers, by;
	int32_t claim_minutes; /* of working time; -1 not claimed */
	uint8_t notice, role, state, cause;
	uint16_t flags;
};
struct event_fact { /* one event, also when nobody was told */
	int64_t seq;
	int32_t day, region, approvers, by; /* by: who sent it */
	int texts_waiting;
};
enum figure {
	FIGURE_SENT,
	FIGURE_DELIVERED,
	FIGURE_OPEN,
	FIGURE_ACKNOWLEDGED,
	FIGURE_CLAIMED,
	FIGURE_RETURNED,
	FIGURE_TRANSFERRED,
	FIGURE_DISPUTED,
	FIGURE_CLOSED,
	FIGURE_WITHDRAWN,
	FIGURE_SUPERSEDED,
	FIGURE_OVERDUE,
	FIGURE_FED_BACK,
	FIGURE_POOL,
	FIGURE_NO_LEAD,
	FIGURE_LEAD_SENT,
	FIGURE_LEAD_STANDING,
	FIGURE_LEAD_CLAIMED,
	FIGURE_DUE,
	FIGURE_CLAIMED_IN_TIME,
	FIGURE_FIRST_SENT,
	FIGURE_FIRST_HIT,
	FIGURE_ACKNOWLEDGED_EVER,
	FIGURE_CLAIMED_EVER,
	FIGURE_RETURNED_EVER,
	FIGURE_CLOCKS_OVERDUE,
	FIGURE_UNDELIVERED,
	FIGURE_FEEDBACK_OVERDUE,
	FIGURE_RANKED,
	FIGURE_RANKED_IN_TIME,
	FIGURE_RETURNS_UPHELD,
	FIGURE_RETURNS_REJECTED,
	FIGURE_COUNT
};
const char *figure_name(enum figure f);
bool figure_parse(const char *s, enum figure *ret);
bool figure_counts(enum figure f, const struct fact *x, int64_t now_ms);

struct figures;
struct figures *figures_new(struct flow *f);
void figures_free(struct figures *g);		    /* once the store has answered everything */
void figures_touch(struct figures *g, int64_t seq); /* the event has changed, or is new */
void figures_forget(struct figures *g);		    /* changes were missed */
uint64_t figures_changes(const struct figures *g);  /* rises with every touch */

typedef void figures_read_fn(void *arg, enum err e);
void figures_read(struct figures *g, int32_t from_day, figures_read_fn *fn, void *arg);
typedef bool figures_each_fn(void *arg, const struct fact *x); /* false: enough */
void figures_each(const struct figures *g, int32_t from_day, int32_t to_day, figures_each_fn *fn,
		  void *arg);
typedef bool figures_event_fn(void *arg, const struct event_fact *x);
void figures_each_event(const struct figures *g, int32_t from_day, int32_t to_day,
			figures_event_fn *fn, void *arg);
const char *figures_name(const struct figures *g, int32_t number);
int32_t figures_name_count(const struct figures *g);
/* for what is kept, never for what somebody asks */
int32_t figures_intern(struct figures *g, const char *name);
int32_t figures_find(const struct figures *g, const char *name); /* -1: in no fact */

/* Whose facts are a person's: built once a question, asked a fact at a time. */
struct fact_scope;
struct fact_scope *fact_scope_new(const struct figures *g, const struct principal *who,
				  const struct pack *pack);
bool fact_in_scope(const struct fact_scope *s, const struct fact *x);
void fact_scope_free(struct fact_scope *s);

#endif
