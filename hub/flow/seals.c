/* seals.c: see seals.h. */
#include "flow/seals.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "timefmt.h"

#define FIRST_MS 2000
#define EVERY_MS (60 * 1000)
/* a seal no older than this was another hub's of this minute */
#define FRESH_MS (EVERY_MS - 5000)
#define SLICE	 500

struct seals {
	struct flow *flow;
	struct loop_timer *timer;
	struct evidence_chain chain;
	char *before;	/* the seal that this look began with, "" none */
	int64_t sealed; /* lines that it stands for */
	bool stopped;
};

void seal_salt(const unsigned char key[32], int64_t n, unsigned char ret[EVIDENCE_SALT_BYTES])
{
	char name[32]; /* no number that is hashed with the key elsewhere looks like this */
	int len = snprintf(name, sizeof(name), "audit %lld", (long long)n);

	crypto_generichash(ret, EVIDENCE_SALT_BYTES, (const unsigned char *)name, (size_t)len, key,
			   32);
}

bool seal_read(const char *text, size_t len, struct evidence_chain *ret, int64_t *ret_at_ms)
{
	json_t *seal = json_loadb(text, len, 0, NULL);
	const char *hash = json_string_value(json_object_get(seal, "hash"));
	bool good = hash && evidence_unhex(hash, strlen(hash), ret->hash);

	ret->n = json_integer_value(json_object_get(seal, "n"));
	*ret_at_ms = json_integer_value(json_object_get(seal, "at"));
	json_decref(seal);
	return good && ret->n > 0;
}

static void wait_for_next(struct seals *s)
{
	if (!s->stopped)
		loop_timer_start(s->timer, EVERY_MS, 0);
}

static void on_sealed(void *arg, enum err e, const char *text)
{
	struct seals *s = arg;
	char hex[EVIDENCE_HEX_BYTES];

	(void)text;
	evidence_hex(s->chain.hash, hex);
	if (e == ERR_OK) {
		metric_set(METRIC_AUDIT_SEALED, s->chain.n);
		log_at(LOG_INFO, "", "the audit log is sealed up to line %lld: %s",
		       (long long)s->chain.n, hex);
	}
	wait_for_next(s);
}

static void put_seal(struct seals *s)
{
	int64_t now_ms = clock_now_ms(&s->flow->clock);
	char hex[EVIDENCE_HEX_BYTES], day[TIMEFMT_BYTES], seal[160];

	evidence_hex(s->chain.hash, hex);
	date_format(day_of_ms(now_ms, SHANGHAI_MIN), day);
	snprintf(seal, sizeof(seal), "{\"n\":%lld,\"hash\":\"%s\",\"at\":%lld}",
		 (long long)s->chain.n, hex, (long long)now_ms);
	store_seal(s->flow->store, &(struct seal_in){s->before, day, seal}, on_sealed, s);
}

static void slice_read(struct seals *s);

/* The first line is the last one of those that have been looked at: it has to be there. */
static void on_lines(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct seals *s = arg;
	int seen = s->chain.n > 0;

	(void)total;
	if (e != ERR_OK || s->stopped) {
		wait_for_next(s);
		return;
	}
	metric_set(METRIC_AUDIT_MISSING, count < seen);
	if (count < seen) {
		log_at(LOG_ERROR, "",
		       "the audit log holds fewer lines than the %lld that were sealed",
		       (long long)s->chain.n);
		wait_for_next(s);
		return;
	}
	for (int i = seen; i < count; i++) {
		unsigned char salt[EVIDENCE_SALT_BYTES], leaf[EVIDENCE_HASH_BYTES];

		seal_salt(s->flow->hash_key, s->chain.n + 1, salt);
		evidence_leaf(salt, lines[i].data, lines[i].len, leaf);
		evidence_link(&s->chain, leaf);
	}
	if (count == SLICE + seen)
		slice_read(s);
	else if (s->chain.n > s->sealed)
		put_seal(s);
	else
		wait_for_next(s);
}

static void slice_read(struct seals *s)
{
	int seen = s->chain.n > 0;

	store_audit_from(s->flow->store, s->chain.n - seen, SLICE + seen, on_lines, s);
}

static void on_last(void *arg, enum err e, const char *text)
{
	struct seals *s = arg;
	int64_t at_ms = 0;

	if (e != ERR_OK || s->stopped) {
		wait_for_next(s);
		return;
	}
	free(s->before);
	s->before = mem_strdup(text ? text : "");
	if (!text || !seal_read(text, strlen(text), &s->chain, &at_ms))
		s->chain = (struct evidence_chain){0};
	s->sealed = s->chain.n;
	metric_set(METRIC_AUDIT_SEALED, s->sealed);
	if (at_ms > clock_now_ms(&s->flow->clock) - FRESH_MS)
		wait_for_next(s);
	else
		slice_read(s);
}

static void on_timer(void *arg)
{
	struct seals *s = arg;

	store_get(s->flow->store, TABLE_SEALS, "last", on_last, s);
}

struct seals *seals_new(struct flow *f)
{
	struct seals *s = mem_zalloc(sizeof(*s));

	s->flow = f;
	s->timer = loop_timer_new(f->loop, on_timer, s);
	return s;
}

void seals_start(struct seals *s)
{
	loop_timer_start(s->timer, FIRST_MS, 0);
}

void seals_stop(struct seals *s)
{
	s->stopped = true;
	loop_timer_stop(s->timer);
}

void seals_free(struct seals *s)
{
	loop_timer_free(s->timer);
	free(s->before);
	free(s);
}
