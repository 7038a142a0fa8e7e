/* filter.c: see filter.h. */
#include "flow/filter.h"

#include <string.h>

#include "lifecycle.h"
#include "timefmt.h"

#define PERIOD_DAYS	92
#define PERIOD_DAYS_MAX 36600

void filters_init(struct filters *f, const struct pack *pack)
{
	f->pack = pack;
	arena_init(&f->arena);
	diag_init(&f->diag, &f->arena);
}

bool filters_end(struct filters *f, reply_fn *fn, void *arg)
{
	bool is_read = !f->diag.count;

	if (!is_read && fn)
		reply_faults(fn, arg,
			     arena_printf(&f->arena, "%s %s", f->diag.first->where + 1,
					  f->diag.first->what),
			     &f->diag);
	arena_clear(&f->arena);
	return is_read;
}

void filter_fault(struct filters *f, const char *name, const char *why)
{
	diag_add(&f->diag, arena_printf(&f->arena, "/%s", name), "%s", why);
}

void filter_limit(struct filters *f, int limit)
{
	if (!limit)
		filter_fault(f, "limit", FILTER_BAD_LIMIT);
}

static const char *name_of_state(int i)
{
	return notice_state_name((enum notice_state)i);
}

static const char *name_of_role(int i)
{
	return role_name((enum role)i);
}

static const char *name_of_cause(int i)
{
	return cause_name((enum cause)i);
}

static int word(const char *s, const char *(*name_of)(int), int count)
{
	for (int i = 0; i < count; i++) {
		if (!strcmp(s, name_of(i)))
			return i;
	}
	return -1;
}

int filter_region(struct filters *f, const char *s)
{
	int region = *s ? pack_find_region(f->pack, s, strlen(s)) : -1;

	if (*s && region < 0)
		filter_fault(f, "region", "must be a region of the policy");
	return region;
}

int filter_state(struct filters *f, const char *s, bool *ret_todo)
{
	int state = word(s, name_of_state, STATE_COUNT);
	bool todo = ret_todo && !strcmp(s, "todo");

	if (*s && state < 0 && !todo)
		filter_fault(f, "state",
			     ret_todo ? "must be a state of a notice, or todo"
				      : "must be a state of a notice");
	if (ret_todo)
		*ret_todo = todo;
	return state;
}

int filter_role(struct filters *f, const char *s)
{
	int role = word(s, name_of_role, ROLE_APPLICANT);

	if (*s && role < 0)
		filter_fault(f, "role", "must be lead, assist or copy");
	return role;
}

int filter_cause(struct filters *f, const char *s)
{
	int cause = word(s, name_of_cause, CAUSE_COUNT);

	if (*s && cause < 0)
		filter_fault(
			f, "cause",
			"must be decision, pool, transfer, sent-on, ruling, feedback, archive or letter");
	return cause;
}

bool filter_flag(struct filters *f, const char *name, const char *s)
{
	bool is_set = s && !strcmp(s, "true");

	if (s && *s && !is_set)
		filter_fault(f, name, "must be true, or not be there");
	return is_set;
}

const char *filter_due(struct filters *f, const char *s)
{
	if (!strcmp(s, "overdue"))
		return "red";
	if (!strcmp(s, "soon"))
		return "yellow";
	if (*s)
		filter_fault(f, "due", "must be overdue or soon");
	return NULL;
}

void filter_item(struct filters *f, const char *s, char ret[ITEM_CODE_LEN + 1])
{
	*ret = '\0';
	if (*s && !item_code_basic(s, strlen(s), ret))
		filter_fault(f, "item", "must be an item code of 12, 31 or 33 letters and digits");
}

bool filter_item_or_none(struct filters *f, const char *s, char ret[ITEM_CODE_LEN + 1])
{
	bool is_none = s && !strcmp(s, FILTER_NO_ITEM);

	filter_item(f, s && !is_none ? s : "", ret);
	return is_none;
}

int32_t filter_day(struct filters *f, const char *name, const char *s, int32_t absent)
{
	int32_t day = absent;

	if (*s && !date_parse(s, strlen(s), &day))
		filter_fault(f, name, "must be a date like 2026-01-31");
	return day;
}

struct period filter_period(struct filters *f, const char *from, const char *to, int64_t now_ms)
{
	size_t faults = f->diag.count;
	struct period p;

	p.to_day = filter_day(f, "to", to, day_of_ms(now_ms, SHANGHAI_MIN));
	p.from_day = filter_day(f, "from", from, p.to_day - PERIOD_DAYS + 1);
	if (f->diag.count == faults &&
	    (p.from_day > p.to_day || p.to_day - p.from_day > PERIOD_DAYS_MAX))
		filter_fault(f, "from", "must not be behind to, nor a hundred years before it");
	return p;
}
