/* policy_work.c: what takes too long for the loop is done beside it, and not too much of it at
 * once. */
#include <stdlib.h>
#include <string.h>

#include "flow/policies_in.h"
#include "timefmt.h"

/* People who sign in need the same threads, of which there are four. Who looks at the matrix asks
 * for three of it one upon the other: the whole, that of the item chosen, and that of its place. */
#define JOBS_MAX 3

bool policies_begin(struct policies *ps)
{
	if (ps->jobs >= JOBS_MAX)
		return false;
	ps->jobs++;
	return true;
}

void policies_end(struct policies *ps)
{
	ps->jobs--;
}

int32_t policies_today(const struct policies *ps)
{
	return day_of_ms(clock_now_ms(&ps->flow->clock), SHANGHAI_MIN);
}

struct loading {
	struct policies *ps;
	char *version;
	struct buf content;
	struct pack *pack;
	policy_pack_fn *fn;
	void *arg;
};

static void loading_end(struct loading *l, enum err e)
{
	l->fn(l->arg, e, l->pack);
	pack_unref(l->pack);
	buf_clear(&l->content);
	free(l->version);
	free(l);
}

static void parse(void *arg)
{
	struct loading *l = arg;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	if (pack_read_canonical(l->content.data, l->content.len, &l->pack, &diag) != ERR_OK)
		l->pack = NULL;
	arena_clear(&arena);
}

static void parsed(void *arg)
{
	struct loading *l = arg;

	if (!l->pack || strcmp(pack_view(l->pack)->version, l->version) != 0) {
		log_at(LOG_ERROR, "", "a stored policy cannot be read any more: %s", l->version);
		loading_end(l, ERR_INTERNAL);
		return;
	}
	loading_end(l, ERR_OK);
}

static void on_content(void *arg, enum err e, const char *text)
{
	struct loading *l = arg;

	if (e == ERR_OK && !text)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK) {
		loading_end(l, e);
		return;
	}
	buf_init(&l->content, strlen(text) + 1);
	buf_add_str(&l->content, text);
	loop_work(l->ps->flow->loop, parse, parsed, l);
}

void policy_with_pack(struct policies *ps, const char *version, policy_pack_fn *fn, void *arg)
{
	const struct policy *p = policy_find(ps, version);
	struct loading *l;

	if (p && p->pack) {
		fn(arg, ERR_OK, p->pack);
		return;
	}
	l = mem_zalloc(sizeof(*l));
	l->ps = ps;
	l->version = mem_strdup(version);
	l->fn = fn;
	l->arg = arg;
	store_get(ps->flow->store, TABLE_POLICIES, version, on_content, l);
}
