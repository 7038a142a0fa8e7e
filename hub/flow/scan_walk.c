/* scan_walk.c: see scan_walk.h. */
#include "flow/scan_walk.h"

#include <stdlib.h>
#include <string.h>

#include "flow/principal.h"
#include "flow/row.h"

#define BUDGET	   256
#define ROUNDS_MAX 4096

/* Documents are kept as jansson writes them wherever they held an escape, so the text is written by
 * it too; in small letters. */
static char *as_in_documents(const char *text)
{
	json_t *value = json_string(text);
	char *quoted = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL, *inside;

	json_decref(value);
	inside = mem_strdup(quoted ? quoted + 1 : text);
	if (quoted)
		inside[strlen(inside) - 1] = '\0';
	for (char *c = inside; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 'a' - 'A') : *c;
	free(quoted);
	return inside;
}

static char *other_form(const char *text)
{
	struct arena arena;
	const char *half;
	char *form;

	arena_init(&arena);
	half = row_half_width(text, &arena);
	form = strcmp(half, text) != 0 ? as_in_documents(half) : NULL;
	arena_clear(&arena);
	return form;
}

static void add_any(struct scan_walk *w, const char *mark, const char *text)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_printf(&b, "%s%s%s", mark, text, mark);
	w->any[w->any_count++] = mem_strdup(buf_cstr(&b));
	buf_clear(&b);
}

void scan_walk_init(struct scan_walk *w, struct flow *f, const struct principal *who,
		    const char *text)
{
	bool sees_more = principal_is(who, WHO_COORDINATOR) || principal_is(who, WHO_AUDITOR) ||
			 principal_is(who, WHO_SYSTEM) || who->grant_count >= SCAN_ANY_MAX;

	*w = (struct scan_walk){.flow = f, .need = as_in_documents(text), .also = other_form(text)};
	for (int i = 0; i < who->grant_count && !sees_more; i++) {
		const struct grant *g = &who->grants[i];

		if (g->who == WHO_SUPERVISOR)
			add_any(w, "\t", g->body);
		else if (g->who == WHO_APPROVER)
			add_any(w, "\"", g->body);
	}
	if (w->any_count)
		add_any(w, "\t", who->name);
}

static void next_round(struct scan_walk *w);

static void on_rows(void *arg, enum err e, const struct loaded *items, int count)
{
	struct scan_walk *w = arg;
	int i;

	if (e != ERR_OK) {
		w->end(w->arg, e);
		return;
	}
	for (i = 0; i < count && w->found < w->limit; i++) {
		w->before = items[i].seq;
		w->take(w->arg, &items[i]);
	}
	if (i == count)
		w->before = w->next;
	if (!w->before || w->found >= w->limit || ++w->rounds >= ROUNDS_MAX)
		w->end(w->arg, ERR_OK);
	else
		next_round(w);
}

static void on_scanned(void *arg, enum err e, const struct loaded *items, int count, int64_t next)
{
	struct scan_walk *w = arg;

	w->next = next;
	if (e == ERR_OK)
		rows_recall(w->flow, items, count, on_rows, w);
	else
		w->end(w->arg, e);
}

static void next_round(struct scan_walk *w)
{
	struct scan_in in = {.before = w->before,
			     .need = w->need,
			     .also = w->also,
			     .any = (const char *const *)w->any,
			     .any_count = w->any_count,
			     .limit = w->limit - w->found,
			     .budget = BUDGET};

	store_scan(w->flow->store, &in, on_scanned, w);
}

void scan_walk_start(struct scan_walk *w)
{
	next_round(w);
}

void scan_walk_clear(struct scan_walk *w)
{
	while (w->any_count)
		free(w->any[--w->any_count]);
	free(w->need);
	free(w->also);
	w->need = w->also = NULL;
}
