/* store_commit.c: what one turn has changed, in one call of lua/commit.lua. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_in.h"

#define COMMITS_PER_CALL 256
static_assert(SCRIPT_COMMIT_KEYS == 3 && SCRIPT_COMMIT_ARGS == 5,
	      "commit.lua wants other arguments than are sent");

struct commit_item {
	struct item head;
	store_commit_fn *fn;
	void *arg;
	struct commit_in in;
	int at; /* place in the queue: what is for one event keeps its order */
};
struct commit_batch {
	struct commit_item *items[COMMITS_PER_CALL];
	int count, place_count;
};

static void fail_item(struct item *it, enum err e)
{
	struct commit_item *c = (struct commit_item *)it;

	c->fn(c->arg, e, (struct bytes){0});
	free(c);
}

void store_commit(struct store *s, const struct commit_in *in, store_commit_fn *fn, void *arg)
{
	struct commit_item *c = mem_alloc(sizeof(*c));

	c->head.fail = fail_item;
	c->in = *in;
	c->head.near = &c->in.near;
	c->fn = fn;
	c->arg = arg;
	queue_put(s, &s->commits, &c->head);
}

/* Whether the answer has a letter for each commit and a record for each stale one. */
static bool is_answer_to(const struct redis_reply *r, int count)
{
	int stale = 0;

	if (r->count < 2 || r->items[1].len != (size_t)count)
		return false;
	for (int i = 0; i < count; i++) {
		if (!memchr("dsn", r->items[1].str[i], 3))
			return false;
		stale += r->items[1].str[i] == 's';
	}
	return r->count == 2 + stale;
}

static const struct item *item_at(const struct commit_batch *b, int i)
{
	return i < b->count ? &b->items[i]->head : NULL;
}

static void on_committed(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct commit_batch *b = a->own;
	int stale = 0;

	store_batch_done(a->store);
	if (e == ERR_OK && !is_answer_to(r, b->count))
		e = ask_misfit(a);
	for (int i = 0; i < b->count; i++) {
		struct commit_item *it = b->items[i];
		struct bytes current = {"", 0};
		enum err result = ERR_OK;

		item_look_ahead(item_at(b, i + ITEMS_AHEAD), item_at(b, i + NEAR_AHEAD));
		if (e != ERR_OK) {
			fail_item(&it->head, e);
			continue;
		}
		if (r->items[1].str[i] == 'n')
			result = ERR_NOT_FOUND;
		if (r->items[1].str[i] == 's') {
			const struct redis_reply *at = &r->items[2 + stale++];

			result = ERR_STALE;
			current = (struct bytes){at->str, at->len};
		}
		it->fn(it->arg, result, current);
		free(it);
	}
}

static int by_seq(const void *x, const void *y)
{
	const struct commit_item *a = *(struct commit_item *const *)x,
				 *b = *(struct commit_item *const *)y;

	if (a->in.seq != b->in.seq)
		return a->in.seq < b->in.seq ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static void take_batch(struct store *s, struct commit_batch *b)
{
	size_t bytes = 0;

	while (b->count < COMMITS_PER_CALL && bytes < STORE_BATCH_BYTES && s->commits.first) {
		struct commit_item *it = (struct commit_item *)queue_take(&s->commits);

		bytes += it->in.record.len;
		b->place_count += it->in.index_count;
		it->at = b->count;
		b->items[b->count++] = it;
	}
	qsort(b->items, (size_t)b->count, sizeof(b->items[0]), by_seq);
}

#define COMMIT_ARGS 6
static void put_commit(struct ask *a, const struct commit_in *in)
{
	const char *lines = in->feed ? in->feed : "";
	size_t len = strlen(lines);

	while (len && lines[len - 1] == '\n')
		len--;
	args_int(&a->args, in->seq);
	if (in->expected_writer && *in->expected_writer)
		args_join(&a->args, args_digits(&a->arena, in->expected_version), ".",
			  in->expected_writer, "\t", NULL);
	else
		args_join(&a->args, args_digits(&a->arena, in->expected_version), "\t", NULL);
	args_bytes(&a->args, in->record.data, in->record.len);
	if (in->due_stands)
		args_str(&a->args, "=");
	else if (in->due_ms >= 0)
		args_int(&a->args, in->due_ms);
	else
		args_str(&a->args, "");
	args_bytes(&a->args, lines, len);
	args_str(&a->args, in->audit ? in->audit : "");
}

static int run_length(const struct commit_batch *b, int from)
{
	int n = from + 1;

	while (n < b->count && b->items[n]->in.seq / KEYS_EVENTS_PER_HASH ==
				       b->items[from]->in.seq / KEYS_EVENTS_PER_HASH)
		n++;
	return n - from;
}

static_assert(COMMITS_PER_CALL <= PLACE_MAX, "a run's length and a place have two bytes");

static void put_run_lengths(struct ask *a, const struct commit_batch *b)
{
	char *lengths = arena_alloc(&a->arena, 2 * (size_t)b->count), *to = lengths;

	for (int from = 0, size; from < b->count; from += size) {
		size = run_length(b, from);
		to = place_number(to, size);
	}
	args_bytes(&a->args, lengths, (size_t)(to - lengths));
}

static void put_runs(struct ask *a, const struct commit_batch *b)
{
	for (int from = 0, size; from < b->count; from += size) {
		size = run_length(b, from);
		key_record(&a->store->keys, &a->keys, b->items[from]->in.seq);
		for (int i = from; i < from + size; i++)
			put_commit(a, &b->items[i]->in);
	}
}

static void group_places(struct groups *g, const struct commit_batch *b)
{
	for (int i = 0; i < b->count; i++) {
		for (int k = 0; k < b->items[i]->in.index_count; k++) {
			const struct commit_index *x = &b->items[i]->in.index[k];

			groups_add(g, &(struct place){.body = x->body,
						      .at = i + 1,
						      .notice = x->notice,
						      .change = (x->todo ? 1 : 0) +
								2 * (int)x->listed});
		}
	}
}

static void put_lists(struct ask *a, const struct groups *g)
{
	for (int i = 0; i < g->group_count; i++) {
		char *places = arena_alloc(&a->arena, 5 * (size_t)g->groups[i].count), *to = places;

		key_body_all(&a->store->keys, &a->keys, g->groups[i].body);
		key_body_open(&a->store->keys, &a->keys, g->groups[i].body);
		for (int p = g->groups[i].first; p >= 0; p = g->places[p].next) {
			to = place_number(to, g->places[p].at);
			to = place_number(to, g->places[p].notice);
			*to++ = (char)g->places[p].change;
		}
		args_bytes(&a->args, places, (size_t)(to - places));
	}
}

static int count_holders(const struct commit_batch *b)
{
	int n = 0;

	for (int i = 0; i < b->count; i++) {
		const struct commit_in *in = &b->items[i]->in;

		n += in->holder_body ? (in->holder_case != NULL) + (in->holder_permit != NULL) : 0;
	}
	return n;
}

static void put_holder(struct ask *a, int at, const struct commit_in *in, const char *kind,
		       const char *id)
{
	key_holder(&a->store->keys, &a->keys, id);
	args_int(&a->args, at);
	args_join(&a->args, kind, id, NULL);
	args_str(&a->args, in->holder_body);
	args_int(&a->args, in->holder_notice);
}

static void put_holders(struct ask *a, const struct commit_batch *b)
{
	for (int i = 0; i < b->count; i++) {
		const struct commit_in *in = &b->items[i]->in;

		if (in->holder_body && in->holder_case)
			put_holder(a, i + 1, in, "c:", in->holder_case);
		if (in->holder_body && in->holder_permit)
			put_holder(a, i + 1, in, "p:", in->holder_permit);
	}
}

void store_commit_batch(struct store *s)
{
	struct ask *a = ask_new(s, SCRIPT_COMMIT, on_committed, NULL);
	struct commit_batch *b = arena_zalloc(&a->arena, sizeof(*b));
	struct groups g;

	a->own = b;
	a->is_write = true;
	take_batch(s, b);
	groups_init(&g, &a->arena, b->place_count);
	group_places(&g, b);
	args_room(&a->args, 4 + COMMIT_ARGS * b->count + g.group_count);
	args_str(&a->keys, s->keys.due);
	args_str(&a->keys, s->keys.feed);
	args_str(&a->keys, s->keys.audit);
	put_run_lengths(a, b);
	args_int(&a->args, g.group_count);
	args_int(&a->args, count_holders(b));
	args_int(&a->args, STORE_FEED_ENTRIES);
	put_runs(a, b);
	put_lists(a, &g);
	put_holders(a, b);
	s->batches++;
	ask_submit(a);
}
