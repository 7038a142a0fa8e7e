/* row.c: see row.h. */
#include "flow/row.h"

#include <string.h>

#include "flow/flow.h"

enum err row_open(struct flow *f, const struct principal *who, const struct loaded *x, struct row *ret)
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
	ret->view = (struct view){ .pack = flow_pack_of(f, ret->record.policy), .event = &ret->event,
				   .record = &ret->record, .seq = x->seq, .now_ms = clock_now_ms(&f->clock),
				   .principal = who };
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

static bool holds(const char *member, const char *text)
{
	return member && strstr(member, text);
}

bool row_holds_text(const struct row *r, const char *text)
{
	const struct event *e = &r->event;

	return !*text || holds(e->applicant_name, text) || holds(e->case_id, text) || holds(e->permit_number, text) ||
	       holds(e->applicant_code, text);
}
