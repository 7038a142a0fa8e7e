/* row.c: see row.h. */
#include "flow/row.h"

#include <string.h>

#include "flow/flow.h"
#include "flow/fold.h"

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

static bool holds(const char *member, const char *folded, struct row *r)
{
	return member && strstr(fold(member, &r->arena), folded);
}

/* A person whose name and number are hidden is found by the whole name alone, or they could be
 * guessed piece by piece. */
bool row_holds_text(struct row *r, const char *text)
{
	const struct event *e = &r->event;
	const char *folded = fold(text, &r->arena);

	if (!*text || holds(e->case_id, folded, r) || holds(e->permit_number, folded, r))
		return true;
	if (view_hides_applicant(&r->view))
		return !strcmp(fold(e->applicant_name, &r->arena), folded);
	return holds(e->applicant_name, folded, r) || holds(e->applicant_code, folded, r);
}

bool row_is_of_item(const struct row *r, const char *code)
{
	return !strcmp(code, r->record.item_code) || !strcmp(code, r->event.item_code);
}
