#include "net/ws.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libwebsockets.h>

#include "log.h"
#include "net/ws_first.h"
#include "net/ws_head.h"
#include "net/ws_join.h"
#include "net/ws_limit.h"
#include "net/ws_queue.h"
#include "net/ws_wheel.h"

/*
 * What libwebsockets 4.1.6 is told here, and why, is in ws_open. Messages in come by its callback;
 * bytes out are finished frames of our own, several to one lws_write, which passes LWS_WRITE_HTTP
 * through as it is.
 */

#define RX_BYTES	 512		    /* per connection, for as long as it lives */
#define SERVICE_BYTES	 4096		    /* one for all */
#define SCRATCH_BYTES	 65536		    /* most that is gathered for one write */
#define CLOSE_MS	 2000		    /* for what waits, and the peer's answer to our close */
#define MESSAGE_MS	 60000		    /* a message begun must be whole by then */
#define UNFINISHED_BYTES ((size_t)64 << 20) /* of all connections together */
/* libuv closes the sockets in one turn, what they stood on in the next */
#define DESTROY_TURNS 4

struct ws_conn {
	struct ws_wheel_entry timer;
	struct lws *wsi;
	struct ws *ws;
	void *user;
	struct ws_queue out;
	struct ws_join join;
	void *first; /* its first frame has not been looked at, or it is refused and drained */
	struct ws_conn *next_dirty;
	bool closing, gone, dirty, heard, pinged;
};

struct ws {
	struct ws_options opt;
	struct loop *loop;
	struct lws_context *lws;
	struct ws_first *first;
	struct ws_wheel wheel;
	struct ws_join_budget budget;
	struct loop_timer *tick;
	struct loop_deferred flush, destroy;
	struct ws_conn *dirty;
	uint64_t opened_count;
	void *adopting_user;
	struct ws_conn *adopted;
	loop_fn *freed;
	void *freed_arg;
	int destroy_turns;
	struct lws_protocols protocols[2];
	unsigned char scratch[LWS_PRE + SCRATCH_BYTES];
};

size_t ws_waiting(const struct ws_conn *c)
{
	return c->out.bytes + c->out.held;
}

bool ws_is_closing(const struct ws_conn *c)
{
	return c->closing || c->gone;
}

/* All zero: its own keep-alive is off. Its timers are one sorted list, slow with many sockets. */
static const lws_retry_bo_t no_retry;

/* An end without words, by the timer, because only that one does not wait for bytes buffered. */
static void conn_kill(struct ws_conn *c)
{
	c->closing = true;
	ws_queue_clear(&c->out);
	ws_wheel_unset(&c->timer);
	lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
	/* On a foreign loop its timers are only looked at behind an event of its own. */
	lws_cancel_service(c->ws->lws);
}

/*
 * While lws holds the rest of a write, nothing more is given to it: it would copy it into a list of
 * its own, past our limit. It calls back when the rest is gone.
 */
static void conn_flush(struct ws_conn *c)
{
	unsigned char *bytes;
	size_t len;

	while (!c->gone && !c->out.held && !ws_queue_is_empty(&c->out)) {
		len = ws_queue_front(&c->out, c->ws->scratch + LWS_PRE, SCRATCH_BYTES, &bytes);
		if (lws_write(c->wsi, bytes, len, LWS_WRITE_HTTP) < 0) {
			conn_kill(c);
			return;
		}
		ws_queue_pop(&c->out, len);
		if (lws_partial_buffered(c->wsi))
			ws_queue_hold(&c->out, len);
	}
	/* Nobody reads the answer of one whose first frame was refused; this tells it: we have
	 * done. */
	if (c->closing && c->first && !ws_waiting(c))
		shutdown(lws_get_socket_fd(c->wsi), SHUT_WR);
}

static void flush_all(void *arg)
{
	struct ws *w = arg;
	struct ws_conn *c;

	while ((c = w->dirty)) {
		w->dirty = c->next_dirty;
		c->dirty = false;
		conn_flush(c);
	}
}

static void conn_mark(struct ws_conn *c)
{
	struct ws *w = c->ws;

	if (c->dirty || c->out.held)
		return;
	c->dirty = true;
	c->next_dirty = w->dirty;
	w->dirty = c;
	loop_defer(w->loop, &w->flush);
}

static void conn_unmark(struct ws_conn *c)
{
	struct ws_conn **p = &c->ws->dirty;

	if (!c->dirty)
		return;
	while (*p != c)
		p = &(*p)->next_dirty;
	*p = c->next_dirty;
	c->dirty = false;
}

void ws_close(struct ws_conn *c, enum ws_close code, const char *reason)
{
	char payload[125];
	size_t len = reason ? strlen(reason) : 0;

	if (c->closing || c->gone)
		return;
	c->closing = true;
	if (code == WS_TOO_SLOW)
		ws_queue_clear(&c->out);
	payload[0] = (char)(code >> 8);
	payload[1] = (char)code;
	if (len > sizeof(payload) - 2)
		len = sizeof(payload) - 2;
	if (len)
		memcpy(payload + 2, reason, len);
	ws_queue_push(&c->out, WS_OP_CLOSE, payload, len + 2);
	ws_wheel_set(&c->ws->wheel, &c->timer, loop_mono_ms(c->ws->loop) + CLOSE_MS);
	ws_join_clear(&c->join, &c->ws->budget);
	conn_mark(c);
}

/* One turn of the loop can bring more than may wait: its socket says whether its reader is slow. */
static bool conn_has_room(struct ws_conn *c)
{
	if (!ws_is_closing(c) && (c->out.bytes > SCRATCH_BYTES || !ws_queue_has_room(&c->out)))
		conn_flush(c);
	if (!ws_is_closing(c) && !ws_queue_has_room(&c->out))
		ws_close(c, WS_TOO_SLOW, "too slow");
	return !ws_is_closing(c);
}

void ws_send(struct ws_conn *c, const char *text, size_t len)
{
	if (!conn_has_room(c))
		return;
	ws_queue_push(&c->out, WS_OP_TEXT, text, len);
	conn_mark(c);
}

void *ws_user(const struct ws_conn *c)
{
	return c->user;
}

/* Anything heard since the ping is as good as its pong: in the middle of a frame none can come. */
static void on_due(struct ws_wheel_entry *e, void *arg)
{
	struct ws_conn *c = (struct ws_conn *)e;
	struct ws *w = arg;
	int64_t now_ms = loop_mono_ms(w->loop);

	if (c->closing) {
		conn_kill(c);
	} else if (c->pinged && !c->heard) {
		ws_close(c, WS_TOO_SLOW, "no pong");
	} else if (c->pinged) {
		c->pinged = false;
		ws_wheel_set(&w->wheel, e,
			     now_ms + (w->opt.ping_ms > w->opt.pong_ms
					       ? w->opt.ping_ms - w->opt.pong_ms
					       : 0));
	} else if (ws_join_is_older(&c->join, now_ms - MESSAGE_MS)) {
		ws_close(c, WS_PROTOCOL, "message not finished in time");
	} else {
		c->pinged = true;
		c->heard = false;
		/* With something in it, because lws tells nobody of an empty pong. */
		ws_queue_push(&c->out, WS_OP_PING, "t", 1);
		conn_mark(c);
		ws_wheel_set(&w->wheel, e, now_ms + w->opt.pong_ms);
	}
}

static void on_tick(void *arg)
{
	struct ws *w = arg;

	ws_wheel_advance(&w->wheel, loop_mono_ms(w->loop), on_due, w);
}

static void on_first(void *conn, enum ws_first_is is)
{
	struct ws_conn *c = conn;

	if (c->gone)
		return;
	if (c->closing) {
		conn_kill(c);
		return;
	}
	if (is == WS_FIRST_GOOD) {
		ws_first_remove(c->ws->first, c->first);
		c->first = NULL;
		lws_rx_flow_control(c->wsi, 1);
		return;
	}
	ws_first_drain(c->first);
	if (is == WS_FIRST_BIG)
		ws_close(c, WS_TOO_BIG, "too big");
	else
		ws_close(c, WS_BAD_FRAME, "frames must be masked");
}

static void conn_open(struct ws *w, struct lws *wsi, struct ws_conn *c)
{
	int64_t ping_ms = w->opt.ping_ms;

	memset(c, 0, sizeof(*c));
	c->wsi = wsi;
	c->ws = w;
	c->out.backlog = w->opt.backlog;
	c->user = w->adopting_user;
	w->adopted = c;
	/* The first ping is spread, or those who came together after a restart went on together. */
	ping_ms -= ping_ms / 4 * (int64_t)(w->opened_count++ % 16) / 16;
	ws_wheel_set(&w->wheel, &c->timer, loop_mono_ms(w->loop) + ping_ms);
	w->opt.on_open(w->opt.arg, c);
}

static void conn_gone(struct ws_conn *c)
{
	if (!c->wsi || c->gone)
		return;
	c->gone = true;
	conn_unmark(c);
	ws_wheel_unset(&c->timer);
	ws_first_remove(c->ws->first, c->first);
	c->first = NULL;
	ws_queue_clear(&c->out);
	ws_queue_hold(&c->out, 0);
	ws_join_clear(&c->join, &c->ws->budget);
	c->ws->opt.on_close(c->ws->opt.arg, c);
}

static void conn_receive(struct ws_conn *c, const char *data, size_t len)
{
	struct ws *w = c->ws;
	struct ws_piece piece = {data,
				 len,
				 lws_remaining_packet_payload(c->wsi),
				 lws_is_final_fragment(c->wsi),
				 lws_frame_is_binary(c->wsi),
				 loop_mono_ms(w->loop)};
	enum ws_joined joined;
	const char *text, *reason;
	enum ws_close code;
	size_t text_len;

	c->heard = true;
	if (c->closing)
		return;
	joined = ws_join_add(&c->join, &w->budget, &piece, &text, &text_len);
	if (joined == WS_JOIN_DONE) {
		w->opt.on_message(w->opt.arg, c, text, text_len);
		ws_join_clear(&c->join, &w->budget);
	} else if (joined != WS_JOIN_MORE) {
		code = (enum ws_close)ws_join_close_code(joined, &reason);
		ws_close(c, code, reason);
	}
}

/* The peer begins to close, or answers our close. Nothing may follow lws' answer on the wire. */
static int conn_peer_closes(struct ws_conn *c)
{
	bool answered = c->closing && ws_queue_is_empty(&c->out);

	c->closing = true;
	conn_unmark(c);
	ws_queue_clear(&c->out);
	return answered ? -1 : 0;
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		  size_t len)
{
	struct ws_conn *c = user;

	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
		conn_open(lws_context_user(lws_get_context(wsi)), wsi, c);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		conn_receive(c, in, len);
		return 0;
	case LWS_CALLBACK_RECEIVE_PONG:
		c->heard = true;
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		ws_queue_hold(&c->out, 0);
		conn_flush(c);
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return conn_peer_closes(c);
	case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
	case LWS_CALLBACK_CLOSED:
		conn_gone(c);
		return 0;
	case LWS_CALLBACK_HTTP:
		return -1; /* only checked upgrades are handed over */
	default:
		return 0;
	}
}

static struct lws_context *context_open(struct ws *w)
{
	void *loops[1] = {loop_uv(w->loop)};
	struct lws_context_creation_info info = {0};

	/* Its own lines name every connection as an error, and dump what peers sent. */
	lws_set_log_level(0, NULL);
	w->protocols[0] = (struct lws_protocols){.name = WS_PROTOCOL_NAME,
						 .callback = on_lws,
						 .rx_buffer_size = RX_BYTES,
						 .per_session_data_size = sizeof(struct ws_conn),
						 .tx_packet_size = 1 << 24};
	info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
	info.protocols = w->protocols;
	info.options = LWS_SERVER_OPTION_LIBUV;
	info.foreign_loops = loops;
	info.user = w;
	info.alpn = "http/1.1";
	info.extensions = NULL; /* permessage-deflate would cost 88 KB a connection */
	info.retry_and_idle_policy = &no_retry;
	info.pt_serv_buf_size = SERVICE_BYTES;
	info.max_http_header_data = 1024;
	info.max_http_header_pool = 16;
	info.fd_limit_per_thread = (unsigned int)ws_limit_descriptors();
	return lws_create_context(&info);
}

/* A first frame that came with the handshake is looked at here; the others by ws_first. */
static bool rest_is_good(const struct ws *w, const char *rest, size_t len)
{
	return !len || ws_first_check((const unsigned char *)rest, len, w->opt.message_bytes) ==
			       WS_FIRST_GOOD;
}

static enum err adopt_bytes(struct ws *w, int fd, const char *bytes, size_t len, bool with_rest)
{
	struct lws *wsi;
	struct ws_conn *c;

	w->adopted = NULL;
	wsi = lws_adopt_socket_vhost_readbuf(lws_get_vhost_by_name(w->lws, "default"), fd, bytes,
					     len);
	c = w->adopted;
	if (!c) {
		if (wsi)
			lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
		return ERR_UNAVAILABLE;
	}
	if (!with_rest && !c->gone && ws_first_add(w->first, fd, c, &c->first))
		lws_rx_flow_control(wsi, 0);
	return ERR_OK;
}

enum err ws_adopt(struct ws *w, struct http_request *req, void *user)
{
	const char *bytes, *key = http_header(req, "Sec-WebSocket-Key");
	char kept[WS_KEY_CHARS + 1], *made;
	size_t len, head, made_len;
	int fd, one = 1;
	enum err e;

	snprintf(kept, sizeof(kept), "%s", key ? key : "");
	fd = http_take_over(req, &bytes, &len);
	if (fd < 0)
		return ERR_UNAVAILABLE;
	head = ws_head_length(bytes, len);
	if (!head || !rest_is_good(w, bytes + head, len - head))
		return ws_head_refuse(fd);
	/* a unix socket has none, and needs none */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	made = ws_head_make(kept, bytes + head, len - head, &made_len);
	w->adopting_user = user;
	e = adopt_bytes(w, fd, made, made_len, len > head);
	free(made);
	return e;
}

struct ws *ws_open(struct loop *loop, const struct ws_options *opt, struct diag *diag)
{
	struct ws *w = mem_zalloc(sizeof(*w));
	int64_t tick_ms = (opt->pong_ms < opt->ping_ms ? opt->pong_ms : opt->ping_ms) / 10;

	w->opt = *opt;
	w->loop = loop;
	w->budget = (struct ws_join_budget){opt->message_bytes, opt->fragments_max,
					    UNFINISHED_BYTES, 0};
	w->flush = (struct loop_deferred){.fn = flush_all, .arg = w};
	w->first = ws_first_open(loop, opt->message_bytes, on_first);
	w->lws = w->first ? context_open(w) : NULL;
	if (!w->lws) {
		diag_add(diag, "libwebsockets",
			 "WebSockets could not start on the event loop: is the package "
			 "libwebsockets-evlib-uv installed?");
		ws_first_close(w->first);
		free(w);
		return NULL;
	}
	tick_ms = tick_ms < 10 ? 10 : tick_ms > 500 ? 500 : tick_ms;
	ws_wheel_init(&w->wheel, tick_ms, loop_mono_ms(loop));
	w->tick = loop_timer_new(loop, on_tick, w);
	loop_timer_start(w->tick, tick_ms, tick_ms);
	return w;
}

/* One lws_context_destroy closes the sockets; a second, when libuv has let go of all, frees. */
static void on_destroy(void *arg)
{
	struct ws *w = arg;
	loop_fn *freed = w->freed;
	void *freed_arg = w->freed_arg;

	if (w->destroy_turns++ == 0)
		lws_context_destroy(w->lws);
	if (w->destroy_turns <= DESTROY_TURNS) {
		loop_defer(w->loop, &w->destroy);
		return;
	}
	lws_context_destroy(w->lws);
	ws_first_close(w->first);
	free(w);
	if (freed)
		freed(freed_arg);
}

void ws_free(struct ws *w, loop_fn *done, void *arg)
{
	w->freed = done;
	w->freed_arg = arg;
	w->destroy = (struct loop_deferred){.fn = on_destroy, .arg = w};
	loop_timer_free(w->tick);
	loop_defer(w->loop, &w->destroy);
}
