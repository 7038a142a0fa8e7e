/* api_names.c: what the page needs to offer and to count with: the names of the policy in force,
 * and its days off. */
#include <string.h>

#include "calendar.h"
#include "flow/filter.h"
#include "net/api.h"
#include "timefmt.h"

#define DAYS_BEFORE 92
#define DAYS_AFTER  400
#define DAYS_MAX    3660

static void member(struct buf *out, const char *before, const char *value)
{
	buf_add_str(out, before);
	buf_add_json(out, value);
}

static void put_regions(const struct pack_view *p, struct buf *out)
{
	for (int i = 0; i < p->region_count; i++) {
		const struct region *r = &p->regions[i];

		member(out, i ? ",{\"code\":" : "{\"code\":", r->code);
		member(out, ",\"name\":", r->name);
		member(out, ",\"level\":", level_name(r->level));
		member(out, ",\"parent\":", r->parent < 0 ? NULL : p->regions[r->parent].code);
		buf_add_char(out, '}');
	}
}

static void put_bodies(const struct pack_view *p, struct buf *out)
{
	for (int i = 0; i < p->body_count; i++) {
		const struct body *b = &p->bodies[i];

		member(out, i ? ",{\"id\":" : "{\"id\":", b->id);
		member(out, ",\"name\":", b->name);
		member(out, ",\"kind\":", body_kind_name(b->kind));
		member(out, ",\"region\":", p->regions[b->region].code);
		buf_add_str(out, ",\"sectors\":[");
		for (int k = 0; k < b->sector_count; k++)
			member(out, k ? "," : "", b->sectors[k]);
		buf_add_str(out, "]}");
	}
}

/* An item has a row for each place where it is handed down differently; its name is that of the
 * first. */
static void put_items(const struct pack *pack, const struct pack_view *p, struct buf *out)
{
	const char *comma = "";

	for (int i = 0; i < p->item_count; i++) {
		const struct item *x = &p->items[i];

		if (pack_find_item(pack, x->code) != i)
			continue;
		buf_add_str(out, comma);
		member(out, "{\"code\":", x->code);
		member(out, ",\"name\":", x->name);
		member(out, ",\"sector\":", x->sector);
		buf_add_char(out, '}');
		comma = ",";
	}
}

void api_policy_names(struct call *c)
{
	const struct pack *pack = c->api->flow->pack;
	const struct pack_view *p = pack_view(pack);
	struct buf out;

	buf_init(&out, 16u << 20);
	member(&out, "{\"policy\":", p->version);
	buf_add_str(&out, ",\"regions\":[");
	put_regions(p, &out);
	buf_add_str(&out, "],\"bodies\":[");
	put_bodies(p, &out);
	buf_add_str(&out, "],\"items\":[");
	put_items(pack, p, &out);
	buf_add_str(&out, "]}");
	if (out.overflow)
		call_problem(c, ERR_TOO_LARGE, "The policy has more names than one answer holds");
	else
		call_json(c, 200, buf_cstr(&out), out.len);
	buf_clear(&out);
}

/* false: they cannot be read, and that has been answered */
static bool days_read(struct call *c, struct period *ret)
{
	int32_t today = day_of_ms(clock_now_ms(&c->api->flow->clock), SHANGHAI_MIN);
	struct filters f;

	filters_init(&f, c->api->flow->pack);
	ret->from_day = filter_day(&f, "from", call_query(c, "from"), today - DAYS_BEFORE);
	ret->to_day = filter_day(&f, "to", call_query(c, "to"), today + DAYS_AFTER);
	if (!f.diag.count &&
	    (ret->from_day > ret->to_day || ret->to_day - ret->from_day >= DAYS_MAX))
		filter_fault(&f, "from", "must not be behind to, and at most ten years before it");
	return filters_end(&f, call_on_reply, c);
}

void api_policy_calendar(struct call *c)
{
	const struct calendar *calendar = pack_calendar(c->api->flow->pack);
	char from[TIMEFMT_BYTES], to[TIMEFMT_BYTES], day[TIMEFMT_BYTES];
	struct period p;
	struct buf out;
	const char *comma = "";
	bool listed;

	if (!days_read(c, &p))
		return;
	date_format(p.from_day, from);
	date_format(p.to_day, to);
	buf_init(&out, 128 << 10);
	buf_printf(
		&out,
		"{\"from\":\"%s\",\"to\":\"%s\",\"opens\":\"09:00\",\"closes\":\"17:00\",\"days_off\":[",
		from, to);
	for (int32_t d = p.from_day; d <= p.to_day; d++) {
		if (calendar_is_working(calendar, d, &listed))
			continue;
		date_format(d, day);
		buf_printf(&out, "%s\"%s\"", comma, day);
		comma = ",";
	}
	buf_add_str(&out, "]}");
	call_json(c, 200, buf_cstr(&out), out.len);
	buf_clear(&out);
}
