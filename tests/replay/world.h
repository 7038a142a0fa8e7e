/*
 * world.h: the real flow on a real Redis with a driven clock, for stories that are days long and
 * take milliseconds.
 *
 * world_open, calls, world_to (the clock goes from due moment to due moment and everything that
 * falls due is worked off), world_close. world_restart ends the flow as a crash would, with what
 * was under way, and begins a new one on the same Redis. Two hubs may work on it; calls name which.
 */
#ifndef TANDEM_TEST_WORLD_H
#define TANDEM_TEST_WORLD_H

#include <jansson.h>

#include "contract/harness.h"
#include "flow/dispute.h"
#include "flow/flow.h"
#include "flow/meeting.h"

#define WORLD_HUBS 2

enum sending { SENDING_ACCEPTS, SENDING_HANGS, SENDING_REFUSES, SENDING_LATER };
struct world;
struct hub { /* one process' worth */
	struct world *world;
	struct store *store;
	struct flow *flow;
};
struct world {
	struct harness h;
	struct hub hubs[WORLD_HUBS];
	int hub_count;
	struct pack *pack;
	int taken; /* times that a hub was seen to decide by it */
	struct config config;
	int64_t now_ms;
	enum sending sending;
	int sent;	 /* texts that the provider was given */
	int sent_to[10]; /* of these, by the last digit of the number */
	/* what would have heard of those never answered; freed with the process that asked */
	void *hung[64];
	connector_done_fn *hung_done;
	int hung_count;
	char last_to[32], last_text[512];
	char texts[8192]; /* those since a story counted them: what goes at once goes in any order
			   */
	long told;	  /* notices that the texts told of, as they say themselves */
	int answers, status; /* of the last call */
	char etag[16];
	json_t *answer;
	int64_t events; /* how many there are */
};

void world_open(struct world *w, const char *pack_folder, int hubs, int64_t start_ms);
void world_close(struct world *w);
void world_restart(struct world *w);		    /* crash and start */
void world_away(struct world *w, int64_t until_ms); /* nothing is worked off until then */
/* the provider, to what it has left hanging, and at once from now on */
void world_answer(struct world *w);
/* runs until Redis has been asked so many things more, no answer read */
void world_until_asked(struct world *w, int calls);
/* every hub's link to Redis is lost, with what was under way, and comes back */
void world_cut(struct world *w);
void world_use_pack(struct world *w, const char *pack_folder);
/* Adds to calendar.json, or to pack.json, what stands there in the canonical content: a year's
 * notice, a setting. */
void world_amend(struct world *w, const char *file, const char *more);
/* where it stands first in the canonical content */
void world_replace(struct world *w, const char *was, const char *is);
void world_settle(struct world *w); /* until everything due by now has been worked off */
void world_to(struct world *w, int64_t ms);

/* A person of the demo's kind: wjw, zjj, scjg, spj, lxhy, sjj, admin. The caller drops it. */
struct principal *world_person(const char *name);

/* Each waits for the answer: status, answer (a new reference in w->answer). */
struct asked {
	int hub;
	const char *who;
	/* "claim" of "n1.0", "ruling" of "u1.0"; to get: notice, dispute, case, board, agenda,
	 * ranking, list (with: its state, cause, due, figure); publish */
	const char *what, *id;
	const json_t *with;
};
void world_submit(struct world *w, int hub, const char *who, json_t *event); /* takes event over */
void world_act(struct world *w, const struct asked *a);
/* replaces a body's */
void world_contacts(struct world *w, const char *who, const char *body, const json_t *said);
void world_dispute(struct world *w, const struct asked *a);
/* "hold" a meeting, or say that a decision is "done" */
void world_meet(struct world *w, const struct asked *a);
void world_get(struct world *w, const struct asked *a);

/* The record as Redis has it; lives in the arena. False: none. */
bool world_record(struct world *w, int64_t seq, struct arena *arena, struct record *ret);
/* All of them, by number, read a shelf at a time. */
typedef void world_record_fn(void *arg, int64_t seq, const struct record *r);
void world_each_record(struct world *w, world_record_fn *fn, void *arg);
/* Settled: what Redis holds as due is, of each event, what its record says, and nothing else. */
void world_look_at_due(struct world *w);

#endif
