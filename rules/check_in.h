/*
 * check_in.h: a check while it runs. check.c goes through all codes and regions, check_leads.c
 * looks for gaps and overlaps there, check_rows.c at each row, check_static.c at what needs no
 * event; check_found.c puts findings together.
 */
#ifndef TANDEM_CHECK_IN_H
#define TANDEM_CHECK_IN_H

#include "check.h"
#include "check_outcome.h"
#include "check_witness.h"

#define LEAVES_MAX 100000  /* of one walk */
#define EFFORT_MAX 1000000 /* leaves for one row's effect */

/* Item codes as the packs tell them apart. */
enum code_kind {
	CODE_LISTED, /* has rows in items.csv */
	CODE_CHILD,  /* its parent code, ending in 00Y, has */
	CODE_STRAY,  /* nobody lists it */
	CODE_NONE    /* the event names no item; registrations only */
};
struct code {
	char text[13];
	enum code_kind kind;
};
/* One code in one region: what is known before the event says more. */
struct spot {
	int code, item;
	struct facts facts;
	const int *rows; /* that can hold here */
	int row_count;
	uint32_t types;
	bool inside; /* the jurisdiction */
};
/* What a finding is made of; findings of equal parts are one, with several places. */
struct report {
	enum check_code code;
	enum check_severity severity;
	enum sheet_id sheet;
	int subject, other; /* rows of that sheet; -1 for none */
	uint32_t types;
	const int *path;     /* of the witness; NULL: no event shows it */
	bool path_tells;     /* findings of other paths are other findings */
	bool without_bodies; /* the witness must not name any */
	int named;	     /* TO_ACCEPTING …: the witness names another body so; 0: not */
	int named_body;
	/* NULL, or a place of its own; NULL, or what is said behind the sentence */
	const char *where, *detail;
};
struct found {
	struct check_finding f;
	struct report report;
	struct check_place *places;
	int place_room;
};
struct row_state {
	bool reached, alive, is_told_apart, too_many, overrides_itself, is_inside;
	long effort;
	struct leaf leaf; /* in which it holds, there */
	struct check_place leaf_place;
};
struct memo { /* what was walked already, by the rows walked */
	struct arena arena;
	struct strmap map;
	void **values;
	int count;
};
struct check {
	struct arena arena, scratch;
	const struct pack *pack;
	struct space space;
	struct code *codes;
	int code_count;
	struct memo leads, paths;
	struct row_state *rows;
	int *plain_path;		    /* nothing special is said */
	int **overriders, *overrider_count; /* of each row */
	struct check_place *item_places;    /* where each row of items.csv applies */
	bool *item_used, *item_spoken, *body_told, *leads_matter;
	unsigned char *marks, *cells; /* of the rows; of codes x regions */
	seat *seats;
	struct strmap found_map;
	struct found **found;
	int found_count, found_room;
	struct check_finding *sorted;
	struct check_sums sums;
	int today;
};
enum { CELL_INSIDE = 1, CELL_LISTED = 2, CELL_GAP = 4, CELL_OVERLAP = 8, CELL_MAYBE = 16 };
static inline unsigned char *check_cell(const struct check *c, int code, int region)
{
	return &c->cells[(size_t)code * (size_t)c->pack->view.region_count + (size_t)region];
}

struct memo_key {
	const char *data;
	size_t len;
};
/* The value of these rows and types, or NULL and *ret_key, under which memo_put then keeps it. */
void *memo_get(struct memo *m, const int *rows, int count, uint32_t types,
	       struct memo_key *ret_key);
void memo_put(struct memo *m, const struct memo_key *key, void *value);

void check_codes_find(struct check *c);
void check_leads(struct check *c, const struct spot *s);
void check_rows(struct check *c, const struct spot *s);
void check_rows_end(struct check *c);
void check_effects(struct check *c, const struct spot *s);
void check_static(struct check *c);
/* The seats that a row names here when the event names no bodies and nobody holds an earlier
 * notice; in c->seats. */
int check_seats(struct check *c, const struct spot *s, int rule);

/* place.code -1: the finding has no place. */
void check_report(struct check *c, const struct report *r, struct check_place place);
void check_finish(struct check *c);
bool check_is_past(const struct check *c, const int *path);

#endif
