/* board.c: see board.h. */
#include "flow/board.h"

#include <stdlib.h>
#include <string.h>

#include "flow/figures.h"
#include "flow/filter.h"
#include "flow/view.h"
#include "timefmt.h"

enum by { BY_BODY, BY_REGION, BY_ITEM, BY_DAY, BY_COUNT };
static const char *const by_names[BY_COUNT] = {"body", "region", "item", "day"};

struct sums {
	int64_t counts[FIGURE_COUNT];
	int64_t claim_minutes;
};
struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	struct period period;
	int region; /* -1 everywhere */
	enum by by;
	int64_t now_ms;
	struct fact_scope *scope;
	struct sums total, *groups;
	int64_t group_count;
	struct buf out;
};

bool region_covers(const struct pack *pack, int region, const char *code)
{
	int r = region < 0 ? -1 : pack_find_region(pack, code, strlen(code));

	return region < 0 || (r >= 0 && region_within(pack, r, region));
}

/* --- adding up --- */

static int64_t group_of(const struct call *c, const struct fact *x)
{
	switch (c->by) {
	case BY_BODY:
		return x->body;
	case BY_REGION:
		return x->region;
	case BY_ITEM:
		return x->item;
	case BY_DAY:
	case BY_COUNT:
		break;
	}
	return x->day - c->period.from_day;
}

static void sums_add(struct sums *s, const struct fact *x, int64_t now_ms)
{
	for (int f = 0; f < FIGURE_COUNT; f++)
		s->counts[f] += figure_counts((enum figure)f, x, now_ms);
	if (figure_counts(FIGURE_LEAD_CLAIMED, x, now_ms))
		s->claim_minutes += x->claim_minutes;
}

static bool add_fact(void *arg, const struct fact *x)
{
	struct call *c = arg;

	if (!fact_in_scope(c->scope, x) ||
	    !region_covers(c->flow->pack, c->region, figures_name(c->flow->figures, x->region)))
		return true;
	sums_add(&c->total, x, c->now_ms);
	sums_add(&c->groups[group_of(c, x)], x, c->now_ms);
	return true;
}

/* --- rates: null where there is nothing to divide by --- */

struct rate {
	const char *name;
	enum figure part, whole;
};
static const struct rate rates[] = {
	{"claim_rate", FIGURE_LEAD_CLAIMED, FIGURE_LEAD_STANDING},
	{"on_time_rate", FIGURE_CLAIMED_IN_TIME, FIGURE_DUE},
	{"return_rate", FIGURE_RETURNED_EVER, FIGURE_SENT},
	{"first_hit_rate", FIGURE_FIRST_HIT, FIGURE_LEAD_SENT},
};
#define RATES (sizeof(rates) / sizeof(rates[0]))

/* In ten-thousandths, so that two readers never differ in the last digit; -1: nothing to divide by.
 */
static int64_t ratio(int64_t part, int64_t whole)
{
	return whole ? (part * 20000 + whole) / (2 * whole) : -1;
}

static void put_ratio(struct buf *out, int64_t r)
{
	if (r < 0)
		buf_add_str(out, "null");
	else
		buf_printf(out, "%lld.%04lld", (long long)(r / 10000), (long long)(r % 10000));
}

static int64_t hours_to_claim(const struct sums *s)
{
	int64_t claims = s->counts[FIGURE_LEAD_CLAIMED];

	return claims ? (s->claim_minutes * 10000 + 30 * claims) / (60 * claims) : -1;
}

/* A key is what the list behind the row is asked by, so it is never empty. */
static const char *group_name(const struct call *c, int64_t group)
{
	const char *name = figures_name(c->flow->figures, (int32_t)group);

	return c->by == BY_ITEM && !*name ? FILTER_NO_ITEM : name;
}

static const char *key_of(const struct call *c, int64_t group, char text[TIMEFMT_BYTES])
{
	if (c->by != BY_DAY)
		return group_name(c, group);
	date_format(c->period.from_day + (int32_t)group, text);
	return text;
}

static const char *name_of(const struct call *c, const char *key)
{
	const struct pack *pack = c->flow->pack;
	const struct pack_view *p = pack_view(pack);
	const char *code = notice_is_pool(key) ? key + 5 : key;
	int at;

	switch (c->by) {
	case BY_BODY:
		at = pack_find_body(pack, key);
		if (at >= 0)
			return p->bodies[at].name;
		at = pack_find_region(pack, code, strlen(code));
		return at < 0 ? NULL : p->regions[at].name;
	case BY_REGION:
		at = pack_find_region(pack, key, strlen(key));
		return at < 0 ? NULL : p->regions[at].name;
	case BY_ITEM:
		if (!strcmp(key, FILTER_NO_ITEM))
			return "无事项编码";
		at = pack_find_item(pack, key);
		return at < 0 ? NULL : p->items[at].name;
	case BY_DAY:
	case BY_COUNT:
		break;
	}
	return NULL;
}

/* --- JSON --- */

static void put_sums(const struct sums *s, struct buf *out)
{
	for (int f = 0; f < FIGURE_COUNT; f++)
		buf_printf(out, "%s\"%s\":%lld", f ? "," : "", figure_name((enum figure)f),
			   (long long)s->counts[f]);
	for (size_t i = 0; i < RATES; i++) {
		buf_printf(out, ",\"%s\":", rates[i].name);
		put_ratio(out, ratio(s->counts[rates[i].part], s->counts[rates[i].whole]));
	}
	buf_add_str(out, ",\"hours_to_claim\":");
	put_ratio(out, hours_to_claim(s));
}

static int by_key(const void *a, const void *b, void *arg)
{
	const struct call *c = arg;

	return strcmp(group_name(c, *(const int64_t *)a), group_name(c, *(const int64_t *)b));
}

/* Those in which something was sent. By their keys, or by their days: two hubs have met the names
 * in different orders, and say the same. The caller frees. */
static int64_t *groups_shown(struct call *c, int64_t *ret_count)
{
	int64_t *shown = mem_alloc(sizeof(*shown) * (size_t)(c->group_count + 1)), n = 0;

	for (int64_t g = 0; g < c->group_count; g++) {
		if (c->groups[g].counts[FIGURE_SENT])
			shown[n++] = g;
	}
	if (c->by != BY_DAY)
		qsort_r(shown, (size_t)n, sizeof(*shown), by_key, c);
	*ret_count = n;
	return shown;
}

static void put_json(struct call *c, struct buf *out)
{
	char from[TIMEFMT_BYTES], to[TIMEFMT_BYTES], day[TIMEFMT_BYTES];
	int64_t count, *shown = groups_shown(c, &count);

	date_format(c->period.from_day, from);
	date_format(c->period.to_day, to);
	buf_printf(out, "{\"from\":\"%s\",\"to\":\"%s\",\"by\":\"%s\",\"region\":", from, to,
		   by_names[c->by]);
	buf_add_json(out, c->region < 0 ? NULL : pack_view(c->flow->pack)->regions[c->region].code);
	buf_add_str(out, ",\"at\":");
	view_time(out, c->now_ms);
	buf_add_str(out, ",\"total\":{");
	put_sums(&c->total, out);
	buf_add_str(out, "},\"items\":[");
	for (int64_t i = 0; i < count; i++) {
		const char *key = key_of(c, shown[i], day);

		buf_printf(out, "%s{\"key\":", i ? "," : "");
		buf_add_json(out, key);
		buf_add_str(out, ",\"name\":");
		buf_add_json(out, name_of(c, key));
		buf_add_char(out, ',');
		put_sums(&c->groups[shown[i]], out);
		buf_add_char(out, '}');
	}
	free(shown);
	buf_add_str(out, "],\"next\":null}");
}

/* --- the way of the question --- */

static void call_end(struct call *c, enum err e)
{
	reply_built(c->fn, c->arg, e, "", &c->out);
	principal_unref(c->who);
	buf_clear(&c->out);
	free(c->groups);
	free(c);
}

static void on_read(void *arg, enum err e)
{
	struct call *c = arg;
	struct figures *g = c->flow->figures;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	c->now_ms = clock_now_ms(&c->flow->clock);
	c->group_count =
		c->by == BY_DAY ? c->period.to_day - c->period.from_day + 1 : figures_name_count(g);
	c->groups = mem_zalloc(sizeof(*c->groups) * (size_t)(c->group_count + 1));
	c->scope = fact_scope_new(g, c->who, c->flow->pack);
	figures_each(g, c->period.from_day, c->period.to_day, add_fact, c);
	fact_scope_free(c->scope);
	put_json(c, &c->out);
	call_end(c, ERR_OK);
}

void query_board(struct flow *f, struct principal *who, const struct query_board *q, reply_fn *fn,
		 void *arg)
{
	int by = *q->by ? word_find(q->by, by_names, BY_COUNT) : BY_BODY;
	struct filters filters;
	struct period period;
	struct call *c;
	int region;

	filters_init(&filters, f->pack);
	if (by < 0)
		filter_fault(&filters, "by", "must be body, region, item or day");
	region = filter_region(&filters, q->region);
	period = filter_period(&filters, q->from, q->to, clock_now_ms(&f->clock));
	if (!filters_end(&filters, fn, arg))
		return;
	c = mem_zalloc(sizeof(*c));
	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->period = period;
	c->region = region;
	c->by = (enum by)by;
	buf_init(&c->out, 32 << 20);
	figures_read(f->figures, period.from_day, on_read, c);
}
