/* deliver_text.c: see deliver_text.h. */
#include "flow/deliver_text.h"

#include <string.h>

#include "decide.h"
#include "scope.h"
#include "text.h"
#include "timefmt.h"

/* Used when a pack brings no texts of its own. */
static const char notice_fallback[] = "【{sign}】您单位有1件待认领:{item}({region}),{due}前签收。编号{code},回复编号即签收。";
static const char applicant_fallback[] = "【{sign}】您的{item}办件已办结,监管部门已获告知。编号{code}";

static const char *item_name(const struct pack *pack, const char *code)
{
	int i = pack_find_item(pack, code);

	return i < 0 ? "许可事项" : pack_view(pack)->items[i].name;
}

static const char *region_name(const struct pack *pack, const char *code)
{
	int r = pack_find_region(pack, code, strlen(code));

	return r < 0 ? "" : pack_view(pack)->regions[r].name;
}

static const char *body_name(const struct pack *pack, const char *id)
{
	int b = pack_find_body(pack, id);

	return b < 0 ? "" : pack_view(pack)->bodies[b].name;
}

static const char *due_text(struct change *c, const struct notice *n)
{
	char text[TIMEFMT_BYTES];

	if (!n || n->due_ms < 0)
		return "";
	date_format(day_of_ms(n->due_ms, SHANGHAI_MIN), text);
	return arena_strdup(&c->arena, text);
}

#define NAMES_MAX 2 /* of items in one text: an SMS is short, and the page has them all */

/* 食品经营许可、烟草专卖零售许可等3项 */
static const char *names_joined(struct change *c, const struct pack *pack, const char *const *codes, int count)
{
	const char *text = count ? item_name(pack, codes[0]) : "";

	for (int i = 1; i < count && i < NAMES_MAX; i++)
		text = arena_printf(&c->arena, "%s、%s", text, item_name(pack, codes[i]));
	return count > NAMES_MAX ? arena_printf(&c->arena, "%s等%d项", text, count) : text;
}

/* The items that a text is about: a notice's own, the applicant's all. */
static const char *items_text(struct change *c, const struct pack *pack, const struct notice *n)
{
	const char *codes[SCOPE_ITEMS_MAX + 1];
	const struct decided_item *items;
	int count = 0, i;

	for (const char *rest = n ? n->items : ""; *rest && count <= SCOPE_ITEMS_MAX; rest += *rest == '|') {
		codes[count++] = arena_strndup(&c->arena, rest, strcspn(rest, "|"));
		rest += strcspn(rest, "|");
	}
	if (!n) {
		count = decide_items(pack, c->event, &c->arena, &items);
		for (i = 0; i < count; i++)
			codes[i] = items[i].code;
	}
	return count ? names_joined(c, pack, codes, count) : item_name(pack, c->record.item_code);
}

/* Where the applicant of a registration goes first; NULL when its scope implies nothing. */
static const char *office_name(struct change *c, const struct pack *pack)
{
	const struct decided_item *items;
	int count = decide_items(pack, c->event, &c->arena, &items);

	return count && items[0].accepts >= 0 ? pack_view(pack)->bodies[items[0].accepts].name : NULL;
}

static const char *template_name(const struct change *c, const struct notice *n, const char *office)
{
	static const char *const of_applicant[EVENT_TYPE_COUNT] = {
		[EVENT_REFUSED] = "sms-applicant-refused",
		[EVENT_REGISTERED] = "sms-applicant-registered",
		[EVENT_REREGISTERED] = "sms-applicant-registered",
	};
	const char *name = of_applicant[c->event->type];

	if (n)
		return n->due_ms >= 0 && c->now_ms > n->due_ms ? "sms-overdue" : "sms-notice";
	if (office && c->event->type != EVENT_DEREGISTERED)
		return "sms-applicant-items";
	return name ? name : "sms-applicant";
}

const char *deliver_text(struct change *c, const struct delivery *d)
{
	const struct pack *pack = flow_pack_of(c->flow, c->record.policy);
	const struct pack_view *p = pack_view(pack);
	const struct notice *n = d->notice >= 0 ? &c->record.notices[d->notice] : NULL;
	const char *office = n ? NULL : office_name(c, pack);
	const char *tmpl = pack_text_find(pack, template_name(c, n, office));
	char code[SHORT_CODE_BYTES];
	struct buf out;
	const char *text;

	short_code_make(c->seq, d->notice >= 0 ? d->notice : RECORD_NOTICES_MAX - 1, code);
	const struct text_value values[] = {
		{ "sign", p->settings.sms_sign },
		{ "count", "1" },
		{ "item", items_text(c, pack, n) },
		{ "region", region_name(pack, c->record.region) },
		{ "due", due_text(c, n) },
		{ "code", code },
		{ "case", c->event->case_id },
		{ "body", n ? body_name(pack, n->body) : office ? office : "" },
		{ "type", event_type_name(c->event->type) },
	};

	buf_init(&out, 4096);
	if (!tmpl || !text_fill(tmpl, values, sizeof(values) / sizeof(values[0]), &out)) {
		buf_reset(&out);
		if (!text_fill(n ? notice_fallback : applicant_fallback, values, sizeof(values) / sizeof(values[0]), &out))
			buf_reset(&out);
	}
	while (out.len && (out.data[out.len - 1] == '\n' || out.data[out.len - 1] == '\r'))
		out.len--;
	text = arena_strndup(&c->arena, out.data ? out.data : "", out.len);
	buf_clear(&out);
	return text;
}
