/* row.c: see row.h. */
#include "flow/row.h"

#include <string.h>

#include "base/utf8.h"
#include "flow/flow.h"

#define FULL_WIDTH_LEAD '\xef' /* the first byte of all of them */

enum err row_open(struct flow *f, const struct principal *who, const struct loaded *x,
		  struct row *ret)
{
	struct diag diag;
	enum err e = ERR_NOT_FOUND;

	arena_init(&ret->arena);
	diag_init(&diag, &ret->arena);
	if (!x->doc.data || !x->record.data)
		goto out;
	e = record_decode(x->record.data, x->record.len, &ret->arena, &ret->record);
	if (e == ERR_OK)
		e = event_parse(x->doc.data, x->doc.len, &f->limits, &ret->event, &diag);
	if (e != ERR_OK)
		goto out;
	ret->view = (struct view){.pack = flow_pack_of(f, ret->record.policy),
				  .event = &ret->event,
				  .record = &ret->record,
				  .seq = x->seq,
				  .now_ms = clock_now_ms(&f->clock),
				  .principal = who};
	return ERR_OK;
out:
	arena_clear(&ret->arena);
	return e;
}

void row_close(struct row *r)
{
	event_clear(&r->event);
	arena_clear(&r->arena);
}

const char *row_half_width(const char *text, struct arena *arena)
{
	size_t len = strlen(text);
	char *out = arena_alloc(arena, len + 1), *to = out;

	for (const char *s = text; *s;) {
		size_t step = utf8_length(s, len - (size_t)(s - text));
		uint32_t c = step ? utf8_decode(s, step) : 0;

		if (c >= 0xff01 && c <= 0xff5e) {
			*to++ = (char)(c - 0xff01 + '!');
		} else {
			step = step ? step : 1;
			memcpy(to, s, step);
			to += step;
		}
		s += step;
	}
	*to = '\0';
	return out;
}

static bool holds(const char *member, const char *text)
{
	return member && strcasestr(member, text);
}

/* A person whose name and number are hidden is found by the whole name alone, or they could be
 * guessed piece by piece. */
static bool event_holds(const struct row *r, const char *text)
{
	const struct event *e = &r->event;

	if (holds(e->case_id, text) || holds(e->permit_number, text))
		return true;
	if (view_hides_applicant(&r->view))
		return !strcmp(e->applicant_name, text);
	return holds(e->applicant_name, text) || holds(e->applicant_code, text);
}

bool row_holds_text(struct row *r, const char *text)
{
	if (!*text || event_holds(r, text))
		return true;
	return strchr(text, FULL_WIDTH_LEAD) && event_holds(r, row_half_width(text, &r->arena));
}
