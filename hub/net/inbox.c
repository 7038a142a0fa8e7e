/* inbox.c: see inbox.h. */
#include "net/inbox.h"

#include <stdlib.h>
#include <string.h>

#include "flow/contacts.h"
#include "flow/optout.h"
#include "metrics.h"

#define ASK_AGAIN_MS 5000 /* whether the session lives; most answers are remembered ones */

struct inbox *inbox_new(struct api *a, struct principal *who)
{
	struct inbox *b = mem_zalloc(sizeof(*b));

	b->api = a;
	b->who = principal_ref(who);
	b->refs = 1;
	b->ask_ms = loop_mono_ms(a->flow->loop) + ASK_AGAIN_MS;
	b->next = a->inboxes;
	if (a->inboxes)
		a->inboxes->prev = b;
	a->inboxes = b;
	metric_add(METRIC_WS_SESSIONS, 1);
	return b;
}

struct inbox *inbox_ref(struct inbox *b)
{
	b->refs++;
	return b;
}

void inbox_unref(struct inbox *b)
{
	if (--b->refs > 0)
		return;
	principal_unref(b->who);
	board_forget(b);
	free(b);
}

void inbox_gone(struct inbox *b)
{
	if (b->sub)
		feed_unsubscribe(b->api->flow->feed, b->sub);
	b->sub = NULL;
	b->conn = NULL;
	b->stream = NULL;
	if (b->prev)
		b->prev->next = b->next;
	else
		b->api->inboxes = b->next;
	if (b->next)
		b->next->prev = b->prev;
	metric_add(METRIC_WS_SESSIONS, -1);
	inbox_unref(b);
}

static void on_message(void *arg, const struct feed_message *m)
{
	struct inbox *b = arg;

	metric_add(METRIC_FRAMES_SENT, 1);
	if (b->conn)
		socket_push(b, m);
	else if (b->stream)
		stream_push(b, m);
}

/* Half of what may wait is left for what happens while it catches up. */
static bool has_room(void *arg)
{
	const struct inbox *b = arg;
	size_t waiting = b->conn     ? ws_waiting(b->conn)
			 : b->stream ? http_stream_waiting(b->stream)
				     : 0;

	if (b->conn && ws_is_closing(b->conn))
		return false;
	return !waiting || waiting < (size_t)b->api->config->queue_bytes / 2;
}

/* Resuming is then answered with recovered:false, and the client loads the list. */
static void on_gap(void *arg)
{
	struct inbox *b = arg;

	if (b->conn)
		ws_close(b->conn, WS_TOO_SLOW, "the feed has a gap; come back");
	if (b->stream) {
		http_stream_end(b->stream);
		inbox_gone(b);
	}
}

/* --- opening: which bodies, how much is open, then the subscription --- */

struct opening {
	struct inbox *inbox;
	const char **bodies;
	int body_count, body_room, counted;
	bool masked;
	char *since;
	int64_t open;
	struct arena arena;
	inbox_opened_fn *fn;
	void *arg;
};

static void opening_end(struct opening *o, const struct inbox_opened *r)
{
	o->fn(o->arg, r);
	inbox_unref(o->inbox);
	arena_clear(&o->arena);
	free(o->bodies);
	free(o->since);
	free(o);
}

static void subscribe(struct opening *o, bool recovered)
{
	struct inbox *b = o->inbox;
	struct feed_wish wish = {.bodies = o->bodies,
				 .body_count = o->body_count,
				 .masked = o->masked,
				 .on_message = on_message,
				 .has_room = has_room,
				 .on_gap = on_gap,
				 .arg = b};
	char cursor[CURSOR_BYTES];
	struct inbox_opened r = {
		.err = ERR_OK, .cursor = cursor, .recovered = recovered, .open = o->open};

	if (!b->conn && !b->stream) {
		opening_end(o, &(struct inbox_opened){.err = ERR_NOT_FOUND, .cursor = ""});
		return;
	}
	if (b->sub)
		feed_unsubscribe(b->api->flow->feed, b->sub);
	b->sub = feed_subscribe(b->api->flow->feed, &wish, recovered ? o->since : NULL, cursor);
	opening_end(o, &r);
}

static void on_found(void *arg, enum err e, bool is_found)
{
	struct opening *o = arg;

	if (e != ERR_OK)
		opening_end(o, &(struct inbox_opened){.err = e, .cursor = ""});
	else
		subscribe(o, is_found);
}

static void find_place(struct opening *o)
{
	if (o->since)
		feed_find(o->inbox->api->flow->feed, o->since, on_found, o);
	else
		subscribe(o, true);
}

static void count_body(struct opening *o);

static void on_count(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	struct opening *o = arg;

	(void)refs;
	(void)count;
	if (e != ERR_OK) {
		opening_end(o, &(struct inbox_opened){.err = e, .cursor = ""});
		return;
	}
	o->open += total;
	o->counted++;
	if (o->counted < o->body_count)
		count_body(o);
	else
		find_place(o);
}

static void count_body(struct opening *o)
{
	const struct list_in in = {
		.body = o->bodies[o->counted], .todo_only = true, .below = -1, .limit = 1};

	store_body_list(o->inbox->api->flow->store, &in, on_count, o);
}

static void add_body(struct opening *o, const char *body)
{
	if (o->body_count == o->body_room) {
		o->body_room = o->body_room ? o->body_room * 2 : 16;
		o->bodies = mem_realloc(o->bodies, sizeof(*o->bodies) * (size_t)o->body_room);
	}
	o->bodies[o->body_count++] = arena_strdup(&o->arena, body);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What several grants lead to is looked after once: a region's pools can be thousands. */
static void drop_repeats(struct opening *o)
{
	int count = 0;

	if (o->body_count)
		qsort(o->bodies, (size_t)o->body_count, sizeof(*o->bodies), by_text);
	for (int i = 0; i < o->body_count; i++) {
		if (!i || strcmp(o->bodies[i], o->bodies[count - 1]) != 0)
			o->bodies[count++] = o->bodies[i];
	}
	o->body_count = count;
}

static void add_pool(struct opening *o, int region)
{
	const struct pack_view *p = pack_view(o->inbox->api->flow->pack);

	add_body(o, arena_printf(&o->arena, "pool:%s", p->regions[region].code));
}

/*
 * A coordinator sees what lies in the pools of its region's subtree; a supervisor its bodies and
 * their region's pool; a bureau what it is told itself, every change in its cases, and what came
 * back to it.
 */
static void add_grant(struct opening *o, const struct grant *g)
{
	const struct pack *pack = o->inbox->api->flow->pack;
	const struct pack_view *p = pack_view(pack);
	int b = pack_find_body(pack, g->body);

	if (g->who == WHO_SUPERVISOR) {
		add_body(o, g->body);
		if (b >= 0)
			add_pool(o, p->bodies[b].region);
	} else if (g->who == WHO_APPROVER) {
		add_body(o, g->body);
		add_body(o, arena_printf(&o->arena, "@%s", g->body));
		add_body(o, arena_printf(&o->arena, "split:%s", g->body));
	} else if (g->who == WHO_COORDINATOR && b >= 0) {
		o->masked = true;
		for (int r = 0; r < p->region_count; r++) {
			if (region_within(pack, r, p->bodies[b].region))
				add_pool(o, r);
		}
	}
}

void inbox_open(struct inbox *b, const char *body, const char *since, inbox_opened_fn *fn,
		void *arg)
{
	struct opening *o = mem_zalloc(sizeof(*o));

	o->inbox = inbox_ref(b);
	o->fn = fn;
	o->arg = arg;
	o->since = since ? mem_strdup(since) : NULL;
	arena_init(&o->arena);
	if (*body && !principal_answers(b->who, body)) {
		opening_end(o, &(struct inbox_opened){.err = ERR_NOT_FOUND, .cursor = ""});
		return;
	}
	if (*body)
		add_body(o, body);
	for (int i = 0; !*body && i < b->who->grant_count; i++)
		add_grant(o, &b->who->grants[i]);
	drop_repeats(o);
	if (o->body_count)
		count_body(o);
	else
		find_place(o);
}

/* --- the ends --- */

static void on_ws_open(void *arg, struct ws_conn *c)
{
	struct inbox *b = ws_user(c);

	(void)arg;
	b->conn = c;
}

static void on_ws_close(void *arg, struct ws_conn *c)
{
	(void)arg;
	inbox_gone(ws_user(c));
}

struct ws_options inbox_ws_options(struct api *a)
{
	return (struct ws_options){.message_bytes = 1 << 20,
				   .fragments_max = 128,
				   .on_open = on_ws_open,
				   .on_message = socket_message,
				   .on_close = on_ws_close,
				   .arg = a};
}

static void end_session(struct inbox *b)
{
	if (b->conn)
		ws_close(b->conn, WS_SESSION_ENDED, "the session has ended");
	if (b->stream) {
		http_stream_end(b->stream);
		inbox_gone(b);
	}
}

void inbox_name_changed(void *arg, const char *name)
{
	struct api *a = arg;

	if (!strncmp(name, "contacts:", 9)) {
		contacts_load(a->flow->contacts);
		return;
	}
	if (!strcmp(name, "optouts")) {
		optouts_load(a->flow->optouts);
		return;
	}
	auth_reload(a->auth, name);
	for (struct inbox *b = a->inboxes, *next; b; b = next) {
		next = b->next;
		if (auth_session_ended(b->who, name))
			end_session(b);
	}
}

static void on_asked_again(void *arg, enum err e, struct principal *who)
{
	struct inbox *b = arg;

	(void)who;
	b->asking = false;
	if (e == ERR_UNAUTHENTICATED) /* whatever else it is, it is not known to have ended */
		end_session(b);
	inbox_unref(b);
}

/* No feed tells of a session's natural end, and a line about another end, or a key's, may be lost.
 */
static void ask_again(struct inbox *b, int64_t now_ms)
{
	if (b->asking || now_ms < b->ask_ms)
		return;
	b->ask_ms = now_ms + ASK_AGAIN_MS;
	b->asking = true;
	auth_ask_again(b->api->auth, b->who, on_asked_again, inbox_ref(b));
}

void inbox_beat(void *arg)
{
	struct api *a = arg;
	int64_t now_ms = loop_mono_ms(a->flow->loop);

	auth_beat(a->auth);
	for (struct inbox *b = a->inboxes, *next; b; b = next) {
		next = b->next;
		board_beat(b);
		ask_again(b, now_ms);
	}
}

/* All are told to come back, and not all at once: each finds a hub that has been up for a second
 * and is asked for 500 lists a second. */
static int come_back_ms(int place)
{
	return 1000 + 2 * place;
}

static void say_bye(const struct inbox *b, int reconnect_ms)
{
	char room[160];
	struct buf out;

	buf_init_in(&out, room, sizeof(room), sizeof(room));
	if (b->conn) {
		buf_printf(
			&out,
			"{\"jsonrpc\":\"2.0\",\"method\":\"bye\",\"params\":{\"reason\":\"draining\",\"reconnect_ms\":%d}}",
			reconnect_ms);
		ws_send(b->conn, out.data, out.len);
		ws_close(b->conn, WS_DRAINING, "draining");
	} else if (b->stream) {
		buf_printf(
			&out,
			"retry: %d\nevent: bye\ndata: {\"reason\":\"draining\",\"reconnect_ms\":%d}\n\n",
			reconnect_ms, reconnect_ms);
		http_stream_write(b->stream, out.data, out.len, SIZE_MAX);
		http_stream_end(b->stream);
	}
	buf_clear(&out);
}

void inbox_bye(struct api *a)
{
	int place = 0;

	for (struct inbox *b = a->inboxes, *next; b; b = next) {
		bool is_stream = b->stream != NULL;

		next = b->next;
		say_bye(b, come_back_ms(place++));
		if (is_stream)
			inbox_gone(b);
	}
}
