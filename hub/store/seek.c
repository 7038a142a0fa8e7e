#include "store/seek.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/cluster.h"
#include "store/sentinel.h"

struct probe {
	struct seek *seek;
	struct probe *next;
	struct redis *conn; /* NULL: closing, and nothing of it is wanted any more */
	struct spot from;
	struct redis_url url;
	int step; /* the question that is not answered yet; -1: signing in */
	struct finding finding;
};

bool spot_is(const struct spot *a, const struct spot *b)
{
	return a->port == b->port && !strcmp(a->host, b->host);
}

bool spot_set(struct spot *p, const char *host, size_t len, int64_t port)
{
	if (!len || len >= sizeof(p->host) || memchr(host, '\0', len) || port < 1 || port > 65535)
		return false;
	memcpy(p->host, host, len);
	p->host[len] = '\0';
	p->port = (int)port;
	return true;
}

void others_add(struct others *o, const struct spot *p)
{
	for (int i = 0; i < o->count; i++) {
		if (spot_is(&o->v[i], p))
			return;
	}
	if (o->count < SEEK_OTHERS_MAX)
		o->v[o->count++] = *p;
}

/* --- the end --- */

static void forget_probes(struct seek *s)
{
	struct probe *p = s->probes, *next;

	s->probes = NULL;
	for (; p; p = next) {
		struct redis *conn = p->conn;

		next = p->next; /* the probe itself goes when its connection is closed */
		p->conn = NULL;
		if (conn)
			redis_close(conn);
	}
}

void seek_stop(struct seek *s)
{
	s->is_asking = false;
	loop_timer_stop(s->limit);
	forget_probes(s);
}

static void finish(struct seek *s)
{
	const struct finding found = s->best;
	char why[256];

	seek_stop(s);
	s->hint.host[0] = '\0';
	if (*found.place.host)
		s->known = found.others;
	snprintf(why, sizeof(why), "%s: %s", s->dialect->nobody,
		 *s->why ? s->why : "no answer within the time limit");
	s->opt.done(s->opt.arg, *found.place.host ? &found : NULL, why);
}

static void finish_if_enough(struct seek *s)
{
	if (s->is_asking && (s->over == s->asked || s->answered * 2 > s->asked))
		finish(s);
}

static void on_limit(void *arg)
{
	finish(arg);
}

/* --- one of those asked --- */

static void answered(struct probe *p)
{
	struct seek *s = p->seek;
	const struct finding *f = &p->finding;
	bool is_newer = !*s->best.place.host || f->epoch > s->best.epoch ||
			(f->epoch == s->best.epoch && spot_is(&f->place, &s->now));

	if (is_newer)
		s->best = *f;
	s->answered++;
	s->over++;
	finish_if_enough(s);
}

/* Of what Redis says from the first quote on is not told: it may repeat what it was sent. */
static void failed(struct probe *p, const char *why)
{
	struct seek *s = p->seek;

	snprintf(s->why, sizeof(s->why), "%.*s", (int)strcspn(why, "'`\""), why);
	p->step = SEEK_QUESTIONS;
	s->over++;
	finish_if_enough(s);
}

static void ask_next(struct probe *p);

static void on_answer(void *arg, const struct redis_reply *r)
{
	struct probe *p = arg;
	const char *why = NULL;

	if (!r || !p->conn)
		return; /* told by on_lost, or of no interest any more */
	if (r->type == REDIS_ERROR)
		why = r->str;
	else if (p->step >= 0)
		why = p->seek->dialect->questions[p->step].judge(p->seek, &p->from, r, &p->finding);
	if (why) {
		failed(p, why);
		return;
	}
	p->step++;
	if (p->step == SEEK_QUESTIONS)
		answered(p);
	else
		ask_next(p);
}

static void ask_next(struct probe *p)
{
	const struct seek_options *opt = &p->seek->opt;
	struct redis_command cmd = {.limit_ms = opt->limit_ms};
	struct arena arena;
	struct args args;

	arena_init(&arena);
	args_init(&args, &arena);
	if (p->step < 0) {
		args_str(&args, "AUTH");
		if (opt->user)
			args_str(&args, opt->user);
		args_str(&args, opt->password);
	} else {
		p->seek->dialect->questions[p->step].ask(p->seek, &args);
	}
	cmd.args = args.v;
	cmd.count = args.count;
	redis_send(p->conn, &cmd, on_answer, p);
	args_clear(&args);
	arena_clear(&arena);
}

static void on_opened(void *arg)
{
	struct probe *p = arg;

	p->step = p->seek->opt.password ? -1 : 0;
	ask_next(p);
}

static void on_lost(void *arg, const char *why)
{
	struct probe *p = arg;

	if (!p->conn)
		return;
	p->conn = NULL;
	if (p->step < SEEK_QUESTIONS)
		failed(p, why);
}

static void on_closed(void *arg)
{
	struct probe *p = arg;
	struct seek *s = p->seek;

	for (struct probe **at = &s->probes; *at; at = &(*at)->next) {
		if (*at == p) {
			*at = p->next;
			break;
		}
	}
	free(p);
	if (--s->open == 0)
		s->opt.closed(s->opt.arg);
}

static const struct redis_events events = {on_opened, on_lost, on_closed};

static void probe_open(struct seek *s, const struct spot *from)
{
	struct probe *p;

	for (p = s->probes; p; p = p->next) {
		if (spot_is(&p->from, from))
			return;
	}
	p = mem_zalloc(sizeof(*p));
	p->seek = s;
	p->from = *from;
	p->next = s->probes;
	s->probes = p;
	p->url = (struct redis_url){
		.host = p->from.host, .port = p->from.port, .attempt = s->attempt};
	s->asked++;
	s->open++;
	p->conn = redis_open(s->opt.loop, &p->url, s->opt.limit_ms, &events, p);
}

/* --- all of them --- */

void seek_init(struct seek *s, const struct seek_options *opt)
{
	*s = (struct seek){.opt = *opt};
	s->dialect = opt->url->kind == REDIS_SENTINEL ? &sentinel_dialect : &cluster_dialect;
	s->limit = loop_timer_new(opt->loop, on_limit, s);
}

void seek_start(struct seek *s)
{
	const struct redis_url *url = s->opt.url;

	seek_stop(s);
	s->is_asking = true;
	s->asked = s->answered = s->over = 0;
	s->best = (struct finding){.epoch = 0};
	s->why[0] = '\0';
	loop_timer_start(s->limit, s->opt.limit_ms, 0);
	for (int i = 0; i < url->seed_count; i++) {
		struct spot from;

		if (spot_set(&from, url->seeds[i].host, strlen(url->seeds[i].host),
			     url->seeds[i].port))
			probe_open(s, &from);
	}
	if (*s->hint.host)
		probe_open(s, &s->hint);
	for (int i = 0; i < s->known.count; i++)
		probe_open(s, &s->known.v[i]);
	s->attempt++;
}

bool seek_is_open(const struct seek *s)
{
	return s->is_asking || s->open;
}

void seek_clear(struct seek *s)
{
	loop_timer_free(s->limit);
}
