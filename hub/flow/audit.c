/* audit.c: see audit.h. */
#include "flow/audit.h"

#include "flow/view.h"

static void member(struct buf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_add_str(out, ",\"");
	buf_add_str(out, name);
	buf_add_str(out, "\":");
	buf_add_json(out, value);
}

static void on_kept(void *arg, enum err e, const char *text)
{
	(void)arg;
	(void)text;
	if (e != ERR_OK)
		log_at(LOG_ERROR, "", "a line of the audit log could not be written: %s",
		       err_name(e));
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

void audit_act(struct flow *f, const struct audited *a)
{
	char room[512];
	struct buf out;

	buf_init_in(&out, room, sizeof(room), 8192);
	audit_line(a, &out);
	store_audit(f->store, buf_cstr(&out), on_kept, NULL);
	buf_clear(&out);
}
