/* audit.c: see audit.h. */
#include "flow/audit.h"

#include "flow/view.h"

/* Always here, as buf_add_str is. */
__attribute__((always_inline)) static inline void member(struct buf *out, const char *name,
							 const char *value)
{
	if (!value || !*value)
		return;
	buf_add_str(out, ",\"");
	buf_add_str(out, name);
	buf_add_str(out, "\":");
	buf_add_json(out, value);
}

void audit_line(const struct audited *a, struct buf *out)
{
	buf_add_str(out, "{\"at\":");
	view_time(out, a->at_ms);
	member(out, "who", a->who);
	member(out, "act", a->act);
	if (a->seq && a->notice >= 0)
		view_id(out, ",\"notice\":", 'n', a->seq, a->notice);
	else if (a->seq)
		buf_printf(out, ",\"event\":\"e%lld\"", (long long)a->seq);
	member(out, "body", a->body);
	member(out, "region", a->region);
	member(out, "state", a->state);
	member(out, "channel", a->channel);
	member(out, "detail", a->detail);
	buf_add_char(out, '}');
}
