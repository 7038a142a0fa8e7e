/*
 * pack_in.h: what a pack is made of. Shared by the files that read, compile and ask a pack; nobody
 * outside of rules/ includes it.
 */
#ifndef TANDEM_PACK_IN_H
#define TANDEM_PACK_IN_H

#include "base/strmap.h"
#include "calendar.h"
#include "pack.h"
#include "pack_columns.h"
#include "scope.h"
#include "select.h"
#include "table.h"

#define REGION_DEPTH_MAX 16
#define PERMIT_AHEAD	 "30d"
#define LETTER_DUE	 "5wd"

/* The part of an item row that matching needs. */
struct item_row {
	int next; /* the next row of the same code, -1 at the end */
	/* of a code's first row: the row that applies in each region; NULL: to be worked out */
	const int *at;
	struct cond regions;
	int sector; /* trade, -1 when blank */
	const int *assist;
	int assist_count;
};
/* The part of a rule that follows from a match. */
struct rule_row {
	struct selector to;
	int due, feedback; /* index of durations, -1 for none */
	enum channel via[CHANNEL_COUNT];
	int via_count;
	const int *overrides;
	int override_count;
};

#define DURATIONS_MAX 512
struct pack {
	struct pack_view view;
	struct arena arena;
	int ref_count;
	size_t faults_before; /* of the diag, when reading began */
	const struct calendar *calendar;
	struct sheet sheets[SHEET_COUNT];
	struct strmap regions, bodies, rules, items, trades;
	const char **trade_names; /* the sectors; the two kinds stand behind their own names */
	int trade_count, trade_room;
	struct item_row *item_rows;
	struct rule_row *rule_rows;
	const struct scope_table *scope;
	struct duration durations[DURATIONS_MAX];
	int duration_count;
	struct table table;
	struct seats seats;
	bool has_holder;
	struct pack_finding *findings, **findings_end;
	int finding_count;
};

/* The two kinds that can be selected by themselves are trades 0 and 1. */
enum { TRADE_ENFORCEMENT, TRADE_COORDINATION, TRADE_FIRST_SECTOR };
int trade_add(struct pack *p, const char *name, size_t len); /* -1: too many */
int trade_find(const struct pack *p, const char *name);

/* Each reads its sheets and leaves faults in the diag of the sheet. */
void pack_read_regions(struct pack *p);
void pack_read_bodies(struct pack *p);
void pack_read_items(struct pack *p);
void pack_read_scope(struct pack *p);
void pack_read_contacts(struct pack *p);
void pack_read_rules(struct pack *p);
void pack_read_settings(struct pack *p, const struct pack_file *file, struct diag *diag);
struct jsonfile;
void pack_read_ladder(struct pack *p, struct jsonfile *f);
void pack_read_texts(struct pack *p, const struct pack_file *files, int count, struct diag *diag);
bool pack_read_region_cond(struct pack *p, const struct sheet *s, int row, int column,
			   struct cond *ret);

/* Names that dangle without making the pack unreadable. */
void pack_find_dangling(struct pack *p);

/* Works out which row applies where, for as many codes as there is room; regions have to be known.
 */
void pack_place_items(struct pack *p);
/* The row of items that applies (contract 3.1), -1 for none. */
int item_row_find(const struct pack *p, const char *code, int region);
bool item_is_known(const struct pack *p, const char *code);
/* The region that serves for a code; *ret_known is false when it is a stand-in. */
int region_resolve(const struct pack *p, const char *code, bool *ret_known);
bool region_cond_matches(const struct pack *p, const struct cond *c, int region, int *ret_depth);

#endif
