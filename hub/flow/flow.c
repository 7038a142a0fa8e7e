/* flow.c: the flow's parts put together. */
#include "flow/flow.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/cache.h"
#include "flow/contacts.h"
#include "flow/deadline.h"
#include "flow/deliver.h"
#include "flow/digest.h"
#include "flow/feed.h"
#include "flow/figures.h"
#include "flow/intake.h"
#include "flow/optout.h"
#include "flow/policies.h"
#include "flow/recount.h"
#include "flow/seals.h"
#include "flow/watchdog.h"

#define CACHE_BYTES (64u << 20)

static void on_hash_key(void *arg, enum err e, const char *text)
{
	struct flow *f = arg;

	if (e != ERR_OK || !text || strlen(text) < 64) {
		log_at(LOG_ERROR, "",
		       "the key for hashes of numbers could not be read (%s); it is tried again",
		       err_name(e));
		again_later(f->again, &f->key_again);
		return;
	}
	sodium_hex2bin(f->hash_key, sizeof(f->hash_key), text, 64, NULL, NULL, NULL);
	contacts_look_over(f);
	if (f->draining)
		return;
	deadline_start(f->deadline);
	seals_start(f->seals);
}

/* Made by whichever hub comes first; texts go out only once it is known, so that replies find their
 * notice. */
static void read_hash_key(void *arg)
{
	struct flow *f = arg;
	unsigned char fresh[32];
	char hex[65];

	randombytes_buf(fresh, sizeof(fresh));
	sodium_bin2hex(hex, sizeof(hex), fresh, sizeof(fresh));
	store_put_expiring(
		f->store,
		&(struct expiring){
			.kind = "cellkey", .name = "hash", .value = {hex, 64}, .only_if_new = true},
		on_hash_key, f);
	sodium_memzero(fresh, sizeof(fresh));
}

struct flow *flow_new(const struct flow_options *opt)
{
	struct flow *f = mem_zalloc(sizeof(*f));

	snprintf(f->writer, sizeof(f->writer), "%06x", randombytes_random() & 0xffffff);
	f->loop = opt->loop;
	f->clock = loop_clock(opt->loop);
	f->store = opt->store;
	f->config = opt->config;
	f->pack = pack_ref(opt->pack);
	f->limits = event_limits_default;
	f->limits.event_bytes = (size_t)opt->config->event_bytes;
	f->limits.batch_bytes = (size_t)opt->config->batch_bytes;
	f->limits.batch_count = (int)opt->config->batch_count;
	f->cache = cache_new(CACHE_BYTES);
	f->again = again_new(f->loop, f->store);
	f->key_again = (struct again_job){.fn = read_hash_key, .arg = f};
	f->feed = feed_new(f, opt->config->feed_ring);
	f->deadline = deadline_new(f);
	f->recount = recount_new(f);
	f->policies = policies_new(f);
	f->figures = figures_new(f);
	f->watchdog = watchdog_new(f);
	f->contacts = contacts_new(f);
	f->optouts = optouts_new(f);
	f->digest = digest_new(f);
	f->seals = seals_new(f);
	return f;
}

void flow_start(struct flow *f)
{
	contacts_load(f->contacts); /* known before the clock runs, and so is the next */
	optouts_load(f->optouts);
	read_hash_key(f);
	policies_start(f->policies);
	feed_start(f->feed);
	intake_start_stream(f);
	recount_look(f->recount);
	watchdog_start(f->watchdog);
	digest_start(f->digest);
}

void flow_drain(struct flow *f)
{
	f->draining = true;
	again_stop(f->again);
	deadline_stop(f->deadline);
	recount_stop(f->recount);
	policies_stop(f->policies);
	watchdog_stop(f->watchdog);
	digest_stop(f->digest);
	seals_stop(f->seals);
}

void flow_free(struct flow *f)
{
	feed_free(f->feed);
	deliver_forget(f);
	deadline_free(f->deadline);
	recount_free(f->recount);
	watchdog_free(f->watchdog);
	digest_free(f->digest);
	seals_free(f->seals);
	contacts_free(f->contacts);
	optouts_free(f->optouts);
	figures_free(f->figures);
	cache_free(f->cache);
	again_free(f->again);
	policies_free(f->policies);
	pack_unref(f->pack);
	flow_forget_people(f);
	free(f);
}

void flow_forget_people(struct flow *f)
{
	for (int i = 0; i < f->people_count; i++) {
		free((void *)(uintptr_t)f->people[i].body);
		free((void *)(uintptr_t)f->people[i].name);
		free((void *)(uintptr_t)f->people[i].phone);
	}
	free(f->people);
	f->people = NULL;
	f->people_count = 0;
}

void flow_add_person(struct flow *f, const char *body, const char *name, const char *phone)
{
	struct person_contact *p;

	f->people = mem_realloc(f->people, sizeof(*f->people) * (size_t)(f->people_count + 1));
	p = &f->people[f->people_count++];
	p->body = mem_strdup(body);
	p->name = mem_strdup(name);
	p->phone = mem_strdup(phone);
}
