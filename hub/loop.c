#include "loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <uv.h>

#include "base/arena.h"
#include "log.h"
#include "metrics.h"
#include "wall.h"

/* The longest stall is shown for at least one and at most two of these. */
#define LAG_WINDOW_MS 15000

struct loop {
	uv_loop_t uv;
	uv_prepare_t before_sleep;
	/* runs while something is deferred, so that the loop neither sleeps nor ends on it */
	uv_idle_t awake;
	struct loop_deferred *first, *last;
	struct wall wall;
	uint64_t turn_ns, idle_ns; /* at the end of the last turn */
	int64_t lag_since_ms, lag_ms, lag_before_ms;
};

struct loop_timer {
	uv_timer_t uv;
	loop_fn *fn;
	void *arg;
};

struct loop_job {
	uv_work_t uv;
	loop_fn *work, *done;
	void *arg;
};

/* An error here is a mistake of this program or a machine without descriptors at start: there is no
 * going on. */
static void must(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "tandem: %s: %s\n", what, uv_strerror(rc));
	abort();
}

static void on_awake(uv_idle_t *h)
{
	(void)h;
}

static void lag_note(struct loop *l)
{
	uint64_t now_ns = uv_hrtime(), idle_ns = uv_metrics_idle_time(&l->uv);
	int64_t busy_ms =
		((int64_t)(now_ns - l->turn_ns) - (int64_t)(idle_ns - l->idle_ns)) / 1000000;
	int64_t now_ms = (int64_t)(now_ns / 1000000);

	l->turn_ns = now_ns;
	l->idle_ns = idle_ns;
	if (now_ms - l->lag_since_ms >= LAG_WINDOW_MS) {
		l->lag_before_ms = l->lag_ms;
		l->lag_ms = 0;
		l->lag_since_ms = now_ms;
	}
	if (busy_ms > l->lag_ms)
		l->lag_ms = busy_ms;
	metric_set(METRIC_LOOP_LAG_MS, l->lag_ms > l->lag_before_ms ? l->lag_ms : l->lag_before_ms);
}

/*
 * Only what stood in the list when the turn ended is run: something that defers itself again has
 * its next turn, after input and output have had theirs.
 */
static void on_before_sleep(uv_prepare_t *h)
{
	struct loop *l = h->data;
	struct loop_deferred *d = l->first, *next;

	l->first = l->last = NULL;
	for (; d; d = next) {
		next = d->next;
		d->queued = 0;
		d->next = NULL;
		d->fn(d->arg);
	}
	if (!l->first)
		uv_idle_stop(&l->awake);
	lag_note(l);
}

struct loop *loop_new(void)
{
	struct loop *l = mem_zalloc(sizeof(*l));

	must(uv_loop_init(&l->uv), "loop");
	must(uv_loop_configure(&l->uv, UV_METRICS_IDLE_TIME), "loop");
	l->uv.data = l;
	must(uv_prepare_init(&l->uv, &l->before_sleep), "loop");
	must(uv_idle_init(&l->uv, &l->awake), "loop");
	l->before_sleep.data = l;
	uv_prepare_start(&l->before_sleep, on_before_sleep);
	uv_unref((uv_handle_t *)&l->before_sleep);
	l->turn_ns = uv_hrtime();
	l->lag_since_ms = (int64_t)(l->turn_ns / 1000000);
	return l;
}

void *loop_uv(struct loop *l)
{
	return &l->uv;
}

void loop_run(struct loop *l)
{
	l->turn_ns = uv_hrtime();
	l->idle_ns = uv_metrics_idle_time(&l->uv);
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l)
{
	uv_stop(&l->uv);
}

static void report_open(uv_handle_t *h, void *arg)
{
	int *open_count = arg;

	if (uv_is_closing(h))
		return;
	fprintf(stderr, "tandem: loop freed with an open %s handle\n",
		uv_handle_type_name(uv_handle_get_type(h)));
	(*open_count)++;
}

void loop_free(struct loop *l)
{
	int open_count = 0;

	if (!l)
		return;
	uv_close((uv_handle_t *)&l->before_sleep, NULL);
	uv_close((uv_handle_t *)&l->awake, NULL);
	uv_walk(&l->uv, report_open, &open_count);
	if (open_count)
		abort();
	/* What is left is closing, or work on other threads whose end has to be awaited. A stop of
	 * before is used up first. */
	while (uv_run(&l->uv, UV_RUN_DEFAULT))
		continue;
	must(uv_loop_close(&l->uv), "loop left open");
	free(l);
}

static int64_t read_clock_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The counting clock is the one that goes on while a machine sleeps: waking up is no jump. */
static int64_t wall_now_ms(void *self)
{
	struct loop *l = self;
	int64_t held_ms = l->wall.held_since_ms,
		now_ms = wall_believed(&l->wall, read_clock_ms(CLOCK_REALTIME),
				       read_clock_ms(CLOCK_BOOTTIME));

	if (held_ms != l->wall.held_since_ms) {
		metric_set(METRIC_CLOCK_JUMP, l->wall.jump_ms / 1000);
		if (l->wall.jump_ms)
			log_at(LOG_WARN, "",
			       "the machine's clock jumped by %lld s; it is believed when it stays there for %d minutes",
			       (long long)(l->wall.jump_ms / 1000), WALL_HOLD_MS / 60000);
		else
			log_at(LOG_WARN, "", "the machine's clock is believed again");
	}
	return now_ms;
}

struct clock loop_clock(struct loop *l)
{
	return (struct clock){wall_now_ms, l};
}

int64_t loop_mono_ms(struct loop *l)
{
	(void)l;
	return (int64_t)(uv_hrtime() / 1000000);
}

static void on_timer(uv_timer_t *h)
{
	struct loop_timer *t = h->data;

	t->fn(t->arg);
}

struct loop_timer *loop_timer_new(struct loop *l, loop_fn *fn, void *arg)
{
	struct loop_timer *t = mem_zalloc(sizeof(*t));

	t->fn = fn;
	t->arg = arg;
	must(uv_timer_init(&l->uv, &t->uv), "timer");
	t->uv.data = t;
	return t;
}

void loop_timer_start(struct loop_timer *t, int64_t after_ms, int64_t repeat_ms)
{
	/* libuv counts from the start of the turn; a long turn would otherwise make the timer
	 * early. */
	uv_update_time(t->uv.loop);
	uv_timer_start(&t->uv, on_timer, after_ms > 0 ? (uint64_t)after_ms : 0,
		       repeat_ms > 0 ? (uint64_t)repeat_ms : 0);
}

void loop_timer_stop(struct loop_timer *t)
{
	uv_timer_stop(&t->uv);
}

static void on_timer_closed(uv_handle_t *h)
{
	free(h->data);
}

void loop_timer_free(struct loop_timer *t)
{
	if (!t)
		return;
	uv_timer_stop(&t->uv);
	uv_close((uv_handle_t *)&t->uv, on_timer_closed);
}

void loop_defer(struct loop *l, struct loop_deferred *d)
{
	if (d->queued)
		return;
	d->queued = 1;
	d->next = NULL;
	if (l->last)
		l->last->next = d;
	else
		l->first = d;
	l->last = d;
	uv_idle_start(&l->awake, on_awake);
}

static void on_work(uv_work_t *req)
{
	struct loop_job *job = req->data;

	job->work(job->arg);
}

static void on_work_done(uv_work_t *req, int status)
{
	struct loop_job *job = req->data;

	(void)status; /* nothing is ever cancelled */
	job->done(job->arg);
	free(job);
}

void loop_work(struct loop *l, loop_fn *work, loop_fn *done, void *arg)
{
	struct loop_job *job = mem_zalloc(sizeof(*job));

	*job = (struct loop_job){.work = work, .done = done, .arg = arg};
	job->uv.data = job;
	must(uv_queue_work(&l->uv, &job->uv, on_work, on_work_done), "work");
}
