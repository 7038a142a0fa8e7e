#include "store/keys.h"

#include <string.h>

static const char *const table_names[TABLE_COUNT] = {
	[TABLE_USERS] = "users",       [TABLE_KEYS] = "keys",	      [TABLE_POLICIES] = "policies",
	[TABLE_CONTACTS] = "contacts", [TABLE_OPTOUTS] = "optouts",   [TABLE_AGREED] = "agreed",
	[TABLE_SOURCES] = "sources",   [TABLE_RANKINGS] = "rankings", [TABLE_SEALS] = "seals",
};

void keys_init(struct keys *k, const char *cell, struct arena *arena)
{
	const struct {
		const char **to, *name;
	} named[] = {
		{&k->prefix, ""},
		{&k->id, "id"},
		{&k->seq, "seq"},
		{&k->due, "due"},
		{&k->clock, "clock"},
		{&k->feed, "feed"},
		{&k->audit, "audit"},
		{&k->intake, "intake"},
		{&k->intake_done, "intake:done"},
		{&k->intake_failed, "intake:failed"},
		{&k->intake_parked, "intake:parked"},
		{&k->docs, "e:"},
		{&k->records, "r:"},
		{&k->steps, "policy:steps"},
		{&k->answers, "policy:answers"},
		{&k->shadow, "policy:shadow"},
		{&k->shadow_last, "policy:shadow:last"},
		{&k->meetings, "meetings"},
		{&k->meetings_open, "meetings:open"},
		{&k->meetings_same, "meetings:same"},
	};

	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++)
		*named[i].to = arena_printf(arena, "tdm:{%s}:%s", cell, named[i].name);
	for (int t = 0; t < TABLE_COUNT; t++)
		k->tables[t] = arena_printf(arena, "tdm:{%s}:%s", cell, table_names[t]);
}

void key_doc(const struct keys *k, struct args *a, int64_t seq)
{
	args_join(a, k->docs, args_digits(a->arena, seq / KEYS_EVENTS_PER_HASH), NULL);
}

void key_record(const struct keys *k, struct args *a, int64_t seq)
{
	args_join(a, k->records, args_digits(a->arena, seq / KEYS_EVENTS_PER_HASH), NULL);
}

/* 65,536 hashes, each so small that Redis keeps it as one packed piece of memory. */
static void key_bucket(const struct keys *k, struct args *a, const char *family, unsigned bucket)
{
	static const char hex[] = "0123456789abcdef";
	const char name[5] = {hex[bucket >> 12 & 15], hex[bucket >> 8 & 15], hex[bucket >> 4 & 15],
			      hex[bucket & 15]};

	args_join(a, k->prefix, family, name, NULL);
}

/* FNV-1a, folded to 16 bits: it only has to spread, the hash's field holds the whole text. */
static unsigned bucket_of(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return (h >> 16 ^ h) & 0xffff;
}

void key_dedupe(const struct keys *k, struct args *a, const unsigned char identity[16])
{
	key_bucket(k, a, "d:", (unsigned)identity[0] << 8 | identity[1]);
}

struct bytes key_dedupe_field(const unsigned char identity[16])
{
	return (struct bytes){(const char *)identity + 2, 12};
}

void key_case(const struct keys *k, struct args *a, const char *case_id)
{
	key_bucket(k, a, "c:", bucket_of(case_id));
}

void key_holder(const struct keys *k, struct args *a, const char *id)
{
	key_bucket(k, a, "h:", bucket_of(id));
}

void key_permit(const struct keys *k, struct args *a, const char *permit)
{
	key_bucket(k, a, "p:", bucket_of(permit));
}

void key_body_all(const struct keys *k, struct args *a, const char *body)
{
	args_join(a, k->prefix, "b:", body, ":all", NULL);
}

void key_body_open(const struct keys *k, struct args *a, const char *body)
{
	args_join(a, k->prefix, "b:", body, ":open", NULL);
}

void key_sent(const struct keys *k, struct args *a, const char *hash, int32_t day)
{
	args_join(a, k->prefix, "t:", hash, ":", args_digits(a->arena, day), NULL);
}

void key_window(const struct keys *k, struct args *a, const char *hash)
{
	args_join(a, k->prefix, "w:", hash, NULL);
}

void key_expiring(const struct keys *k, struct args *a, const char *kind, const char *name)
{
	args_join(a, k->prefix, "x:", kind, ":", name, NULL);
}
