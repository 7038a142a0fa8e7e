/*
 * traffic.c: see road.h. One epoll. Posters send events, sockets get frames and may acknowledge at
 * once, ackers carry acknowledgements over HTTP. Every event must be answered 201, come out as two
 * different frames and be acknowledged twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "road.h"

#define EVENTS_PER_TURN 256
#define STUCK_MS	180000
#define ACKS_PER_CALL	100

enum line_kind { LINE_POSTER, LINE_SOCKET, LINE_ACKER };
struct line {
	struct peer peer;
	enum line_kind kind;
	const struct session *session;
	bool is_busy, is_ready;
	int under_way;	    /* events or acknowledgements of the call in hand */
	struct line *acker; /* of a socket */
	struct line *next_idle;
	struct buf pending; /* of an acker: ids, each with a comma before it */
	int pending_count;
};
struct traffic {
	const struct wishes *w;
	const struct plan *plan;
	int epoll, timer;
	struct line *lines;
	int line_count, ready_count;
	struct line *idle; /* posters */
	struct line **ackers;
	char mark[80];		  /* what stands before an event's number in a frame */
	int64_t first, next, end; /* events of this part */
	int64_t start_ns, progress_ns;
	int64_t accepted, frames, acked, failed;
	unsigned char *seen; /* notices of each event */
	uint32_t *latency_us;
	bool is_over;
};

static void fault(struct traffic *t, const char *what, const char *text, size_t len)
{
	if (t->failed++ < 5)
		fprintf(stderr, "road_load: %s: %.*s\n", what, (int)(len < 300 ? len : 300), text);
}

static int64_t due_ns(const struct traffic *t, int64_t number)
{
	return t->start_ns + (number - t->first) * 1000000000 / t->w->rate;
}

/* --- events out --- */

static bool may_send(const struct traffic *t)
{
	int64_t done = t->w->acks ? t->acked / 2 : t->frames / 2;

	if (t->next >= t->end)
		return false;
	if (t->w->rate)
		return due_ns(t, t->next) <= now_ns();
	return t->next - t->first - done < t->w->window;
}

static void post(struct traffic *t, struct line *l, const char *path, const char *type,
		 const struct buf *body)
{
	if (l->peer.fd < 0 && !peer_open(&l->peer, t->epoll, t->plan->port, l))
		fault(t, "no connection", "", 0);
	buf_printf(&l->peer.out,
		   "POST %s HTTP/1.1\r\nHost: h\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
		   path, type, body->len);
	if (l->session)
		buf_printf(&l->peer.out, "Cookie: %s\r\nOrigin: http://h\r\n\r\n",
			   l->session->cookie);
	else
		buf_printf(&l->peer.out, "Authorization: Bearer %s\r\n\r\n", t->plan->key);
	buf_add(&l->peer.out, body->data, body->len);
	l->is_busy = true;
	if (!peer_flush(&l->peer))
		fault(t, "a call could not be sent", "", 0);
}

static void post_events(struct traffic *t, struct line *l)
{
	static const char *const types[] = {"application/cloudevents+json",
					    "application/cloudevents-batch+json"};
	struct buf body;
	bool many = t->w->batch > 1;

	buf_init(&body, (size_t)16 << 20);
	for (l->under_way = 0; l->under_way < t->w->batch && t->next < t->end; l->under_way++) {
		if (many)
			buf_add_char(&body, l->under_way ? ',' : '[');
		event_put(&body, t->plan, t->w, t->next++);
	}
	if (many)
		buf_add_char(&body, ']');
	post(t, l, "/api/v1/events", types[many], &body);
	buf_clear(&body);
}

static void send_events(struct traffic *t)
{
	while (t->idle && may_send(t)) {
		struct line *l = t->idle;

		t->idle = l->next_idle;
		post_events(t, l);
	}
}

/* --- acknowledgements --- */

/* Takes the first ids off the line's list: where they stand in it, and how long they are without
 * the first comma. */
static size_t pending_cut(struct line *l, int most)
{
	size_t len = 0;

	for (l->under_way = 0; l->under_way < most && l->under_way < l->pending_count;
	     l->under_way++)
		len += 1 + strcspn(buf_cstr(&l->pending) + len + 1, ",");
	l->pending_count -= l->under_way;
	return len;
}

static void acker_go(struct traffic *t, struct line *l)
{
	bool many = t->w->acks == ACKS_MANY;
	int most = many ? ACKS_PER_CALL : 1;
	char path[80] = "/api/v1/notices/acknowledge";
	struct buf body;
	size_t len;

	if (l->is_busy || l->pending_count < (t->next < t->end ? most : 1))
		return;
	len = pending_cut(l, most);
	buf_init(&body, 1 << 16);
	if (many)
		buf_printf(&body, "{\"notices\":[%.*s]}", (int)len - 1, l->pending.data + 1);
	else
		snprintf(path, sizeof(path), "/api/v1/notices/%.*s/acknowledge", (int)len - 3,
			 l->pending.data + 2);
	post(t, l, path, "application/json", &body);
	memmove(l->pending.data, l->pending.data + len, l->pending.len - len);
	l->pending.len -= len;
	buf_clear(&body);
}

static void say(struct line *l, const char *method, const char *params, int64_t id)
{
	char text[512];
	int len = snprintf(text, sizeof(text),
			   "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"%s\",\"params\":{%s}}",
			   (long long)id, method, params);

	ws_put(&l->peer, WS_FROM_CLIENT,
	       &(struct ws_piece){.opcode = 1, .data = text, .len = (size_t)len});
}

static void acknowledge(struct traffic *t, struct line *l, int64_t seq, int notice)
{
	char text[64];

	if (t->w->acks == ACKS_WS) {
		snprintf(text, sizeof(text), "\"notice\":\"n%lld.%d\"", (long long)seq, notice);
		say(l, "notice.acknowledge", text, seq * 64 + notice + 1);
	} else if (t->w->acks != ACKS_NONE) {
		buf_printf(&l->acker->pending, ",\"n%lld.%d\"", (long long)seq, notice);
		l->acker->pending_count++;
	}
}

/* --- what comes --- */

static void take_notice(struct traffic *t, struct line *l, const struct ws_piece *m)
{
	static const char id[] = "\"id\":\"n";
	int64_t number = number_after(m->data, m->len, t->mark),
		seq = number_after(m->data, m->len, id);
	const char *at = memmem(m->data, m->len, id, sizeof(id) - 1),
		   *dot = at ? memchr(at, '.', 40) : NULL;
	int notice = dot ? dot[1] - '0' : -1;

	if (number < t->first || number >= t->end || seq < 0 || notice < 0 || notice > 1 ||
	    (t->seen[number] & (1 << notice))) {
		fault(t, "a frame that was not to come", m->data, m->len);
		return;
	}
	t->seen[number] |= (unsigned char)(1 << notice);
	if (t->w->rate)
		t->latency_us[t->frames] = (uint32_t)((now_ns() - due_ns(t, number)) / 1000);
	t->frames++;
	acknowledge(t, l, seq, notice);
}

static void take_result(struct traffic *t, struct line *l, const struct ws_piece *m)
{
	if (!memmem(m->data, m->len, "\"result\"", 8)) {
		fault(t, "refused", m->data, m->len);
	} else if (number_after(m->data, m->len, "\"id\":") == 0) {
		l->is_ready = true;
		t->ready_count++;
	} else {
		t->acked++;
	}
}

static void take_message(struct traffic *t, struct line *l, const struct ws_piece *m)
{
	struct ws_piece pong = {.opcode = 10, .data = m->data, .len = m->len};

	if (m->opcode == 9)
		ws_put(&l->peer, WS_FROM_CLIENT, &pong);
	else if (m->opcode != 1)
		fault(t, "a socket was closed", m->data, m->len);
	else if (memmem(m->data, m->len < 64 ? m->len : 64, "\"method\":\"notice\"", 17))
		take_notice(t, l, m);
	else if (memmem(m->data, m->len < 64 ? m->len : 64, "\"id\":", 5))
		take_result(t, l, m);
}

static int count(const struct http_piece *a, const char *what)
{
	const char *at = a->body, *end = a->body + a->body_len;
	int n = 0;

	while ((at = memmem(at, (size_t)(end - at), what, strlen(what)))) {
		at += strlen(what);
		n++;
	}
	return n;
}

static void take_answer(struct traffic *t, struct line *l, const struct http_piece *a)
{
	bool is_event = l->kind == LINE_POSTER;
	int good;

	if (is_event && t->w->batch == 1)
		good = a->status == 201;
	else if (!is_event && t->w->acks == ACKS_HTTP)
		good = a->status == 200;
	else
		good = count(a, is_event ? "\"status\":201" : "\"status\":200");
	if (good != l->under_way)
		fault(t, "an answer", a->body, a->body_len);
	*(is_event ? &t->accepted : &t->acked) += l->under_way;
	l->is_busy = false;
	if (is_event) {
		l->next_idle = t->idle;
		t->idle = l;
	}
}

static void take_handshake(struct traffic *t, struct line *l, const struct http_piece *a)
{
	char params[80];

	if (a->status != 101) {
		fault(t, "no socket", a->head, a->head_len + a->body_len);
		return;
	}
	l->peer.is_socket = true;
	snprintf(params, sizeof(params), "\"body\":\"%s\"", l->session->body);
	say(l, "inbox.open", params, 0);
}

static void serve(struct traffic *t, struct line *l)
{
	struct http_piece answer;
	struct ws_piece message;

	if (!peer_fill(&l->peer)) {
		if (l->kind != LINE_SOCKET && !l->is_busy) {
			peer_close(&l->peer); /* idle for too long; the next call opens another */
			return;
		}
		fault(t, "the server closed a connection", "", 0);
		t->is_over = true;
	}
	while (!l->peer.is_socket && http_take(&l->peer, &answer)) {
		if (l->kind == LINE_SOCKET)
			take_handshake(t, l, &answer);
		else
			take_answer(t, l, &answer);
	}
	while (l->peer.is_socket && ws_take(&l->peer, &message))
		take_message(t, l, &message);
	if (!peer_flush(&l->peer))
		t->is_over = true;
}

/* --- the loop --- */

static void set_timer(struct traffic *t)
{
	int64_t at = due_ns(t, t->next);
	struct itimerspec when = {.it_value = {at / 1000000000, at % 1000000000}};

	timerfd_settime(t->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void turn(struct traffic *t)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int count = epoll_wait(t->epoll, events, EVENTS_PER_TURN, STUCK_MS);
	int64_t before = t->accepted + t->frames + t->acked + t->ready_count, now = now_ns();
	uint64_t ticks;

	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr != t)
			serve(t, events[i].data.ptr);
		else if (read(t->timer, &ticks, sizeof(ticks)) < 0)
			t->is_over = true;
	}
	send_events(t);
	for (int i = 0; t->ackers && i < t->plan->session_count; i++)
		acker_go(t, t->ackers[i]);
	if (t->w->rate && t->next < t->end && t->idle)
		set_timer(t);
	if (before != t->accepted + t->frames + t->acked + t->ready_count) {
		t->progress_ns = now;
	} else if (now - t->progress_ns > STUCK_MS * 1000000LL) {
		fault(t, "nothing comes any more", "", 0);
		t->is_over = true;
	}
}

static struct line *line_new(struct traffic *t, enum line_kind kind, const struct session *session)
{
	struct line *l = &t->lines[t->line_count++];

	l->kind = kind;
	l->session = session;
	buf_init(&l->pending, (size_t)16 << 20);
	if (!peer_open(&l->peer, t->epoll, t->plan->port, l)) {
		fault(t, "no connection", "", 0);
		t->is_over = true;
	}
	return l;
}

static void open_socket(struct traffic *t, const struct session *session)
{
	struct line *l = line_new(t, LINE_SOCKET, session);

	buf_printf(
		&l->peer.out,
		"GET /api/v1/ws HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nCookie: %s\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Protocol: tandem.v1\r\n\r\n",
		session->cookie);
	peer_flush(&l->peer);
	if (t->ackers)
		l->acker = t->ackers[session - t->plan->sessions];
}

static void open_all(struct traffic *t)
{
	const struct plan *p = t->plan;
	int sockets = t->w->idle ? t->w->idle : p->session_count;

	t->lines = mem_zalloc(sizeof(*t->lines) *
			      (size_t)(sockets + t->w->connections + p->session_count));
	if (t->w->acks == ACKS_HTTP || t->w->acks == ACKS_MANY) {
		t->ackers = mem_zalloc(sizeof(struct line *) * (size_t)p->session_count);
		for (int i = 0; i < p->session_count; i++)
			t->ackers[i] = line_new(t, LINE_ACKER, &p->sessions[i]);
	}
	for (int i = 0; i < t->w->connections; i++) {
		struct line *l = line_new(t, LINE_POSTER, NULL);

		l->next_idle = t->idle;
		t->idle = l;
	}
	for (int i = 0; i < sockets && !t->is_over; i++) {
		open_socket(t, &p->sessions[i % p->session_count]);
		while (!t->is_over && i - t->ready_count > 200)
			turn(t);
	}
	while (!t->is_over && !t->failed && t->ready_count < sockets)
		turn(t);
}

/* Sends so many events and waits until all that follows from them has come. */
static void run_part(struct traffic *t, int events)
{
	int64_t acks = t->w->acks ? 2 * events : 0;

	t->first = t->next;
	t->end = t->next + events;
	t->accepted = t->frames = t->acked = 0;
	t->start_ns = t->progress_ns = now_ns();
	send_events(t);
	while (!t->is_over && !t->failed &&
	       (t->accepted < events || t->frames < 2 * events || t->acked < acks))
		turn(t);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void measure(struct traffic *t, struct figures *ret)
{
	double hub = cpu_us(t->w->hub), redis = cpu_us(t->w->redis), own = cpu_us(getpid());
	int events = t->w->events;

	run_part(t, events);
	*ret = (struct figures){
		.events = t->accepted, .frames = t->frames, .acked = t->acked, .failed = t->failed};
	ret->seconds = (double)(now_ns() - t->start_ns) / 1e9;
	ret->hub_us = (cpu_us(t->w->hub) - hub) / events;
	ret->redis_us = (cpu_us(t->w->redis) - redis) / events;
	ret->client_us = (cpu_us(getpid()) - own) / events;
	if (t->w->rate && t->frames) {
		qsort(t->latency_us, (size_t)t->frames, sizeof(*t->latency_us), by_size);
		ret->p50_us = t->latency_us[t->frames / 2];
		ret->p99_us = t->latency_us[t->frames * 99 / 100];
		ret->most_us = t->latency_us[t->frames - 1];
	}
}

static void close_all(struct traffic *t)
{
	for (int i = 0; i < t->line_count; i++) {
		if (t->lines[i].peer.fd >= 0)
			peer_close(&t->lines[i].peer);
		buf_clear(&t->lines[i].pending);
	}
	close(t->timer);
	close(t->epoll);
	free(t->lines);
	free(t->ackers);
	free(t->seen);
	free(t->latency_us);
}

bool traffic_run(const struct wishes *w, const struct plan *p, struct figures *ret)
{
	struct traffic t = {.w = w, .plan = p, .epoll = epoll_create1(EPOLL_CLOEXEC)};
	size_t events = (size_t)(w->events + w->warm);
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = &t};
	double before = rss_bytes(w->hub);

	t.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	epoll_ctl(t.epoll, EPOLL_CTL_ADD, t.timer, &e);
	t.seen = mem_zalloc(events);
	t.latency_us = mem_zalloc(sizeof(*t.latency_us) * 2 * events);
	t.progress_ns = now_ns();
	snprintf(t.mark, sizeof(t.mark), "\"case\":\"%s-", w->run);
	open_all(&t);
	ret->socket_bytes = w->idle ? (rss_bytes(w->hub) - before) / w->idle : 0;
	if (!w->idle && !t.is_over && !t.failed) {
		run_part(&t, w->warm);
		measure(&t, ret);
	}
	ret->failed = t.failed;
	close_all(&t);
	return !ret->failed && !t.is_over;
}
