/*
 * hub.c: start and stop. Start: log, private Redis, policy, loop, store, connectors, flow, net.
 * Stop, in reverse: net refuses new work and says bye, the clock claims nothing more, connectors
 * finish what they hold, the store answers what is pending.
 */
#include "hub.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "demo.h"
#include "flow/deadline.h"
#include "flow/flow.h"
#include "flow/policies.h"
#include "hub_connectors.h"
#include "metrics.h"
#include "net/api.h"
#include "packdir.h"
#include "store/private_redis.h"

struct hub {
	const struct config *config;
	const struct config_again *again;
	struct arena arena;
	struct loop *loop;
	struct store *store;
	struct pack *pack;
	struct flow *flow;
	struct auth *auth;
	struct api *api;
	struct demo *demo;
	uv_signal_t term, interrupt, hangup;
	struct loop_timer *drain_limit;
	struct loop_timer *name_limit; /* only while the store closes that was away */
	struct private_redis redis;    /* no socket: the settings name another Redis */
	struct loop_timer *redis_keep;
	int64_t redis_wait_ms; /* until it is looked after again; grows while it keeps ending */
	bool started, stopping;
	bool is_left;		/* the loop ended with a look-up under way */
	sigset_t before, *held; /* of a worker: what waits until it is watched for */
	char id[64];
};

static int tell_faults(const struct diag *diag, const char *what)
{
	fprintf(stderr, "%s\n", what);
	for (const struct fault *f = diag->first; f; f = f->next)
		fprintf(stderr, "%s: %s\n", f->where, f->what);
	return 2;
}

#define KEEP_MS	      500
#define KEEP_MOST_MS  30000
#define NAME_LIMIT_MS 1000

/* The private Redis has no one else who would start it again. */
static void keep_redis(void *arg)
{
	struct hub *h = arg;

	if (private_redis_keep(&h->redis)) {
		log_at(LOG_WARN, "",
		       "the private Redis had ended and is started again; redis.log in its folder may say why");
		h->redis_wait_ms =
			h->redis_wait_ms * 2 < KEEP_MOST_MS ? h->redis_wait_ms * 2 : KEEP_MOST_MS;
	}
	loop_timer_start(h->redis_keep, h->redis_wait_ms, 0);
}

static void look_after_redis(struct hub *h, bool up)
{
	if (!h->redis.socket)
		return;
	if (up || h->stopping)
		loop_timer_stop(h->redis_keep);
	else
		loop_timer_start(h->redis_keep, h->redis_wait_ms = KEEP_MS, 0);
}

static void on_store_state(void *arg, bool up, const char *why_not)
{
	struct hub *h = arg;

	look_after_redis(h, up);
	metric_set(METRIC_STORE_UP, up);
	log_at(up ? LOG_INFO : LOG_WARN, "", up ? "store is up" : "store is away: %s",
	       why_not ? why_not : "");
	if (!up || h->started || h->stopping)
		return;
	h->started = true;
	flow_start(h->flow);
	auth_start(h->auth);
	if (h->config->demo)
		h->demo = demo_start(h->flow, h->auth, h->config->demo_pause_ms);
}

/* --- stop --- */

static void on_signal_closed(uv_handle_t *handle)
{
	(void)handle;
}

static void all_closed(void *arg)
{
	struct hub *h = arg;

	loop_timer_free(h->drain_limit);
	loop_timer_free(h->name_limit);
	loop_timer_free(h->redis_keep);
	uv_close((uv_handle_t *)&h->term, on_signal_closed);
	uv_close((uv_handle_t *)&h->interrupt, on_signal_closed);
	uv_close((uv_handle_t *)&h->hangup, on_signal_closed);
}

static void names_are_late(void *arg)
{
	struct hub *h = arg;

	log_at(LOG_INFO, "", "Redis' name is still being looked up; ending without it");
	h->is_left = true;
	loop_stop(h->loop);
}

/* A look-up that has begun cannot be taken back. Of a store that is away nothing else is in hand,
 * and the resolver's patience is none of ours. */
static void connectors_closed(void *arg)
{
	struct hub *h = arg;

	if (!store_is_up(h->store))
		loop_timer_start(h->name_limit, NAME_LIMIT_MS, 0);
	store_close(h->store, all_closed, h);
}

static void net_closed(void *arg)
{
	struct hub *h = arg;

	hub_connectors_close(h->flow, connectors_closed, h);
}

static void drain_is_late(void *arg)
{
	(void)arg;
	log_at(LOG_ERROR, "", "draining took longer than drain_ms; ending now");
	_exit(3);
}

static void stop(struct hub *h)
{
	if (h->stopping)
		return;
	h->stopping = true;
	loop_timer_stop(h->redis_keep);
	log_at(LOG_INFO, "", "draining");
	demo_stop(h->demo);
	flow_drain(h->flow);
	loop_timer_start(h->drain_limit, h->config->drain_ms, 0);
	api_drain(h->api, net_closed, h);
}

static void on_stop_signal(uv_signal_t *handle, int number)
{
	(void)number;
	stop(handle->data);
}

/* --- settings and folder read anew: beside the loop, because requests go on --- */

struct rereading {
	struct hub *hub;
	struct pack *fresh;
	struct buf content, waiting; /* waiting: names of settings that the next start takes */
	size_t fault_count;
	bool settings_are_good;
};

static bool reread_settings(struct rereading *r, struct arena *arena, struct config *ret)
{
	struct diag diag;

	diag_init(&diag, arena);
	if (r->hub->again->read(r->hub->again->arg, arena, ret))
		return false;
	if (hub_connectors_check(ret, arena, &diag) == ERR_OK)
		return true;
	tell_faults(&diag, "The connectors' settings have faults:");
	return false;
}

static void reread(void *arg)
{
	struct rereading *r = arg;
	struct config config;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	r->settings_are_good = reread_settings(r, &arena, &config);
	if (r->settings_are_good && pack_read_dir(config.policy, &r->fresh, &diag) == ERR_OK) {
		pack_canonical(r->fresh, &r->content);
		config_waiting(r->hub->config, &config, &r->waiting);
	}
	r->fault_count = diag.count;
	arena_clear(&arena);
}

/* A new pack takes over only when it and the settings are whole; sockets and what was decided stay
 * as they are. */
static void reread_done(void *arg)
{
	struct rereading *r = arg;

	if (r->fresh)
		policies_offer_folder(r->hub->flow->policies, r->fresh,
				      (struct bytes){r->content.data, r->content.len});
	else if (r->settings_are_good)
		log_at(LOG_ERROR, "",
		       "the pack has %zu faults; the old one stays (tandem policy check says which)",
		       r->fault_count);
	else
		log_at(LOG_ERROR, "",
		       "the settings have faults; the old ones and the old pack stay (tandem config check says which)");
	if (r->waiting.len)
		log_at(LOG_WARN, "", "these settings were changed and wait for the next start:%.*s",
		       (int)r->waiting.len, r->waiting.data);
	pack_unref(r->fresh);
	buf_clear(&r->content);
	buf_clear(&r->waiting);
	free(r);
}

static void on_hangup(uv_signal_t *handle, int number)
{
	struct rereading *r = mem_zalloc(sizeof(*r));

	(void)number;
	r->hub = handle->data;
	buf_init(&r->content, PACK_CONTENT_BYTES);
	buf_init(&r->waiting, CONFIG_TEXT_BYTES);
	loop_work(r->hub->loop, reread, reread_done, r);
}

static void watch(struct hub *h, uv_signal_t *s, int number, uv_signal_cb fn)
{
	uv_signal_init(loop_uv(h->loop), s);
	s->data = h;
	uv_signal_start(s, fn, number);
}

/* --- start --- */

static int hub_open(struct hub *h)
{
	const struct config *cfg = h->config;
	struct diag diag;

	diag_init(&diag, &h->arena);
	h->flow = flow_new(&(struct flow_options){
		.loop = h->loop, .store = h->store, .config = cfg, .pack = h->pack});
	if (hub_connectors_open(h->flow, cfg, &h->arena, &diag) != ERR_OK)
		return tell_faults(&diag, "A connector cannot be opened:");
	h->auth = auth_new(h->flow, cfg);
	h->api = api_open(h->flow, h->auth, cfg, &diag);
	if (!h->api) {
		tell_faults(&diag, "The hub cannot listen:");
		return 3;
	}
	return 0;
}

static int run_loop(struct hub *h, const char *redis_url)
{
	struct store_options store = {.url = redis_url,
				      .timeout_ms = h->config->redis_timeout_ms,
				      .wait_replicas = (int)h->config->redis_wait_replicas,
				      .hub_id = h->id,
				      .on_state = on_store_state,
				      .arg = h,
				      .password_file = h->config->redis_password_file,
				      .sentinel_password_file =
					      h->config->redis_sentinel_password_file};
	int status;

	store.cell = pack_view(h->pack)->regions[pack_view(h->pack)->jurisdiction].code;
	snprintf(h->id, sizeof(h->id), "hub-%ld-%08x", (long)getpid(), randombytes_random());
	h->loop = loop_new();
	h->drain_limit = loop_timer_new(h->loop, drain_is_late, h);
	h->name_limit = loop_timer_new(h->loop, names_are_late, h);
	h->redis_keep = loop_timer_new(h->loop, keep_redis, h);
	h->store = store_open(h->loop, &store);
	if (!h->store) {
		return 2;
	}
	status = hub_open(h);
	if (status)
		return status; /* nothing was promised yet: the process ends with what it holds */
	watch(h, &h->term, SIGTERM, on_stop_signal);
	watch(h, &h->interrupt, SIGINT, on_stop_signal);
	watch(h, &h->hangup, SIGHUP, on_hangup);
	if (h->held)
		sigprocmask(SIG_SETMASK, h->held, NULL);
	log_at(LOG_INFO, "", "listening on %s, port %d, policy %s", h->config->listen,
	       api_port(h->api), pack_view(h->pack)->version);
	if (store_may_forget(h->store))
		log_at(LOG_WARN, "", STORE_MAY_FORGET);
	if (h->config->demo)
		demo_print(h->config, api_port(h->api));
	loop_run(h->loop);
	if (h->is_left)
		return 0; /* the process ends with what it holds */
	api_free(h->api);
	auth_free(h->auth);
	demo_free(h->demo);
	flow_free(h->flow);
	loop_free(h->loop);
	return 0;
}

/* --- several processes on one port: each a hub of its own, all equal --- */

#define WORKERS_MAX 64

struct workers {
	pid_t pids[WORKERS_MAX]; /* 0: it has ended */
	int64_t count, left;
	int worst;
};

static void bury_workers(struct workers *w)
{
	for (int64_t i = 0; i < w->count; i++) {
		int status = -1, code;

		if (!w->pids[i] || waitpid(w->pids[i], &status, WNOHANG) == 0)
			continue;
		w->pids[i] = 0;
		w->left--;
		code = WIFEXITED(status) ? WEXITSTATUS(status) : 3;
		w->worst = code > w->worst ? code : w->worst;
		if (WIFSIGNALED(status))
			log_at(LOG_ERROR, "",
			       "a worker was ended by signal %d; %d of %d go on until the next start",
			       WTERMSIG(status), (int)w->left, (int)w->count);
	}
}

/* The signals are taken one after the other, so none is missed, whenever it comes. */
static int wait_for_workers(struct workers *w, const sigset_t *signals)
{
	while (w->left > 0) {
		int number = sigwaitinfo(signals, NULL);

		for (int64_t i = 0; number > 0 && number != SIGCHLD && i < w->count; i++) {
			if (w->pids[i])
				kill(w->pids[i], number);
		}
		bury_workers(w);
	}
	return w->worst;
}

static int run_workers(struct hub *h, const char *redis_url)
{
	struct workers w = {.count = h->config->workers};
	sigset_t signals;

	if (w.count <= 1 || w.count > WORKERS_MAX)
		return run_loop(h, redis_url);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, &h->before);
	h->held = &h->before;
	signal(SIGCHLD, SIG_DFL); /* who ignores it is not told */
	for (int64_t i = 0; i < w.count; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			_exit(run_loop(h, redis_url));
		}
		if (pid < 0) {
			log_at(LOG_ERROR, "", "a worker cannot be started: %s", strerror(errno));
			w.worst = 3;
			continue;
		}
		w.pids[i] = pid;
		w.left++;
	}
	return wait_for_workers(&w, &signals);
}

static bool level_of(const char *name, enum log_level *ret)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};

	for (int i = 0; i < 4; i++) {
		if (!strcmp(names[i], name)) {
			*ret = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static int run(struct hub *h)
{
	const struct config *cfg = h->config;
	enum log_level level;
	struct diag diag;

	diag_init(&diag, &h->arena);
	if (level_of(cfg->log_level, &level))
		log_set_level(level);
	if (cfg->demo && !demo_is_allowed(cfg)) {
		fprintf(stderr,
			"--demo makes people whose passwords everybody knows: it listens on loopback only\n");
		return 2;
	}
	if (hub_connectors_check(cfg, &h->arena, &diag) != ERR_OK)
		return tell_faults(&diag, "The connectors' settings have faults:");
	if (pack_read_dir(cfg->policy, &h->pack, &diag) != ERR_OK)
		return tell_faults(&diag, "The policy pack has faults:");
	if (!strcmp(cfg->redis_url, "embedded") &&
	    private_redis_start(cfg->data, &h->arena, &h->redis, &diag) != ERR_OK) {
		tell_faults(&diag, "The private Redis cannot be started:");
		return 3;
	}
	return run_workers(h, redis_url_resolve(cfg->redis_url, cfg->data, &h->arena));
}

int hub_run(const struct config *cfg, const struct config_again *again)
{
	static struct hub h; /* not on the stack: what a refused start still holds is no leak */
	int status;

	h.config = cfg;
	h.again = again;
	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0)
		return 3;
	arena_init(&h.arena);
	status = run(&h);
	private_redis_stop(&h.redis);
	if (h.is_left) {
		fflush(NULL);
		_exit(status); /* libuv would wait for the look-up at the process' end */
	}
	pack_unref(h.pack);
	arena_clear(&h.arena);
	return status;
}
