#include "store/redis.h"

#include <hiredis/read.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/buf.h"

#define OUT_BYTES_MAX ((size_t)512 << 20)
#define IN_BYTES_MAX  ((size_t)512 << 20)
#define READ_BYTES    65536
#define ITEMS_MAX     4000000

struct call {
	struct call *next;
	int64_t number, limit_ms, due_ms;
	bool is_script, echoed, is_asking;
	int wait_replicas;
	struct redis_reply *reply;
	redis_fn *fn;
	void *arg;
};

enum redis_state { STATE_CONNECTING, STATE_OPEN, STATE_ENDED };
struct redis {
	struct loop *loop;
	const struct redis_events *events;
	void *arg;
	enum redis_state state;
	union {
		uv_handle_t any;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} io;
	uv_connect_t connecting;
	uv_getaddrinfo_t resolving;
	uv_write_t writing;
	bool is_resolving, is_writing, io_closed, graced;
	int attempt;
	struct buf out, leaving; /* gathered, and being written */
	struct loop_deferred flush;
	struct loop_timer *watch;
	bool is_watched;
	int64_t connect_due_ms;
	redisReader *reader;
	struct arena arena; /* the reply being read and the call's earlier ones */
	struct call *first, **last;
	char in[READ_BYTES];
};

/* --- replies, built by hiredis's parser in the connection's arena --- */

static struct redis_reply *reply_new(const redisReadTask *task, enum redis_type type)
{
	struct redis_reply *parent = task->parent ? task->parent->obj : NULL;
	struct redis_reply *r;

	r = parent ? &parent->items[task->idx] : arena_alloc(task->privdata, sizeof(*r));
	*r = (struct redis_reply){.type = type, .str = ""};
	return r;
}

static void *create_string(const redisReadTask *task, char *str, size_t len)
{
	enum redis_type type = task->type == REDIS_REPLY_ERROR	  ? REDIS_ERROR
			       : task->type == REDIS_REPLY_STATUS ? REDIS_STATUS
								  : REDIS_STRING;
	struct redis_reply *r = reply_new(task, type);

	r->str = arena_strndup(task->privdata, str, len);
	r->len = len;
	return r;
}

/* NULL makes the parser give up, which ends the connection. */
static void *create_array(const redisReadTask *task, int elements)
{
	struct redis_reply *r;

	if (elements > ITEMS_MAX)
		return NULL;
	r = reply_new(task, REDIS_ARRAY);
	r->count = elements;
	r->items = arena_zalloc(task->privdata, sizeof(*r->items) * (size_t)elements);
	return r;
}

static void *create_integer(const redisReadTask *task, long long value)
{
	struct redis_reply *r = reply_new(task, REDIS_INTEGER);

	r->integer = value;
	return r;
}

static void *create_nil(const redisReadTask *task)
{
	return reply_new(task, REDIS_NIL);
}

static void free_nothing(void *reply)
{
	(void)reply;
}

static redisReplyObjectFunctions in_arena = {create_string, create_array, create_integer,
					     create_nil, free_nothing};

/* --- the end --- */

static void finish_if_quiet(struct redis *c)
{
	struct call *call;

	if (!c->io_closed || c->is_resolving || c->flush.queued)
		return;
	while ((call = c->first)) {
		c->first = call->next;
		call->fn(call->arg, NULL);
		free(call);
	}
	c->events->closed(c->arg);
	redisReaderFree(c->reader);
	buf_clear(&c->out);
	buf_clear(&c->leaving);
	arena_clear(&c->arena);
	free(c);
}

static void on_io_closed(uv_handle_t *h)
{
	struct redis *c = h->data;

	c->io_closed = true;
	finish_if_quiet(c);
}

void redis_close(struct redis *c)
{
	if (c->state == STATE_ENDED)
		return;
	c->state = STATE_ENDED;
	loop_timer_free(c->watch);
	if (c->is_resolving)
		uv_cancel((uv_req_t *)&c->resolving);
	uv_close(&c->io.any, on_io_closed);
}

void redis_drop(struct redis *c, const char *why)
{
	if (c->state == STATE_ENDED)
		return;
	redis_close(c);
	c->events->lost(c->arg, why);
}

/* --- time limits --- */

static void watch(struct redis *c)
{
	int64_t due_ms = c->state == STATE_CONNECTING ? c->connect_due_ms
			 : c->first		      ? c->first->due_ms
						      : -1;
	int64_t now_ms = loop_mono_ms(c->loop);

	c->is_watched = due_ms >= 0;
	if (c->is_watched)
		loop_timer_start(c->watch, due_ms > now_ms ? due_ms - now_ms : 0, 0);
}

/*
 * Answers come in the order of the questions, so looking at the first is enough. When the loop
 * itself was held up, the answer may be waiting unread: it gets one more turn.
 */
static void on_watch(void *arg)
{
	struct redis *c = arg;
	bool opening = c->state == STATE_CONNECTING;
	int64_t due_ms = opening ? c->connect_due_ms : c->first ? c->first->due_ms : INT64_MAX;

	if (loop_mono_ms(c->loop) < due_ms) {
		watch(c);
		return;
	}
	if (!c->graced) {
		c->graced = true;
		loop_timer_start(c->watch, 1, 0);
		return;
	}
	redis_drop(c, opening ? "no connection within the time limit"
			      : "no answer within the time limit");
}

/* --- bytes out --- */

static void put_number(struct buf *b, char kind, size_t n)
{
	buf_add_char(b, kind);
	buf_add_int(b, (int64_t)n);
	buf_add(b, "\r\n", 2);
}

static void put_command(struct buf *b, const struct bytes *args, int count)
{
	put_number(b, '*', (size_t)count);
	for (int i = 0; i < count; i++) {
		put_number(b, '$', args[i].len);
		buf_add(b, args[i].data, args[i].len);
		buf_add(b, "\r\n", 2);
	}
}

static void put_words(struct buf *b, const char *word, int64_t n, int64_t more)
{
	char first[24], second[24];
	struct bytes args[3] = {{word, strlen(word)}, {first, 0}, {second, 0}};

	args[1].len = (size_t)snprintf(first, sizeof(first), "%lld", (long long)n);
	args[2].len = (size_t)snprintf(second, sizeof(second), "%lld", (long long)more);
	put_command(b, args, more >= 0 ? 3 : 2);
}

static void on_written(uv_write_t *req, int status)
{
	struct redis *c = req->data;

	c->is_writing = false;
	buf_reset(&c->leaving);
	if (status < 0)
		redis_drop(c, uv_strerror(status));
	else if (c->out.len)
		loop_defer(c->loop, &c->flush);
}

static void on_flush(void *arg)
{
	struct redis *c = arg;
	struct buf swap = c->leaving;
	uv_buf_t piece;
	int rc;

	if (c->state == STATE_ENDED) {
		finish_if_quiet(c);
		return;
	}
	if (c->out.overflow) {
		redis_drop(c, "more to send than may wait");
		return;
	}
	if (c->is_writing || !c->out.len || c->state != STATE_OPEN)
		return;
	c->leaving = c->out;
	c->out = swap;
	piece = uv_buf_init(c->leaving.data, (unsigned)c->leaving.len);
	c->writing.data = c;
	rc = uv_write(&c->writing, &c->io.stream, &piece, 1, on_written);
	if (rc < 0)
		redis_drop(c, uv_strerror(rc));
	else
		c->is_writing = true;
}

void redis_send(struct redis *c, const struct redis_command *cmd, redis_fn *fn, void *arg)
{
	static const struct bytes asking = {"ASKING", 6};
	struct call *call = mem_zalloc(sizeof(*call));

	*call = (struct call){.number = cmd->number,
			      .limit_ms = cmd->limit_ms,
			      .is_script = cmd->is_script,
			      .echoed = cmd->is_script || !cmd->number,
			      .is_asking = cmd->is_asking,
			      .wait_replicas = cmd->wait_replicas,
			      .fn = fn,
			      .arg = arg};
	call->due_ms = loop_mono_ms(c->loop) + cmd->limit_ms;
	*c->last = call;
	c->last = &call->next;
	if (!call->echoed)
		put_words(&c->out, "ECHO", cmd->number, -1);
	if (cmd->is_asking)
		put_command(&c->out, &asking, 1);
	put_command(&c->out, cmd->args, cmd->count);
	if (cmd->wait_replicas > 0)
		put_words(&c->out, "WAIT", cmd->wait_replicas, cmd->limit_ms / 2);
	loop_defer(c->loop, &c->flush);
	if (!c->is_watched && c->state == STATE_OPEN)
		watch(c);
}

/* --- bytes in --- */

static bool number_is(const struct redis_reply *r, int64_t number)
{
	char text[24];

	if (r->type == REDIS_INTEGER)
		return r->integer == number;
	snprintf(text, sizeof(text), "%lld", (long long)number);
	return r->type == REDIS_STRING && !strcmp(r->str, text);
}

/* An error carries no number: that it is one is known, whose it is follows from the order alone. */
static bool belongs(const struct call *call, const struct redis_reply *r)
{
	if (!call->is_script || r->type == REDIS_ERROR)
		return true;
	return r->type == REDIS_ARRAY && r->count > 0 && number_is(&r->items[0], call->number);
}

static void complete(struct redis *c, struct call *call)
{
	c->first = call->next;
	if (!c->first)
		c->last = &c->first;
	call->fn(call->arg, call->reply);
	free(call);
	arena_reset(&c->arena);
}

static void on_reply(struct redis *c, struct redis_reply *r)
{
	static const struct redis_reply too_few = {
		.type = REDIS_ERROR, .str = "NOREPLICAS too few replicas have it", .len = 35};
	struct call *call = c->first;

	if (!call) {
		redis_drop(c, "an answer without a question");
	} else if (!call->echoed) {
		call->echoed = true;
		if (!number_is(r, call->number))
			redis_drop(c, r->type == REDIS_ERROR ? r->str
							     : "an answer to another question");
	} else if (call->is_asking) {
		call->is_asking = false;
		if (r->type != REDIS_STATUS)
			redis_drop(c, r->type == REDIS_ERROR ? r->str
							     : "an answer to another question");
	} else if (!call->reply) {
		call->reply = r;
		if (!belongs(call, r))
			redis_drop(c, "an answer to another question");
		else if (call->wait_replicas <= 0)
			complete(c, call);
	} else {
		if (call->reply->type != REDIS_ERROR &&
		    (r->type != REDIS_INTEGER || r->integer < call->wait_replicas))
			*call->reply = too_few;
		complete(c, call);
	}
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *piece)
{
	struct redis *c = stream->data;
	void *reply = NULL;

	if (c->state != STATE_OPEN || len == 0)
		return;
	if (len < 0) {
		redis_drop(c,
			   len == UV_EOF ? "Redis closed the connection" : uv_strerror((int)len));
		return;
	}
	c->graced = false;
	if (redisReaderFeed(c->reader, piece->base, (size_t)len) != REDIS_OK ||
	    c->reader->len > IN_BYTES_MAX) {
		redis_drop(c, "an answer larger than allowed");
		return;
	}
	while (c->state == STATE_OPEN) {
		if (redisReaderGetReply(c->reader, &reply) != REDIS_OK) {
			redis_drop(c, "what came is not the Redis protocol");
			return;
		}
		if (!reply)
			return;
		on_reply(c, reply);
	}
}

static void on_room(uv_handle_t *h, size_t wanted, uv_buf_t *ret)
{
	struct redis *c = h->data;

	(void)wanted;
	*ret = uv_buf_init(c->in, sizeof(c->in));
}

/* --- the beginning --- */

static void on_connected(uv_connect_t *req, int status)
{
	struct redis *c = req->data;

	if (c->state == STATE_ENDED)
		return;
	if (status == 0)
		status = uv_read_start(&c->io.stream, on_room, on_read);
	if (status < 0) {
		redis_drop(c, uv_strerror(status));
		return;
	}
	c->state = STATE_OPEN;
	c->graced = false;
	c->events->opened(c->arg);
}

static const struct addrinfo *address_at(const struct addrinfo *all, int attempt)
{
	const struct addrinfo *a = all;

	while (attempt-- > 0)
		a = a->ai_next ? a->ai_next : all;
	return a;
}

static void on_resolved(uv_getaddrinfo_t *req, int status, struct addrinfo *all)
{
	struct redis *c = req->data;

	c->is_resolving = false;
	if (c->state == STATE_ENDED) {
		uv_freeaddrinfo(all);
		finish_if_quiet(c);
		return;
	}
	if (status == 0)
		status = uv_tcp_connect(&c->connecting, &c->io.tcp,
					address_at(all, c->attempt)->ai_addr, on_connected);
	uv_freeaddrinfo(all);
	if (status < 0)
		redis_drop(c, uv_strerror(status));
}

/* An address is not put to the resolver's threads, which names without an answer hold for long. */
static bool is_address(const struct redis_url *url, struct sockaddr_storage *ret)
{
	return uv_ip4_addr(url->host, url->port, (struct sockaddr_in *)ret) == 0 ||
	       uv_ip6_addr(url->host, url->port, (struct sockaddr_in6 *)ret) == 0;
}

static int connect_tcp(struct redis *c, const struct redis_url *url)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct sockaddr_storage address;
	char port[8];
	int rc;

	uv_tcp_init(loop_uv(c->loop), &c->io.tcp);
	uv_tcp_nodelay(&c->io.tcp, 1);
	uv_tcp_keepalive(&c->io.tcp, 1, 30);
	c->io.any.data = c;
	c->attempt = url->attempt;
	snprintf(port, sizeof(port), "%d", url->port);
	if (is_address(url, &address))
		return uv_tcp_connect(&c->connecting, &c->io.tcp, (struct sockaddr *)&address,
				      on_connected);
	c->resolving.data = c;
	rc = uv_getaddrinfo(loop_uv(c->loop), &c->resolving, on_resolved, url->host, port, &hints);
	c->is_resolving = rc == 0;
	return rc;
}

struct redis *redis_open(struct loop *loop, const struct redis_url *url, int64_t connect_ms,
			 const struct redis_events *events, void *arg)
{
	struct redis *c = mem_zalloc(sizeof(*c));

	c->loop = loop;
	c->events = events;
	c->arg = arg;
	c->last = &c->first;
	c->flush = (struct loop_deferred){.fn = on_flush, .arg = c};
	c->watch = loop_timer_new(loop, on_watch, c);
	c->connect_due_ms = loop_mono_ms(loop) + connect_ms;
	buf_init(&c->out, OUT_BYTES_MAX);
	buf_init(&c->leaving, OUT_BYTES_MAX);
	arena_init(&c->arena);
	c->reader = redisReaderCreateWithFunctions(&in_arena);
	if (!c->reader)
		abort();
	c->reader->privdata = &c->arena;
	c->connecting.data = c;
	/* A name that cannot even be asked for shows as a connection that does not come within its
	 * time. */
	if (url->path) {
		uv_pipe_init(loop_uv(loop), &c->io.pipe, 0);
		c->io.any.data = c;
		uv_pipe_connect(&c->connecting, &c->io.pipe, url->path, on_connected);
	} else if (connect_tcp(c, url) < 0) {
		c->connect_due_ms = 0;
	}
	watch(c);
	return c;
}
