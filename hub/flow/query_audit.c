/* query_audit.c: the audit log read, newest first. The cursor is the place of the last line looked
 * at, which never moves. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "flow/filter.h"
#include "flow/query.h"

#define SLICE	   256
#define SLICES_MAX 64

struct call {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	void *arg;
	char *by, *act, *about;
	int64_t before; /* lines from this place on have been looked at; -1: none yet */
	int limit, found, slices;
	struct buf out;
};

static void call_end(struct call *c, enum err e)
{
	page_end(&c->out, "", c->before);
	reply_built(c->fn, c->arg, e, "", &c->out);
	principal_unref(c->who);
	free(c->by);
	free(c->act);
	free(c->about);
	buf_clear(&c->out);
	free(c);
}

static const char *text_of(const json_t *line, const char *name)
{
	const char *s = json_string_value(json_object_get(line, name));

	return s ? s : "";
}

static bool matches(const struct call *c, const json_t *line)
{
	const char *region = text_of(line, "region");

	if (*region && !principal_oversees(c->who, c->flow->pack, region, WHO_AUDITOR))
		return false;
	if ((*c->by && strcmp(c->by, text_of(line, "who")) != 0) ||
	    (*c->act && strcmp(c->act, text_of(line, "act")) != 0))
		return false;
	return !*c->about || !strcmp(c->about, text_of(line, "notice")) ||
	       !strcmp(c->about, text_of(line, "event")) ||
	       !strcmp(c->about, text_of(line, "detail"));
}

static void take(struct call *c, struct bytes text)
{
	json_t *line = json_loadb(text.data, text.len, 0, NULL);

	if (line && matches(c, line)) {
		if (c->found++)
			buf_add_char(&c->out, ',');
		buf_add(&c->out, text.data, text.len);
	}
	json_decref(line);
}

static void next_slice(struct call *c);

static void on_lines(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		call_end(c, e);
		return;
	}
	if (c->before < 0 || c->before > total)
		c->before = total;
	for (int i = 0; i < count && c->found < c->limit; i++) {
		take(c, lines[i]);
		c->before--;
	}
	if (!c->before || !count || c->found >= c->limit || ++c->slices >= SLICES_MAX)
		call_end(c, ERR_OK);
	else
		next_slice(c);
}

static void next_slice(struct call *c)
{
	store_audit_read(c->flow->store, c->before, SLICE, on_lines, c);
}

void query_audit(struct flow *f, struct principal *who, const struct query_audit *q, reply_fn *fn,
		 void *arg)
{
	struct call *c;

	if (strspn(q->cursor, "0123456789") != strlen(q->cursor) || strlen(q->cursor) > 15) {
		reply_invalid(fn, arg, "cursor", FILTER_BAD_CURSOR);
		return;
	}
	c = mem_zalloc(sizeof(*c));
	c->flow = f;
	c->who = principal_ref(who);
	c->fn = fn;
	c->arg = arg;
	c->by = mem_strdup(q->who);
	c->act = mem_strdup(q->act);
	c->about = mem_strdup(q->about);
	c->limit = q->limit;
	c->before = *q->cursor ? strtoll(q->cursor, NULL, 10) : -1;
	buf_init(&c->out, 16 << 20);
	buf_add_str(&c->out, "{\"items\":[");
	next_slice(c);
}
