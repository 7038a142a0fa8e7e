/* store_accept.c: what one turn has accepted, in one call of lua/accept.lua. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_in.h"

#define ACCEPTS_PER_CALL 128
static_assert(SCRIPT_ACCEPT_KEYS == 5 && SCRIPT_ACCEPT_ARGS == 4,
	      "accept.lua wants other arguments than are sent");

struct accept_item {
	struct item head;
	store_accept_fn *fn;
	void *arg;
	struct accept_in in;
};
struct accept_batch {
	struct accept_item *items[ACCEPTS_PER_CALL];
	int count, place_count;
};

static void fail_item(struct item *it, enum err e)
{
	struct accept_item *a = (struct accept_item *)it;

	a->fn(a->arg, e, NULL);
	free(a);
}

void store_accept(struct store *s, const struct accept_in *in, store_accept_fn *fn, void *arg)
{
	struct accept_item *a = mem_alloc(sizeof(*a));

	a->head.fail = fail_item;
	a->in = *in;
	a->head.near = &a->in.near;
	a->fn = fn;
	a->arg = arg;
	queue_put(s, &s->accepts, &a->head);
}

/* What a call has answered, read from its first event to its last. */
struct verdicts {
	const char *letters;
	int64_t newest; /* event so far */
	const struct redis_reply *rest;
};

static bool read_verdicts(struct verdicts *ret, const struct redis_reply *r, int count)
{
	int rest = 0;

	if (r->count < 3 || r->items[2].len != (size_t)count)
		return false;
	*ret = (struct verdicts){r->items[2].str, r->items[1].integer, r->items + 3};
	for (int i = 0; i < count; i++) {
		if (!memchr("nmrc", ret->letters[i], 4))
			return false;
		rest += ret->letters[i] == 'r' ? 2 : ret->letters[i] != 'n';
	}
	return r->count == 3 + rest;
}

static struct accept_out next_verdict(struct verdicts *v, int i)
{
	struct accept_out out = {.earlier = "", .record = {"", 0}};
	char letter = v->letters[i];

	if (letter == 'n' || letter == 'm') {
		out.result = ACCEPT_NEW;
		out.seq = ++v->newest;
		if (letter == 'm')
			out.earlier = v->rest++->str;
		return out;
	}
	out.result = letter == 'r' ? ACCEPT_REPEAT : ACCEPT_CONFLICT;
	out.seq = v->rest++->integer;
	if (letter == 'r') {
		out.record = (struct bytes){v->rest->str, v->rest->len};
		v->rest++;
	}
	return out;
}

static const struct item *item_at(const struct accept_batch *b, int i)
{
	return i < b->count ? &b->items[i]->head : NULL;
}

static void on_accepted(struct ask *a, enum err e, const struct redis_reply *r)
{
	struct accept_batch *b = a->own;
	struct verdicts v = {0};

	store_batch_done(a->store);
	if (e == ERR_OK && !read_verdicts(&v, r, b->count))
		e = ask_misfit(a);
	for (int i = 0; i < b->count; i++) {
		struct accept_item *it = b->items[i];
		struct accept_out out;

		item_look_ahead(item_at(b, i + ITEMS_AHEAD), item_at(b, i + NEAR_AHEAD));
		if (e != ERR_OK) {
			fail_item(&it->head, e);
			continue;
		}
		out = next_verdict(&v, i);
		if (out.seq > a->store->main.answered_seq)
			a->store->main.answered_seq = out.seq;
		it->fn(it->arg, ERR_OK, &out);
		free(it);
	}
}

static void take_batch(struct store *s, struct accept_batch *b)
{
	size_t bytes = 0;

	while (b->count < ACCEPTS_PER_CALL && bytes < STORE_BATCH_BYTES && s->accepts.first) {
		struct accept_item *it = (struct accept_item *)queue_take(&s->accepts);

		bytes += it->in.doc.len + it->in.record.len;
		b->place_count += it->in.body_count;
		b->items[b->count++] = it;
	}
}

/* ",body,body" without the first comma, behind a tab: the end of the feed's line. */
static void put_told(struct args *args, const struct accept_in *in)
{
	size_t len = 1;
	char *text, *to;

	for (int k = 0; k < in->body_count; k++)
		len += strlen(in->bodies[k]) + 1;
	text = to = arena_alloc(args->arena, len + 1);
	*to++ = '\t';
	for (int k = 0; k < in->body_count; k++) {
		size_t n = strlen(in->bodies[k]);

		if (k)
			*to++ = ',';
		memcpy(to, in->bodies[k], n);
		to += n;
	}
	args_bytes(args, text, (size_t)(to - text));
}

#define EVENT_ARGS 9
static void put_event(struct ask *a, const struct accept_in *in)
{
	const struct bytes field = key_dedupe_field(in->identity);

	key_dedupe(&a->store->keys, &a->keys, in->identity);
	key_case(&a->store->keys, &a->keys, in->case_id);
	args_bytes(&a->args, field.data, field.len);
	args_bytes(&a->args, in->fingerprint, 16);
	args_str(&a->args, in->case_id);
	args_join(&a->args, "/", in->type, "/", args_digits(&a->arena, in->version), NULL);
	args_bytes(&a->args, in->doc.data, in->doc.len);
	args_bytes(&a->args, in->record.data, in->record.len);
	if (in->due_ms >= 0)
		args_int(&a->args, in->due_ms);
	else
		args_str(&a->args, "");
	put_told(&a->args, in);
	args_str(&a->args, in->permit ? in->permit : "");
}

static_assert(ACCEPTS_PER_CALL <= PLACE_MAX, "a place has two bytes for an event");

static void put_lists(struct ask *a, const struct groups *g)
{
	for (int i = 0; i < g->group_count; i++) {
		char *places = arena_alloc(&a->arena, 4 * (size_t)g->groups[i].count), *to = places;

		key_body_all(&a->store->keys, &a->keys, g->groups[i].body);
		key_body_open(&a->store->keys, &a->keys, g->groups[i].body);
		for (int p = g->groups[i].first; p >= 0; p = g->places[p].next) {
			to = place_number(to, g->places[p].at);
			to = place_number(to, g->places[p].notice);
		}
		args_bytes(&a->args, places, (size_t)(to - places));
	}
}

static void put_permit_keys(struct ask *a, const struct accept_batch *b)
{
	for (int i = 0; i < b->count; i++) {
		if (b->items[i]->in.permit)
			key_permit(&a->store->keys, &a->keys, b->items[i]->in.permit);
	}
}

void store_accept_batch(struct store *s)
{
	struct ask *a = ask_new(s, SCRIPT_ACCEPT, on_accepted, NULL);
	struct accept_batch *b = arena_zalloc(&a->arena, sizeof(*b));
	struct groups g;

	a->own = b;
	a->is_write = true;
	take_batch(s, b);
	groups_init(&g, &a->arena, b->place_count);
	for (int i = 0; i < b->count; i++) {
		const struct accept_in *in = &b->items[i]->in;

		for (int k = 0; k < in->body_count; k++)
			groups_add(&g, &(struct place){
					       .body = in->bodies[k], .at = i + 1, .notice = k});
	}
	args_room(&a->keys, 5 + 3 * b->count + 2 * g.group_count);
	args_room(&a->args, 3 + EVENT_ARGS * b->count + g.group_count);
	args_str(&a->keys, s->keys.seq);
	args_str(&a->keys, s->keys.due);
	args_str(&a->keys, s->keys.feed);
	args_str(&a->keys, s->keys.docs);
	args_str(&a->keys, s->keys.records);
	args_int(&a->args, b->count);
	args_int(&a->args, g.group_count);
	args_int(&a->args, STORE_FEED_ENTRIES);
	for (int i = 0; i < b->count; i++)
		put_event(a, &b->items[i]->in);
	put_lists(a, &g);
	put_permit_keys(a, b);
	s->batches++;
	ask_submit(a);
}
