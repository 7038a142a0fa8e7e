/*
 * check.h: the proof of a pack: every combination of item row, region, type of event, day,
 * attributes and named bodies that the pack itself can tell apart, walked through (nothing is
 * sampled), and what is wrong with the pack written down.
 *
 * check_pack once, any number of questions, check_free. The pack has to outlive the check. No clock
 * inside: what lies before `today` is past and cannot be mended, so findings that concern the past
 * only are notes.
 */
#ifndef TANDEM_CHECK_H
#define TANDEM_CHECK_H

#include "decide.h"

enum check_severity { CHECK_NOTE, CHECK_WARNING, CHECK_ERROR, CHECK_SEVERITY_COUNT };
/* The order is that of the report. */
enum check_code {
	CHECK_GAP,	   /* nobody leads, and no row says that nobody shall */
	CHECK_OVERLAP,	   /* several bodies lead */
	CHECK_TOO_COMPLEX, /* more combinations than the walk takes; not proven */
	CHECK_DANGLING,	   /* a name that leads nowhere */
	CHECK_CIRCLE,	   /* rows that override each other */
	CHECK_SHADOWED,	   /* wherever the row holds, another one overrides it */
	CHECK_UNREACHABLE, /* no event can make the row hold */
	CHECK_NO_EFFECT,   /* the decision would be the same without the row */
	CHECK_NO_BODY,	   /* the row's recipient is nobody there */
	CHECK_AMBIGUOUS,   /* several bodies would do, the first was taken */
	CHECK_ITEM_SILENT, /* no row ever says whom to tell about the item */
	CHECK_ITEM_UNUSED, /* another row of the same code always applies */
	CHECK_UNCOVERED,   /* no row of the code applies in these regions */
	/* the calendar does not list the year of today, or the next one when it is near */
	CHECK_NO_YEAR,
	CHECK_NO_BASIS,
	CHECK_BODY_IDLE,
	CHECK_NO_CONTACT,
	CHECK_EXPIRED,
	CHECK_NOT_YET,
	CHECK_CODE_COUNT
};
const char *check_severity_name(enum check_severity s);
const char *check_code_name(enum check_code c); /* "no-body" */

/* an item code and a region, as indexes of check_codes and of the pack's regions */
struct check_place {
	int code, region;
};
struct check_finding {
	enum check_code code;
	enum check_severity severity;
	const char *where;	  /* "rules.csv:12", or "" */
	const char *name, *other; /* the rule, item or body; and the second rule; NULL */
	uint32_t types;		  /* a bit each event type; 0: not about events */
	const char *when;	  /* what the event has to say besides, "" for nothing */
	const char *what;	  /* a sentence */
	const struct check_place *places;
	int place_count, item_count, region_count;
	const char *witness;	    /* an event that is decided just so; NULL: none can be */
	const char *witness_holder; /* who has to hold an earlier notice; NULL: nobody */
	bool is_standing; /* an error that the pack before has just so; only a comparison tells */
};
struct check_sums {
	int code_count, item_count, region_count, class_count;
	double combination_count; /* of all classes */
	/* walked one by one, after what cannot differ was put together */
	long long situation_count;
	int by_code[CHECK_CODE_COUNT], by_severity[CHECK_SEVERITY_COUNT];
	long long gap_places, overlap_places; /* item x region with an error of this kind */
	int left_out;			      /* findings past the bound, counted only */
	int standing_count;		      /* errors that are standing */
};
struct check_options {
	int32_t today;
};
struct check;
struct check *check_pack(const struct pack *p, const struct check_options *o);
void check_free(struct check *c);
/* by severity, then by code */
const struct check_finding *check_findings(const struct check *c, int *ret_count);
const struct check_sums *check_sums(const struct check *c);
/* of a place; "" for an event without an item */
const char *check_item_code(const struct check *c, int code);

void check_to_json(const struct check *c, struct buf *out); /* one object, without a line feed */
/* The same with the worst findings only, and fewer of their places. */
void check_to_brief_json(const struct check *c, int worst, struct buf *out);
void check_to_text(const struct check *c, const char *dir, struct buf *out);
/* The grid item x region. item and region narrow it, NULL is all. ERR_NOT_FOUND: no such item or
 * region. */
struct check_grid_ask {
	const char *item, *region;
	bool json;
};
MUST_CHECK enum err check_grid(const struct check *c, const struct check_grid_ask *ask,
			       struct buf *out);

#endif
