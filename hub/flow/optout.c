/* optout.c: see optout.h. */
#include "flow/optout.h"

#include <stdlib.h>
#include <string.h>

#include "base/strmap.h"
#include "flow/audit.h"
#include "flow/contacts.h"
#include "flow/decided.h"
#include "sms.h"

struct optouts {
	struct flow *flow;
	struct arena arena; /* holds the set */
	struct strmap hashes;
	int count;
	struct again_job again;
};

static void on_list(void *arg, enum err e, const struct named *items, int count)
{
	struct optouts *o = arg;

	if (e != ERR_OK) { /* what is known stays meanwhile */
		again_later(o->flow->again, &o->again);
		return;
	}
	arena_clear(&o->arena);
	arena_init(&o->arena);
	strmap_init(&o->hashes, &o->arena, count + 1);
	for (int i = 0; i < count; i++) {
		const char *hash = arena_strdup(&o->arena, items[i].name);

		strmap_add(&o->hashes, hash, strlen(hash), 1);
	}
	o->count = count;
	contacts_look_over(o->flow);
}

void optouts_load(struct optouts *o)
{
	store_list(o->flow->store, TABLE_OPTOUTS, on_list, o);
}

static void load_again(void *arg)
{
	optouts_load(arg);
}

struct optouts *optouts_new(struct flow *f)
{
	struct optouts *o = mem_zalloc(sizeof(*o));

	o->flow = f;
	o->again = (struct again_job){.fn = load_again, .arg = o};
	arena_init(&o->arena);
	return o;
}

void optouts_free(struct optouts *o)
{
	arena_clear(&o->arena);
	free(o);
}

bool optouts_hold(const struct optouts *o, const char *hash)
{
	return o->count && strmap_find(&o->hashes, hash, strlen(hash)) >= 0;
}

bool optouts_hold_number(const struct flow *f, const char *phone)
{
	char number[NUMBER_BYTES];
	struct arena arena;
	bool holds;

	if (!f->optouts->count || !number_normalise(phone, number))
		return false;
	arena_init(&arena);
	holds = optouts_hold(f->optouts, decided_address_hash(f, number, &arena));
	arena_clear(&arena);
	return holds;
}

/* --- a number's own word --- */

struct saying {
	struct flow *flow;
	bool begins;
	char hash[64];
	optout_done_fn *done;
	void *arg;
};

static void tell_bodies(const struct saying *s)
{
	const struct pack_view *p = pack_view(s->flow->pack);
	const char *act = s->begins ? "opt-out" : "opt-in";
	int bodies = 0;

	for (int b = 0; b < p->body_count; b++) {
		if (!contacts_have(s->flow, p->bodies[b].id, s->hash))
			continue;
		bodies++;
		audit_act(s->flow, &(struct audited){.at_ms = clock_now_ms(&s->flow->clock),
						     .who = "hub",
						     .act = act,
						     .notice = -1,
						     .body = p->bodies[b].id,
						     .channel = channel_name(CHANNEL_SMS)});
		log_at(s->begins ? LOG_WARN : LOG_INFO, "", "body=%s: one of its numbers %s",
		       p->bodies[b].id, s->begins ? OPTOUT_WHY : "wants texts again");
	}
	if (!bodies)
		audit_act(s->flow, &(struct audited){.at_ms = clock_now_ms(&s->flow->clock),
						     .who = "hub",
						     .act = act,
						     .notice = -1,
						     .channel = channel_name(CHANNEL_SMS)});
}

static void said(struct saying *s, enum err e)
{
	s->done(s->arg, e);
	free(s);
}

/* The other hubs hear of it before the number is answered, or the provider says it again. */
static void on_told(void *arg, enum err e, const char *text)
{
	(void)text;
	said(arg, e);
}

static void on_kept(void *arg, enum err e, const char *text)
{
	struct saying *s = arg;

	(void)text;
	if (e != ERR_OK) {
		said(s, e);
		return;
	}
	if (optouts_hold(s->flow->optouts, s->hash) != s->begins)
		tell_bodies(s);
	optouts_load(s->flow->optouts);
	store_append_feed(s->flow->store, "X\toptouts", on_told, s);
}

static struct saying *saying_new(struct flow *f, const char *hash)
{
	struct saying *s = mem_zalloc(sizeof(*s));

	s->flow = f;
	snprintf(s->hash, sizeof(s->hash), "%s", hash);
	return s;
}

void optout_begin(struct flow *f, const char *hash, optout_done_fn *done, void *arg)
{
	struct saying *s = saying_new(f, hash);
	char at[24];
	int len = snprintf(at, sizeof(at), "%lld", (long long)clock_now_ms(&f->clock));

	s->begins = true;
	s->done = done;
	s->arg = arg;
	store_put(f->store, TABLE_OPTOUTS, s->hash, (struct bytes){at, (size_t)len}, on_kept, s);
}

void optout_end(struct flow *f, const char *hash, optout_done_fn *done, void *arg)
{
	struct saying *s = saying_new(f, hash);

	s->done = done;
	s->arg = arg;
	store_delete(f->store, TABLE_OPTOUTS, s->hash, on_kept, s);
}
