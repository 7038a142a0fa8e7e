/* deliver_text.c: see deliver_text.h. */
#include "flow/deliver_text.h"

#include <string.h>

#include "decide.h"
#include "scope.h"
#include "text.h"
#include "timefmt.h"

/* Used when a pack brings no texts of its own. */
static const char notice_fallback[] =
	"【{sign}】您单位有1件待认领:{item}({region}),{due}前签收。编号{code},回复编号即签收。";
static const char assist_fallback[] =
	"【{sign}】{count}件协管告知：{item}（{region}），{due}前签收。编号{code}，回复编号即签收";
static const char copy_fallback[] = "【{sign}】抄告：{item}（{region}），请知悉。编号{code}";
static const char feedback_fallback[] =
	"【{sign}】{item}（{region}）请于{due}前反馈监管情况。编号{code}";
static const char term_fallback[] =
	"【{sign}】{item}（{region}）有期限将于{due}到期：{what}。编号{code}";
static const char archive_fallback[] =
	"【{sign}】{item}（{region}）档案请于{due}前移交决定机关。编号{code}，移交后回复编号";
static const char letter_fallback[] =
	"【{sign}】您单位有1件来函待答复:{item}({region}),请于{due}前答复。编号{code},回复编号即签收。";
static const char withdrawn_fallback[] =
	"【{sign}】编号{code}的告知（{item}，{region}）已撤回，无需再办理";
static const char superseded_fallback[] =
	"【{sign}】编号{code}的告知（{item}，{region}）已更正，以新告知为准";
static const char joined_fallback[] =
	"【{sign}】您有{count}件待办:{item},最早{due}到期。编号{code}等,回复1全部签收。";
static const char applicant_fallback[] =
	"【{sign}】您的{item}办件已办结,监管部门已获告知。编号{code}";

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

/* What a source wrote in several lines, in one: no text with a control character in it is sent. */
static const char *in_one_line(const char *s, struct arena *arena)
{
	char *line = s ? arena_strdup(arena, s) : NULL, *w = line;

	for (const char *r = line; r && *r; r++) {
		bool is_blank = (unsigned char)*r <= ' ' || *r == 0x7f;

		if (!is_blank)
			*w++ = *r;
		else if (w > line && w[-1] != ' ')
			*w++ = ' ';
	}
	if (w)
		*w = '\0';
	return line;
}

static const char *due_text(struct arena *arena, int64_t due_ms)
{
	char text[TIMEFMT_BYTES];

	if (due_ms < 0)
		return "";
	date_format(day_of_ms(due_ms, SHANGHAI_MIN), text);
	return arena_strdup(arena, text);
}

#define NAMES_MAX 2 /* of items in one text: an SMS is short, and the page has them all */

/* 食品经营许可、烟草专卖零售许可等3项 */
static const char *names_joined(struct change *c, const struct pack *pack, const char *const *codes,
				int count)
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

	for (const char *rest = n ? n->items : ""; *rest && count <= SCOPE_ITEMS_MAX;
	     rest += *rest == '|') {
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

	return count && items[0].accepts >= 0 ? pack_view(pack)->bodies[items[0].accepts].name
					      : NULL;
}

/* About a clock of the event: ahead of it, or when a promise is overdue. */
static const char *term_template(const struct change *c, const struct term *t, bool is_applicants)
{
	static const char *const ahead[TERM_KIND_COUNT] = {"sms-commitment", "sms-material",
							   "sms-permit-end"};
	static const char *const over[TERM_KIND_COUNT] = {"sms-commitment-overdue",
							  "sms-material-overdue", "sms-permit-end"};

	if (is_applicants)
		return "sms-applicant-permit-end";
	return c->now_ms > t->due_ms ? over[t->kind] : ahead[t->kind];
}

static const char *fallback_text(const struct change *c, const struct notice *n,
				 const struct term *t)
{
	if (t || !n)
		return t ? term_fallback : applicant_fallback;
	if (notice_owes_feedback(&c->record, n))
		return feedback_fallback;
	if (n->state == STATE_WITHDRAWN || n->state == STATE_SUPERSEDED)
		return n->state == STATE_WITHDRAWN ? withdrawn_fallback : superseded_fallback;
	if (n->cause == CAUSE_LETTER)
		return letter_fallback;
	if (n->cause == CAUSE_ARCHIVE)
		return archive_fallback;
	return n->role == ROLE_ASSIST ? assist_fallback
	       : n->role == ROLE_COPY ? copy_fallback
				      : notice_fallback;
}

static const bool stops_a_permit[EVENT_TYPE_COUNT] = {
	[EVENT_SUSPENDED] = true, [EVENT_REVOKED] = true, [EVENT_WITHDRAWN] = true};

/* Whoever assists or gets a copy has nothing to claim, and is not told to. */
static const char *template_to_take(const struct change *c, const struct notice *n)
{
	if (n->role != ROLE_LEAD)
		return n->role == ROLE_ASSIST ? "sms-assist" : "sms-copy";
	if (n->due_ms >= 0 && c->now_ms > n->due_ms)
		return "sms-overdue";
	if (n->cause == CAUSE_TRANSFER)
		return "sms-transfer";
	return stops_a_permit[c->event->type] ? "sms-urgent" : "sms-notice";
}

static const char *notice_template(const struct change *c, const struct notice *n)
{
	if (notice_owes_feedback(&c->record, n))
		return c->now_ms > n->feedback_due_ms ? "sms-feedback-overdue" : "sms-feedback";
	if (n->state == STATE_WITHDRAWN || n->state == STATE_SUPERSEDED)
		return n->state == STATE_WITHDRAWN ? "sms-withdrawn" : "sms-superseded";
	if (n->cause == CAUSE_ARCHIVE)
		return "sms-archive";
	if (n->cause == CAUSE_LETTER)
		return "sms-letter";
	return template_to_take(c, n);
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
		return notice_template(c, n);
	if (office && c->event->type != EVENT_DEREGISTERED)
		return "sms-applicant-items";
	return name ? name : "sms-applicant";
}

/* What a text says: the pack's template, else the one here. Line feeds at its end belong to the
 * file it came from. */
struct wording {
	const char *tmpl, *fallback;
	const struct text_value *values;
	int count;
};

static const char *worded(const struct wording *w, struct arena *arena)
{
	struct buf out;
	const char *text;

	buf_init(&out, 4096);
	if (!w->tmpl || !text_fill(w->tmpl, w->values, w->count, &out)) {
		buf_reset(&out);
		if (!text_fill(w->fallback, w->values, w->count, &out))
			buf_reset(&out);
	}
	while (out.len && (out.data[out.len - 1] == '\n' || out.data[out.len - 1] == '\r'))
		out.len--;
	text = arena_strndup(arena, out.data ? out.data : "", out.len);
	buf_clear(&out);
	return text;
}

/* What a transfer or an urgent matter has no text of its own for, is told as others are. */
static const char *template_find(const struct pack *pack, const char *name)
{
	const char *tmpl = pack_text_find(pack, name);

	if (!tmpl && (!strcmp(name, "sms-transfer") || !strcmp(name, "sms-urgent")))
		tmpl = pack_text_find(pack, "sms-notice");
	return tmpl;
}

static int64_t due_of(const struct record *r, const struct notice *n, const struct term *t)
{
	return t ? t->due_ms : n ? notice_due_ms(r, n) : -1;
}

const char *deliver_text(struct change *c, const struct delivery *d)
{
	const struct pack *pack = flow_pack_of(c->flow, c->record.policy);
	const struct pack_view *p = pack_view(pack);
	const struct notice *n = d->notice >= 0 ? &c->record.notices[d->notice] : NULL;
	const struct term *t = d->term >= 0 ? &c->record.terms[d->term] : NULL;
	const char *office = n ? NULL : office_name(c, pack);
	char code[SHORT_CODE_BYTES];

	short_code_make(c->seq, n ? d->notice : RECORD_NOTICES_MAX - 1, code);
	const struct text_value values[] = {
		{"sign", p->settings.sms_sign},
		{"count", "1"},
		{"item", items_text(c, pack, n)},
		{"region", region_name(pack, c->record.region)},
		{"due", due_text(&c->arena, due_of(&c->record, n, t))},
		{"code", code},
		{"case", c->event->case_id},
		{"body", n	  ? body_name(pack, n->body)
			 : office ? office
				  : ""},
		{"type", event_type_name(c->event->type)},
		{"what", in_one_line(t ? t->what : "", &c->arena)},
		{"permit", in_one_line(c->event->permit_number, &c->arena)},
	};

	return worded(&(struct wording){template_find(pack, t ? term_template(c, t, !n)
							      : template_name(c, n, office)),
					fallback_text(c, n, t), values,
					sizeof(values) / sizeof(values[0])},
		      &c->arena);
}

struct text_piece deliver_piece(struct change *c, const struct delivery *d)
{
	const struct notice *n = &c->record.notices[d->notice];
	char code[SHORT_CODE_BYTES];

	short_code_make(c->seq, d->notice, code);
	return (struct text_piece){items_text(c, flow_pack_of(c->flow, c->record.policy), n),
				   arena_strdup(&c->arena, code), notice_due_ms(&c->record, n)};
}

/* Each kind of item once, as many as have room. */
static const char *kinds_text(const struct text_piece *pieces, int count, struct arena *arena)
{
	const char *named[NAMES_MAX] = {""};
	int names = 0, i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < names && strcmp(named[k], pieces[i].item) != 0; k++)
			;
		if (k == NAMES_MAX)
			break;
		if (k == names)
			named[names++] = pieces[i].item;
	}
	return arena_printf(arena, "%s%s%s%s", named[0], names > 1 ? "、" : "",
			    names > 1 ? named[1] : "", i < count ? "等" : "");
}

static int64_t first_due(const struct text_piece *pieces, int count)
{
	int64_t first = -1;

	for (int i = 0; i < count; i++) {
		if (pieces[i].due_ms >= 0 && (first < 0 || pieces[i].due_ms < first))
			first = pieces[i].due_ms;
	}
	return first;
}

const char *deliver_text_joined(const struct flow *f, const struct text_piece *pieces, int count,
				struct arena *arena)
{
	const struct text_value values[] = {
		{"sign", pack_view(f->pack)->settings.sms_sign},
		{"count", arena_printf(arena, "%d", count)},
		{"item", kinds_text(pieces, count, arena)},
		{"due", due_text(arena, first_due(pieces, count))},
		{"code", pieces[0].code},
	};

	return worded(&(struct wording){pack_text_find(f->pack, "sms-joined"), joined_fallback,
					values, sizeof(values) / sizeof(values[0])},
		      arena);
}
