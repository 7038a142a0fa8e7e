/* deliver_text.c: see deliver_text.h. */
#include "flow/deliver_text.h"

#include <string.h>

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

const char *deliver_text(struct change *c, const struct delivery *d)
{
	const struct pack *pack = flow_pack_of(c->flow, c->record.policy);
	const struct pack_view *p = pack_view(pack);
	const struct notice *n = d->notice >= 0 ? &c->record.notices[d->notice] : NULL;
	const char *tmpl = pack_text_find(pack, n ? "sms-notice" : "sms-applicant");
	char code[SHORT_CODE_BYTES];
	struct buf out;
	const char *text;

	short_code_make(c->seq, d->notice >= 0 ? d->notice : RECORD_NOTICES_MAX - 1, code);
	const struct text_value values[] = {
		{ "sign", p->settings.sms_sign },
		{ "count", "1" },
		{ "item", item_name(pack, c->record.item_code) },
		{ "region", region_name(pack, c->record.region) },
		{ "due", due_text(c, n) },
		{ "code", code },
		{ "case", c->event->case_id },
		{ "body", n ? body_name(pack, n->body) : "" },
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
