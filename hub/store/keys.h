/*
 * keys.h: the names of all keys, made in one place. SCHEMA.md says what stands under each.
 *
 * Every key begins with tdm:{cell}: so that one cell is one slot of a cluster. keys_init once; the
 * names given as members live as long as it does, the others are added to a command's arguments as
 * copies.
 */
#ifndef TANDEM_STORE_KEYS_H
#define TANDEM_STORE_KEYS_H

#include "store/args.h"

#define KEYS_EVENTS_PER_HASH 16

struct keys {
	const char *prefix; /* "tdm:{371300}:" */
	const char *id, *seq, *due, *clock, *feed, *audit, *intake, *intake_done;
	const char *intake_failed, *intake_parked;
	const char *steps, *answers, *shadow, *shadow_last; /* of the policies */
	const char *meetings, *meetings_open, *meetings_same;
	const char *docs, *records; /* what their hashes' names begin with */
	const char *tables[TABLE_COUNT];
};

void keys_init(struct keys *k, const char *cell, struct arena *arena);
void key_doc(const struct keys *k, struct args *a, int64_t seq);
void key_record(const struct keys *k, struct args *a, int64_t seq);
void key_dedupe(const struct keys *k, struct args *a, const unsigned char identity[16]);
/* what it stands under there, the rest of the hash */
struct bytes key_dedupe_field(const unsigned char identity[16]);
void key_case(const struct keys *k, struct args *a, const char *case_id);
void key_holder(const struct keys *k, struct args *a, const char *id); /* of a case or a permit */
void key_permit(const struct keys *k, struct args *a, const char *permit);
void key_body_all(const struct keys *k, struct args *a, const char *body);
void key_body_open(const struct keys *k, struct args *a, const char *body);
/* texts to a number on a day */
void key_sent(const struct keys *k, struct args *a, const char *hash, int32_t day);
/* texts to a number that wait for each other */
void key_window(const struct keys *k, struct args *a, const char *hash);
void key_expiring(const struct keys *k, struct args *a, const char *kind, const char *name);

#endif
