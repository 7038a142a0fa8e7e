/* respond_clocks.c: what people say about the clocks of a matter. */
#include <string.h>

#include "flow/respond_in.h"
#include "flow/term.h"

static enum err refuse(struct answering *a, const char *why)
{
	a->detail = why;
	return ERR_CONFLICT;
}

enum err act_fulfil(struct answering *a, struct change *x, struct notice *n)
{
	enum notice_state to;
	enum err e = act_verdict(a, x, n, ACT_FULFIL, &to);
	struct term *t = a->p.clock < x->record.term_count ? &x->record.terms[a->p.clock] : NULL;

	if (e != ERR_OK)
		return e;
	if (!t || a->notice != term_notice(&x->record))
		return refuse(a, "This notice has no such clock");
	if (!term_is_promise(t))
		return refuse(a, "The end of a permit is nothing to be fulfilled");
	x->nothing = t->met_ms > 0;
	if (x->nothing)
		return ERR_OK;
	if (!term_runs(&x->record, t))
		return refuse(a, "The clock has ended with the permit");
	t->by = a->by;
	t->met_ms = x->now_ms;
	t->next_ms = -1;
	act_receipt(a, x, RECEIPT_FULFILLED)->detail =
		arena_printf(&x->arena, "%s: %s%s%s", term_kind_name(t->kind), t->what, *a->p.remark ? ": " : "", a->p.remark);
	n->version++;
	change_tell(x, a->notice, a->by);
	return ERR_OK;
}
