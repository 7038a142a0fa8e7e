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

static const char *next_body(const struct saying *s, int *at)
{
	const struct pack_view *p = pack_view(s->flow->pack);

	while (*at < p->body_count) {
		const char *body = p->bodies[(*at)++].id;

		if (contacts_have(s->flow, body, s->hash))
			return body;
	}
	return NULL;
}

static void tell_bodies(const struct saying *s)
{
	const char *body;
	int at = 0;

	while ((body = next_body(s, &at)))
		log_at(s->begins ? LOG_WARN : LOG_INFO, "", "body=%s: one of its numbers %s", body,
		       s->begins ? OPTOUT_WHY : "wants texts again");
}

/* One for each body whose number it is, and one without a body if it is nobody's. */
static void audit_lines(const struct saying *s, struct buf *out)
{
	struct audited a = {.at_ms = clock_now_ms(&s->flow->clock),
			    .who = "hub",
			    .act = s->begins ? "opt-out" : "opt-in",
			    .notice = -1,
			    .channel = channel_name(CHANNEL_SMS)};
	int at = 0;

	a.body = next_body(s, &at);
	do {
		audit_line(&a, out);
		buf_add_char(out, '\n');
	} while (a.body && (a.body = next_body(s, &at)));
}

/* Known here before the number is answered. */
static void on_looked(void *arg, enum err e, const struct named *items, int count)
{
	struct saying *s = arg;

	on_list(s->flow->optouts, e, items, count);
	s->done(s->arg, ERR_OK);
	free(s);
}

/* Whoever says what was so already changes nothing. */
static void on_kept(void *arg, enum err e, const char *text)
{
	struct saying *s = arg;
	bool stood = e == (s->begins ? ERR_CONFLICT : ERR_NOT_FOUND);

	(void)text;
	if (e != ERR_OK && !stood) {
		s->done(s->arg, e);
		free(s);
		return;
	}
	if (!stood)
		tell_bodies(s);
	store_list(s->flow->store, TABLE_OPTOUTS, on_looked, s);
}

/* Written together with its lines of the audit log, and with what tells every hub to look again. */
static void say(struct flow *f, const char *hash, bool begins, optout_done_fn *done, void *arg)
{
	struct saying *s = mem_zalloc(sizeof(*s));
	struct buf lines;
	char at[24];
	int len = snprintf(at, sizeof(at), "%lld", (long long)clock_now_ms(&f->clock));

	s->flow = f;
	s->begins = begins;
	s->done = done;
	s->arg = arg;
	snprintf(s->hash, sizeof(s->hash), "%s", hash);
	buf_init(&lines, 1 << 20);
	audit_lines(s, &lines);
	store_write_named(
		f->store,
		&(struct named_write){.table = TABLE_OPTOUTS,
				      .name = s->hash,
				      .value = {begins ? at : NULL, begins ? (size_t)len : 0},
				      .told = "X\toptouts",
				      .audit = buf_cstr(&lines)},
		on_kept, s);
	buf_clear(&lines);
}

void optout_begin(struct flow *f, const char *hash, optout_done_fn *done, void *arg)
{
	say(f, hash, true, done, arg);
}

void optout_end(struct flow *f, const char *hash, optout_done_fn *done, void *arg)
{
	say(f, hash, false, done, arg);
}
