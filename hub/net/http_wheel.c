/*
 * http_wheel.c: one coarse timer for all connections. A connection stands in the slot of a deadline
 * it once had; when the slot comes up, the deadline of now decides. So a request that is quickly
 * answered costs no timer work at all.
 */
#include "metrics.h"
#include "net/http_internal.h"

static struct conn **slot_of(struct http *h, int64_t tick)
{
	return &h->wheel.slots[tick % WHEEL_SLOTS];
}

void wheel_remove(struct conn *c)
{
	if (c->slot_tick == 0)
		return;
	*(c->wheel_prev ? &c->wheel_prev->wheel_next : slot_of(c->http, c->slot_tick)) =
		c->wheel_next;
	if (c->wheel_next)
		c->wheel_next->wheel_prev = c->wheel_prev;
	c->wheel_prev = c->wheel_next = NULL;
	c->slot_tick = 0;
}

static void wheel_put(struct conn *c, int64_t tick)
{
	struct conn **slot = slot_of(c->http, tick);

	c->slot_tick = tick;
	c->wheel_next = *slot;
	if (*slot)
		(*slot)->wheel_prev = c;
	*slot = c;
}

/* While the handler works there is no deadline of ours. */
static int64_t deadline_of(const struct conn *c)
{
	const struct http_options *opt = &c->http->options;

	if (c->is_lingering)
		return c->linger_ms;
	if (c->is_writing)
		return c->progress_ms + opt->request_timeout_ms;
	if (c->is_busy || c->is_ready)
		return INT64_MAX;
	if (conn_has_begun(c))
		return c->exchange->started_ms + opt->request_timeout_ms;
	if (!c->has_asked && opt->request_timeout_ms < opt->idle_timeout_ms)
		return c->active_ms + opt->request_timeout_ms;
	return c->active_ms + opt->idle_timeout_ms;
}

void wheel_note(struct conn *c)
{
	const struct wheel *w = &c->http->wheel;
	int64_t tick = deadline_of(c) / WHEEL_TICK_MS + 1;

	if (tick <= w->tick)
		tick = w->tick + 1;
	if (tick > w->tick + WHEEL_SLOTS - 1)
		tick = w->tick + WHEEL_SLOTS - 1;
	if (c->slot_tick && c->slot_tick <= tick)
		return;
	wheel_remove(c);
	wheel_put(c, tick);
}

/* A client that reads a little is given time anew; one that reads nothing is not. */
static bool has_read_on(struct conn *c, int64_t now_ms)
{
	size_t queue_bytes = uv_stream_get_write_queue_size(&c->uv.stream);
	bool has = queue_bytes < c->queue_bytes;

	c->queue_bytes = queue_bytes;
	if (has)
		c->progress_ms = now_ms;
	return has;
}

static void conn_expire(struct conn *c, int64_t now_ms)
{
	if (!c->is_lingering && c->is_writing) {
		if (has_read_on(c, now_ms)) {
			wheel_note(c);
			return;
		}
		metric_add(METRIC_SLOW_CLOSED, 1);
	} else if (!c->is_lingering && conn_has_begun(c)) {
		conn_refuse(c, 408, "The request took too long to arrive");
		conn_settle(c);
		return;
	}
	conn_begin_close(c);
}

static void slot_work(struct http *h, int64_t tick, int64_t now_ms)
{
	struct conn *c, *next;

	for (c = *slot_of(h, tick); c; c = next) {
		next = c->wheel_next;
		if (c->slot_tick > tick)
			continue;
		wheel_remove(c);
		if (deadline_of(c) <= now_ms)
			conn_expire(c, now_ms);
		else
			wheel_note(c);
	}
}

/*
 * When the loop itself was held up, what has come and what was read meanwhile has not been looked
 * at yet, and the clients are not to blame: the sockets have one turn first.
 */
static bool gives_a_turn(struct http *h, int64_t behind_ticks)
{
	struct wheel *w = &h->wheel;

	w->is_graced = behind_ticks > 1 && !w->is_graced;
	if (w->is_graced)
		loop_timer_start(w->timer, 1, WHEEL_TICK_MS);
	return w->is_graced;
}

static void on_tick(void *arg)
{
	struct http *h = arg;
	int64_t now_ms = loop_mono_ms(h->loop), target = now_ms / WHEEL_TICK_MS;

	if (gives_a_turn(h, target - h->wheel.tick))
		return;
	if (target - h->wheel.tick > WHEEL_SLOTS)
		h->wheel.tick = target - WHEEL_SLOTS;
	while (h->wheel.tick < target) {
		h->wheel.tick++;
		slot_work(h, h->wheel.tick, now_ms);
	}
}

void wheel_start(struct http *h)
{
	h->wheel.tick = loop_mono_ms(h->loop) / WHEEL_TICK_MS;
	h->wheel.timer = loop_timer_new(h->loop, on_tick, h);
	loop_timer_start(h->wheel.timer, WHEEL_TICK_MS, WHEEL_TICK_MS);
}
