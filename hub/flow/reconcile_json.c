/* reconcile_json.c: a statement as it is answered. */
#include "flow/reconcile_in.h"

#include <stdlib.h>
#include <string.h>

#include "flow/view.h"
#include "timefmt.h"

static const char *name_of(const struct pack *pack, const char *id)
{
	const struct pack_view *p = pack_view(pack);
	int b = pack_find_body(pack, id),
	    r = notice_is_pool(id) ? pack_find_region(pack, id + 5, strlen(id + 5)) : -1;

	if (b >= 0)
		return p->bodies[b].name;
	return r < 0 ? NULL : p->regions[r].name;
}

static void put_body(struct statement *c, const char *name, const char *id)
{
	buf_printf(&c->out, "\"%s\":{\"id\":", name);
	buf_add_json(&c->out, id);
	buf_add_str(&c->out, ",\"name\":");
	buf_add_json(&c->out, name_of(c->flow->pack, id));
	buf_add_char(&c->out, '}');
}

static void put_sender(struct statement *c, const struct cell *x)
{
	buf_add_str(&c->out, "{\"name\":");
	buf_add_json(&c->out, x->name);
	buf_printf(&c->out, ",\"taken\":%lld}", (long long)x->counts[0]);
}

void statement_put_counts(const struct cell *x, struct buf *out)
{
	for (int k = 0; k < COUNTED; k++)
		buf_printf(out, ",\"%s\":%lld", statement_figures[k], (long long)x->counts[k]);
}

bool statement_has_side(const struct statement *c, const struct cell *x, int side)
{
	return side ? principal_answers(c->who, x->name) : c->bureaus[x->bureau].is_own;
}

static void put_department(struct statement *c, const struct cell *x)
{
	buf_add_char(&c->out, '{');
	put_body(c, "body", x->name);
	statement_put_counts(x, &c->out);
	for (int s = 0; s < SIDES; s++)
		buf_printf(&c->out, "%s\"%s\":%s", s ? "," : ",\"agreed\":{", statement_sides[s],
			   x->agreed[s] ? x->agreed[s] : "null");
	buf_printf(&c->out, "},\"allowed\":[%s]}",
		   statement_has_side(c, x, 0) || statement_has_side(c, x, 1) ? "\"agree\"" : "");
}

static void put_cells(struct statement *c, const struct cells *t, int bureau,
		      void (*put)(struct statement *c, const struct cell *x))
{
	const char *comma = "";

	buf_add_char(&c->out, '[');
	for (int i = 0; i < t->count; i++) {
		if (t->list[i].bureau != bureau)
			continue;
		buf_add_str(&c->out, comma);
		put(c, &t->list[i]);
		comma = ",";
	}
	buf_add_char(&c->out, ']');
}

static bool has_cell(const struct cells *t, int bureau)
{
	for (int i = 0; i < t->count; i++) {
		if (t->list[i].bureau == bureau)
			return true;
	}
	return false;
}

/* What it took in all is not for a department to see. */
static void put_bureau(struct statement *c, int bureau)
{
	const struct bureau *b = &c->bureaus[bureau];

	buf_add_char(&c->out, '{');
	put_body(c, "bureau", b->id);
	if (b->is_own || has_cell(&c->senders, bureau)) {
		buf_printf(&c->out, ",\"taken\":%lld,\"senders\":", (long long)b->taken);
		put_cells(c, &c->senders, bureau, put_sender);
	} else {
		buf_add_str(&c->out, ",\"taken\":null,\"senders\":[]");
	}
	buf_add_str(&c->out, ",\"departments\":");
	put_cells(c, &c->departments, bureau, put_department);
	buf_add_char(&c->out, '}');
}

static int by_name(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void cells_sort(struct cells *t)
{
	if (t->count)
		qsort(t->list, (size_t)t->count, sizeof(*t->list), by_name);
}

void statement_put(struct statement *c)
{
	char from[TIMEFMT_BYTES], to[TIMEFMT_BYTES];
	const char *comma = "";

	date_format(c->period.from_day, from);
	date_format(c->period.to_day, to);
	buf_printf(&c->out, "{\"month\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"at\":", c->month,
		   from, to);
	view_time(&c->out, c->now_ms);
	buf_add_str(&c->out, ",\"items\":[");
	for (int i = 0; i < c->bureau_count; i++) {
		if (!has_cell(&c->departments, i) && !has_cell(&c->senders, i))
			continue;
		buf_add_str(&c->out, comma);
		put_bureau(c, i);
		comma = ",";
	}
	buf_add_str(&c->out, "],\"next\":null}");
}
