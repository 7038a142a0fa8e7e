/*
 * bench_store: what keeping an event costs Redis, measured by Redis itself: CPU per accepted event with two notices, CPU
 * per acknowledgement, memory and log per event. Usage: bench_store [events, default 100000].
 * Ends with 1 if a bar is broken. Memory's bar is for a million notices: give 500000.
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "contract/redis_server.h"
#include "store/private_redis.h"
#include "store/store.h"

#define BATCH 100
#define WINDOW (4 * BATCH)
#define BODIES 50
#define DOC_BYTES 600
#define RECORD_BYTES 350
#define EVENT_US_MAX 35.0
#define EVENT_BYTES_MAX 2048.0

struct slot { /* one call under way; its memory is borrowed by the store */
	struct bench *bench;
	char doc[DOC_BYTES], record[RECORD_BYTES], case_id[24], feed[96];
	const char *bodies[2];
	struct commit_index index;
};
struct bench {
	struct loop *loop;
	struct store *store;
	struct loop_deferred more;
	redisContext *ctl;
	int events, next, done, failed, phase;
	struct slot slots[WINDOW];
	char *names[BODIES];
};
struct usage {
	double redis_us, hub_us, memory, log;
};

static double info(struct bench *b, const char *section, const char *name)
{
	redisReply *r = redisCommand(b->ctl, "INFO %s", section);
	const char *at = r ? strstr(r->str, name) : NULL;
	double v = at ? strtod(at + strlen(name) + 1, NULL) : 0;

	freeReplyObject(r);
	return v;
}

static struct usage usage_now(struct bench *b)
{
	struct rusage own;

	getrusage(RUSAGE_SELF, &own);
	return (struct usage){
		.redis_us = (info(b, "cpu", "\nused_cpu_sys") + info(b, "cpu", "\nused_cpu_user")) * 1e6,
		.hub_us = (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) * 1e6 +
			  (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec),
		.memory = info(b, "memory", "\nused_memory"),
		.log = info(b, "persistence", "\naof_current_size"),
	};
}

static void step_done(struct bench *b, enum err e, bool good)
{
	b->done++;
	if (e != ERR_OK || !good)
		b->failed++;
	if (b->done == b->events)
		loop_stop(b->loop);
	else if (b->next - b->done <= WINDOW - BATCH && b->next < b->events)
		loop_defer(b->loop, &b->more);
}

static void on_accepted(void *arg, enum err e, const struct accept_out *out)
{
	struct slot *s = arg;

	step_done(s->bench, e, e == ERR_OK && out->result == ACCEPT_NEW);
}

static void on_committed(void *arg, enum err e, struct bytes current)
{
	struct slot *s = arg;

	(void)current;
	step_done(s->bench, e, true);
}

static const char *body_of(struct bench *b, int event, int notice)
{
	return b->names[(event * 7 + notice * 13) % BODIES];
}

static void fill(char *to, size_t len, const char *head, int event)
{
	int n = snprintf(to, len, "%s%d\t", head, event);

	for (size_t i = (size_t)n; i < len; i++)
		to[i] = (char)('a' + (i * 31 + (size_t)event) % 26);
}

static void accept_one(struct bench *b, struct slot *s, int i)
{
	struct accept_in in = { .type = "granted", .version = 1, .body_count = 2, .bodies = s->bodies,
				.doc = { s->doc, DOC_BYTES }, .record = { s->record, RECORD_BYTES },
				.due_ms = 1800000000000 + i, .case_id = s->case_id };
	uint64_t mixed = ((uint64_t)i + 1) * 0x9e3779b97f4a7c15u;

	memcpy(in.identity, &mixed, 8);
	memcpy(in.identity + 8, &i, 4);
	memcpy(in.fingerprint, &mixed, 8);
	snprintf(s->case_id, sizeof(s->case_id), "3713022026%08d", i);
	fill(s->doc, DOC_BYTES, "{\"id\":", i);
	fill(s->record, RECORD_BYTES, "1\t", i);
	s->bodies[0] = body_of(b, i, 0);
	s->bodies[1] = body_of(b, i, 1);
	store_accept(b->store, &in, on_accepted, s);
}

/* Phase 1 acknowledges the first notice of every event, phase 2 the second; then nothing is due any more. */
static void acknowledge_one(struct bench *b, struct slot *s, int i)
{
	const char *body = body_of(b, i, b->phase - 1);
	struct commit_in in = { .seq = i + 1, .expected_version = b->phase, .record = { s->record, RECORD_BYTES },
				.due_ms = b->phase == 1 ? 1800000000000 + i : -1, .index = &s->index, .index_count = 1,
				.feed = s->feed };

	fill(s->record, RECORD_BYTES, b->phase == 1 ? "2\t" : "3\t", i);
	s->index = (struct commit_index){ .body = body, .notice = b->phase - 1 };
	snprintf(s->feed, sizeof(s->feed), "C\t%d\t%d\t%s\tacknowledged\twang\t1795000000000\n", i + 1, b->phase - 1, body);
	store_commit(b->store, &in, on_committed, s);
}

static void send_more(void *arg)
{
	struct bench *b = arg;

	for (int n = 0; n < BATCH && b->next < b->events; n++, b->next++) {
		struct slot *s = &b->slots[b->next % WINDOW];

		if (b->phase == 0)
			accept_one(b, s, b->next);
		else
			acknowledge_one(b, s, b->next);
	}
	if (b->next - b->done <= WINDOW - BATCH && b->next < b->events)
		loop_defer(b->loop, &b->more);
}

static struct usage run_phase(struct bench *b, int phase)
{
	struct usage before = usage_now(b), after;

	b->phase = phase;
	b->next = b->done = 0;
	loop_defer(b->loop, &b->more);
	loop_run(b->loop);
	after = usage_now(b);
	return (struct usage){ (after.redis_us - before.redis_us) / b->events, (after.hub_us - before.hub_us) / b->events,
			       (after.memory - before.memory) / b->events, (after.log - before.log) / b->events };
}

static int report(struct bench *b)
{
	struct usage accept = run_phase(b, 0), first = run_phase(b, 1), second = run_phase(b, 2);
	double event_us = accept.redis_us + first.redis_us + second.redis_us;
	double bytes = accept.memory + first.memory + second.memory;

	printf("store: %d events with two notices, batches of %d\n", b->events, BATCH);
	printf("redis CPU: accept %.1f us, acknowledgement %.1f us, event with both %.1f us (at most %.0f)\n", accept.redis_us,
	       (first.redis_us + second.redis_us) / 2, event_us, EVENT_US_MAX);
	printf("hub CPU: accept %.1f us, acknowledgement %.1f us\n", accept.hub_us, (first.hub_us + second.hub_us) / 2);
	printf("redis memory: %.0f bytes an event before, %.0f after acknowledgement (at most %.0f)\n", accept.memory, bytes,
	       EVENT_BYTES_MAX);
	printf("log: %.0f bytes an event, %.0f an acknowledgement\n", accept.log, (first.log + second.log) / 2);
	if (b->failed)
		printf("failed calls: %d\n", b->failed);
	return b->failed || event_us > EVENT_US_MAX || bytes > EVENT_BYTES_MAX;
}

static void on_state(void *arg, bool up, const char *why_not)
{
	struct bench *b = arg;

	(void)why_not;
	if (up)
		loop_stop(b->loop);
}

static int run(struct bench *b, const char *socket, struct arena *arena)
{
	char url[200];
	const struct store_options opt = { .url = url, .cell = "371300", .timeout_ms = 60000, .hub_id = "bench",
					   .on_state = on_state, .arg = b };
	int status;

	snprintf(url, sizeof(url), "unix:%s", socket);
	b->ctl = redisConnectUnix(socket);
	b->loop = loop_new();
	b->more = (struct loop_deferred){ .fn = send_more, .arg = b };
	for (int i = 0; i < WINDOW; i++)
		b->slots[i].bench = b;
	for (int i = 0; i < BODIES; i++)
		b->names[i] = arena_printf(arena, "body-%d", i);
	b->store = store_open(b->loop, &opt);
	loop_run(b->loop);
	status = report(b);
	store_close(b->store, NULL, NULL);
	loop_run(b->loop);
	loop_free(b->loop);
	redisFree(b->ctl);
	return status;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/tdm-bench-XXXXXX";
	struct bench *b = calloc(1, sizeof(*b));
	struct private_redis redis;
	struct arena arena;
	struct diag diag;
	int status = 3;

	arena_init(&arena);
	diag_init(&diag, &arena);
	b->events = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 100000;
	if (b->events > 0 && mkdtemp(folder) && private_redis_start(folder, &arena, &redis, &diag) == ERR_OK) {
		status = run(b, redis.socket, &arena);
		private_redis_stop(&redis);
		remove_folder(folder);
	}
	for (const struct fault *f = diag.first; f; f = f->next)
		fprintf(stderr, "%s: %s\n", f->where, f->what);
	arena_clear(&arena);
	free(b);
	return status;
}
