/*
 * check_space.h: what events can say, cut into the classes that packs tell apart, and the walk
 * through them.
 *
 * A space has one axis for the type of event, one for the day and one for each attribute that a
 * table asks for; an axis has one value for each class. Rows of two packs can stand in one space,
 * so that the same event is asked of both: a row of the space is the pack's base plus the row's
 * index. space_build, then walk_run any number of times.
 */
#ifndef TANDEM_CHECK_SPACE_H
#define TANDEM_CHECK_SPACE_H

#include "event.h"
#include "pack_in.h"

#define SPACE_PACKS 2

enum value_kind {
	VALUE_TYPE,
	VALUE_DAY,
	VALUE_MISSING,
	VALUE_FLAG,
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_UNLIKE
};
struct axis_value {
	enum value_kind kind;
	const char *text; /* what the event says; not NUL-terminated */
	size_t len;
	double number; /* the type, the day, 0 and 1 of a flag, or the number */
	double lo, hi; /* of a day or number: what it lies between; equal at a point */
};
struct axis {
	const char *attribute; /* NULL: type and day */
	struct axis_value *values;
	int count, first; /* the value that a witness had best have */
	rowset *sets[SPACE_PACKS];
	/* of each row of the space, the values at which it begins or ceases to hold */
	int *start, *at;
	int class_count;
};
enum { AXIS_TYPE, AXIS_DAY, AXIS_ATTRIBUTES };
struct space {
	struct arena *arena;
	const struct pack *packs[SPACE_PACKS];
	int pack_count, row_count, base[SPACE_PACKS];
	struct axis *axes;
	int axis_count;
	int32_t today;
};
/* packs, pack_count, arena and today are set before. */
void space_build(struct space *s);
static inline bool space_row_holds(const struct space *s, const struct axis *a, int row, int value)
{
	int pack = s->pack_count > 1 && row >= s->base[1];

	return rowset_has(a->sets[pack][value], row - s->base[pack]);
}

/* What is known before the event says more, and the rows that item, sector, devolution and region
 * leave; set has room for the table's words. */
struct facts facts_at_place(const struct pack *p, const char *code, int region, int *ret_item);
int rows_at_place(const struct pack *p, const struct facts *f, uint64_t *set, int *ret);

/*
 * One distinguishable way in which rows can hold together. path has a value of each axis; ~value
 * says that the axis made no difference. mask has a bit for each row of the walk.
 */
struct leaf {
	const int *path;
	const uint64_t *mask;
	uint32_t types; /* all of which give the same */
};
typedef bool walk_fn(void *arg, const struct leaf *leaf); /* false: enough */
struct walk {
	const struct space *space;
	const int *rows; /* of the space */
	int row_count;
	int must;	  /* the index of the row that has to hold, -1 for none */
	uint64_t *needed; /* NULL, or: once none of these holds, nothing that follows matters */
	uint32_t types;	  /* to be looked at */
	long leaves_max;
	walk_fn *on_leaf;
	void *arg;
	/* from here on filled by walk_run */
	struct arena *scratch;
	struct walk_axis *parts;
	int part_count, words;
	uint64_t **sets; /* what holds at each depth */
	int *path;
	uint32_t leaf_types;
	long leaf_count;
	bool too_many;
};
#define TYPES_ALL	   ((UINT32_C(1) << EVENT_TYPE_COUNT) - 1)
#define TYPES_REGISTRATION ((UINT32_C(7)) << EVENT_REGISTERED)
/* false: somebody had enough, or there were too many */
bool walk_run(struct walk *w, struct arena *scratch);
static inline bool mask_has(const uint64_t *mask, int i)
{
	return mask[i >> 6] >> (i & 63) & 1;
}

#endif
