/*
 * flow.h: what happens to an event, put together. No socket, no Redis and no provider is seen from
 * here: store.h, loop.h and connector.h are the walls. main builds it (flow_new), owns it and frees
 * it (flow_close).
 */
#ifndef TANDEM_FLOW_H
#define TANDEM_FLOW_H

#include <jansson.h>

#include "config.h"
#include "connector.h"
#include "flow/again.h"
#include "flow/principal.h"
#include "flow/turns.h"
#include "flow/answer.h"
#include "log.h"
#include "loop.h"
#include "pack.h"
#include "store/store.h"

struct feed;
struct cache;
struct due_clock;
struct recount;
struct figures;
struct policies;
struct watchdog;
struct contacts;
struct optouts;
struct digest;
struct seals;
struct flow_connector {
	const char *name;
	const struct connector_kind *kind;
	void *self;
	enum channel channel;
	int64_t down_until_ms; /* after "channel down": not tried before */
	/* What this process has heard of it, for those who run the hub: connectors.c. */
	bool heard, testing;
	enum outcome last, fault;
	int64_t handed_ms, delivered_ms, fault_ms; /* 0: not yet */
	char fault_code[80];
	/* attempts that hold one of its places, from the decision to send until the outcome */
	int begun;
};
struct person_contact { /* of the people known to the hub; the pack's contacts stand in the pack */
	const char *body, *name, *phone;
};
struct flow {
	struct loop *loop;
	struct clock clock;
	struct store *store;
	const struct config *config;
	struct pack *pack; /* in force */
	/* the earlier ones too, so that old decisions explain themselves */
	struct policies *policies;
	struct event_limits limits;
	struct cache *cache;
	struct feed *feed;
	struct due_clock *deadline;
	struct recount *recount;
	struct figures *figures;
	struct watchdog *watchdog;
	struct contacts *contacts;
	struct optouts *optouts;
	struct digest *digest;
	struct seals *seals;
	struct again *again;
	struct turn_list turns; /* of the events that come in */
	struct flow_connector connectors[CONFIG_CONNECTORS_MAX];
	int connector_count;
	/* set by auth whenever the users are read */
	struct person_contact *people;
	int people_count;
	unsigned char hash_key[32]; /* for hashes of numbers; the cell's, kept in Redis */
	struct again_job key_again;
	struct attempt *unrecorded; /* deliver.c: outcomes that wait for Redis to be back */
	char writer[8];		    /* this process' mark on what it writes */
	/* how many records it has tried to write: the rest of the mark */
	uint64_t writes;
	int exports; /* being made now */
	int hashing; /* passwords, now */
	bool draining;
};

struct flow_options {
	struct loop *loop;
	struct store *store;
	const struct config *config;
	struct pack *pack; /* a reference is taken */
};
struct flow *flow_new(const struct flow_options *opt);
/* once the store is up: earlier policies, hash key, feed, deadlines, intake stream */
void flow_start(struct flow *f);
void flow_drain(struct flow *f); /* stops claiming what is due; what is in hand is finished */
void flow_free(struct flow *f);
void flow_forget_people(struct flow *f);
void flow_add_person(struct flow *f, const char *body, const char *name, const char *phone);

/* The pack that decided a record, once it is at hand (policies.h; a change and rows see to that);
   the one in force when the version is not known any more. Borrowed until the caller returns to the
   loop. */
const struct pack *flow_pack_of(const struct flow *f, const char *version);

#endif
