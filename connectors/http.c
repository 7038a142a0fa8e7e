#include "http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uv.h>

#define RETRY_AFTER_MAX_S (24 * 60 * 60)
#define FAULT_BYTES	  96

struct call {
	TAILQ_ENTRY(call) entry;
	struct http_client *client;
	CURL *easy; /* NULL while it waits */
	char *url, *body;
	size_t body_len, body_pos;
	struct curl_slist *headers;
	struct buf answer;
	size_t head_bytes;
	bool body_asked;
	const char *refused; /* NULL, or why it is not even tried */
	http_answer_fn *done;
	void *arg;
};

TAILQ_HEAD(call_list, call);

struct http_client {
	struct http_client_options options;
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t curl_timer; /* the moment libcurl wants to be called at */
	uv_timer_t turn;       /* the next turn of the loop: starts what waits, or closes */
	struct call_list waiting, running;
	int waiting_count, running_count;
	CURL *spare[HTTP_CONNECTIONS_MAX];
	int spare_count;
	int handle_count; /* of libuv, not yet closed */
	bool closing;
	connector_closed_fn *closed;
	void *closed_arg;
};

struct socket_watch {
	uv_poll_t poll;
	struct http_client *client;
	curl_socket_t socket;
};

static void on_turn(uv_timer_t *timer);

/*
 * Nothing is started, told or torn down from inside a caller's or libcurl's function: it all waits
 * for the next turn.
 */
static void turn_ask(struct http_client *c)
{
	uv_timer_start(&c->turn, on_turn, 0, 0);
}

static size_t on_body_wanted(char *out, size_t size, size_t count, void *arg)
{
	struct call *call = arg;
	size_t room = size * count, left = call->body_len - call->body_pos;
	size_t len = left < room ? left : room;

	call->body_asked = true;
	memcpy(out, call->body + call->body_pos, len);
	call->body_pos += len;
	return len;
}

/*
 * libcurl asks to go back to the start of the body in one case only: to send it a second time. The
 * first may have been acted upon, so it is refused, and the transfer ends as "may have left".
 */
static int on_rewind_wanted(void *arg, curl_off_t offset, int origin)
{
	(void)arg;
	(void)offset;
	(void)origin;
	return CURL_SEEKFUNC_FAIL;
}

static size_t on_answer_body(char *data, size_t size, size_t count, void *arg)
{
	struct call *call = arg;

	return buf_add(&call->answer, data, size * count) ? size * count : 0;
}

/* libcurl keeps every header it reads, so their sum has to be bounded here. */
static size_t on_answer_head(char *data, size_t size, size_t count, void *arg)
{
	struct call *call = arg;

	(void)data;
	call->head_bytes += size * count;
	return call->head_bytes <= call->client->options.answer_bytes_max ? size * count : 0;
}

static void call_free(struct call *call)
{
	curl_slist_free_all(call->headers);
	buf_clear(&call->answer);
	free(call->url);
	free(call->body);
	free(call);
}

/*
 * Anything that points to bytes on the wire counts: a server that got the whole request may never
 * have been seen to read it.
 */
static bool call_may_have_left(const struct call *call)
{
	curl_off_t pretransfer_us = 0;
	long request_bytes = 0;

	if (!call->easy)
		return false;
	(void)curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer_us);
	(void)curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
	return call->body_asked || pretransfer_us > 0 || request_bytes > 0;
}

static void answer_read(struct call *call, struct http_answer *ret)
{
	curl_off_t retry_after_s = 0;
	long status = 0;

	(void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
	if (retry_after_s > RETRY_AFTER_MAX_S)
		retry_after_s = RETRY_AFTER_MAX_S;
	ret->is_answer = true;
	ret->status = (int)status;
	ret->retry_after_ms = retry_after_s > 0 ? (int64_t)retry_after_s * 1000 : 0;
	ret->body = buf_cstr(&call->answer);
	ret->body_len = call->answer.len;
}

static void call_end(struct call *call, const char *fault)
{
	struct http_client *c = call->client;
	struct http_answer answer = {.fault = fault, .body = ""};

	if (*fault)
		answer.may_have_left = call_may_have_left(call);
	else
		answer_read(call, &answer);
	if (call->easy) {
		(void)curl_multi_remove_handle(c->multi, call->easy);
		c->spare[c->spare_count++] = call->easy;
		TAILQ_REMOVE(&c->running, call, entry);
		c->running_count--;
	} else {
		TAILQ_REMOVE(&c->waiting, call, entry);
		c->waiting_count--;
	}
	call->done(call->arg, &answer);
	call_free(call);
}

static void transfers_collect(struct http_client *c)
{
	bool any_ended = false;
	CURLMsg *msg;
	int left = 0;

	while ((msg = curl_multi_info_read(c->multi, &left))) {
		CURLcode rc = msg->data.result;
		char fault[FAULT_BYTES] = "";
		struct call *call = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &call);
		if (rc != CURLE_OK)
			(void)snprintf(fault, sizeof(fault), "curl %d: %s", (int)rc,
				       curl_easy_strerror(rc));
		call_end(call, fault);
		any_ended = true;
	}
	if (any_ended && c->waiting_count > 0)
		turn_ask(c);
}

static void multi_act(struct http_client *c, curl_socket_t s, int events)
{
	int running = 0;

	(void)curl_multi_socket_action(c->multi, s, events, &running);
	transfers_collect(c);
}

static void handle_gone(struct http_client *c)
{
	connector_closed_fn *closed = c->closed;
	void *arg = c->closed_arg;

	if (--c->handle_count > 0)
		return;
	free(c);
	curl_global_cleanup();
	closed(arg);
}

static void on_watch_closed(uv_handle_t *handle)
{
	struct socket_watch *w = handle->data;
	struct http_client *c = w->client;

	free(w);
	handle_gone(c);
}

static void on_timer_closed(uv_handle_t *handle)
{
	handle_gone(handle->data);
}

static void on_socket_ready(uv_poll_t *poll, int status, int events)
{
	struct socket_watch *w = poll->data;
	int flags = status < 0 ? CURL_CSELECT_ERR : 0;

	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	multi_act(w->client, w->socket, flags);
}

/* NULL: the loop will not watch it; the transfer then ends at its time limit. */
static struct socket_watch *watch_new(struct http_client *c, curl_socket_t s)
{
	struct socket_watch *w = mem_zalloc(sizeof(*w));

	w->client = c;
	w->socket = s;
	if (uv_poll_init_socket(c->loop, &w->poll, s) != 0) {
		free(w);
		return NULL;
	}
	w->poll.data = w;
	c->handle_count++;
	return w;
}

static int on_watch_wanted(CURL *easy, curl_socket_t s, int what, void *client_arg,
			   void *socket_arg)
{
	struct http_client *c = client_arg;
	struct socket_watch *w = socket_arg;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		(void)curl_multi_assign(c->multi, s, NULL);
		if (w)
			uv_close((uv_handle_t *)&w->poll, on_watch_closed);
		return 0;
	}
	if (!w) {
		w = watch_new(c, s);
		if (!w)
			return 0;
		(void)curl_multi_assign(c->multi, s, w);
	}
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	(void)uv_poll_start(&w->poll, events, on_socket_ready);
	return 0;
}

static void on_curl_time(uv_timer_t *timer)
{
	multi_act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/*
 * Calling libcurl back from in here corrupts it, also when it asks for "at once": the loop does it
 * on its next turn.
 */
static int on_timer_wanted(CURLM *multi, long after_ms, void *arg)
{
	struct http_client *c = arg;

	(void)multi;
	if (after_ms < 0)
		uv_timer_stop(&c->curl_timer);
	else
		uv_timer_start(&c->curl_timer, on_curl_time, (uint64_t)after_ms, 0);
	return 0;
}

static void easy_guard(CURL *easy)
{
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/*
	 * Else a time-out during a name look-up waits for the resolver's thread, and the loop with
	 * it.
	 */
	(void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

static void easy_set(CURL *easy, struct call *call)
{
	const struct http_client_options *o = &call->client->options;

	(void)curl_easy_setopt(easy, CURLOPT_URL, call->url);
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	(void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len);
	(void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_body_wanted);
	(void)curl_easy_setopt(easy, CURLOPT_READDATA, call);
	(void)curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_rewind_wanted);
	(void)curl_easy_setopt(easy, CURLOPT_SEEKDATA, call);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_answer_head);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)o->total_timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)(o->keep_idle_ms / 1000));
}

static void call_start(struct http_client *c, struct call *call)
{
	CURL *easy = c->spare_count > 0 ? c->spare[--c->spare_count] : curl_easy_init();

	if (!easy) {
		call_end(call, "out of transfers");
		return;
	}
	curl_easy_reset(easy);
	easy_guard(easy);
	easy_set(easy, call);
	TAILQ_REMOVE(&c->waiting, call, entry);
	c->waiting_count--;
	call->easy = easy;
	TAILQ_INSERT_TAIL(&c->running, call, entry);
	c->running_count++;
	if (curl_multi_add_handle(c->multi, easy) != CURLM_OK)
		call_end(call, "refused by libcurl");
}

static void client_end(struct http_client *c)
{
	while (!TAILQ_EMPTY(&c->running))
		call_end(TAILQ_FIRST(&c->running), "closing");
	while (!TAILQ_EMPTY(&c->waiting))
		call_end(TAILQ_FIRST(&c->waiting), "closing");
	while (c->spare_count > 0)
		curl_easy_cleanup(c->spare[--c->spare_count]);
	(void)curl_multi_cleanup(c->multi);
	uv_close((uv_handle_t *)&c->curl_timer, on_timer_closed);
	uv_close((uv_handle_t *)&c->turn, on_timer_closed);
}

static void on_turn(uv_timer_t *timer)
{
	struct http_client *c = timer->data;
	struct call *call, *next;

	if (c->closing) {
		client_end(c);
		return;
	}
	for (call = TAILQ_FIRST(&c->waiting); call; call = next) {
		next = TAILQ_NEXT(call, entry);
		if (call->refused)
			call_end(call, call->refused);
		else if (c->running_count < c->options.connections_max)
			call_start(c, call);
	}
}

static int64_t given_or(int64_t given, int64_t fallback)
{
	return given > 0 ? given : fallback;
}

static void options_fill(struct http_client_options *o)
{
	o->connections_max = (int)given_or(o->connections_max, 12);
	if (o->connections_max > HTTP_CONNECTIONS_MAX)
		o->connections_max = HTTP_CONNECTIONS_MAX;
	o->waiting_max = (int)given_or(o->waiting_max, 4096);
	o->connect_timeout_ms = given_or(o->connect_timeout_ms, 3000);
	o->total_timeout_ms = given_or(o->total_timeout_ms, 10000);
	o->keep_idle_ms = given_or(o->keep_idle_ms, 20000);
	o->answer_bytes_max = o->answer_bytes_max ? o->answer_bytes_max : 65536;
}

enum err http_client_open(void *uv_loop, const struct http_client_options *options,
			  struct http_client **ret)
{
	struct http_client *c;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return ERR_UNAVAILABLE;
	c = mem_zalloc(sizeof(*c));
	c->options = *options;
	options_fill(&c->options);
	c->loop = uv_loop;
	TAILQ_INIT(&c->waiting);
	TAILQ_INIT(&c->running);
	c->multi = curl_multi_init();
	if (!c->multi) {
		free(c);
		curl_global_cleanup();
		return ERR_UNAVAILABLE;
	}
	(void)curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_watch_wanted);
	(void)curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	(void)curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	(void)curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	(void)curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)c->options.connections_max);
	uv_timer_init(c->loop, &c->curl_timer);
	uv_timer_init(c->loop, &c->turn);
	c->curl_timer.data = c;
	c->turn.data = c;
	c->handle_count = 2;
	*ret = c;
	return ERR_OK;
}

/* A value from elsewhere must not be able to start a header of its own. */
static bool header_add(struct call *call, const char *name, const char *value)
{
	struct buf line;
	struct curl_slist *list;

	for (const char *s = value; *s; s++) {
		if ((unsigned char)*s < ' ' || *s == 127)
			return false;
	}
	buf_init(&line, 8192);
	if (*value)
		(void)buf_printf(&line, "%s: %s", name, value);
	else
		(void)buf_printf(&line, "%s;", name);
	list = line.overflow ? NULL : curl_slist_append(call->headers, buf_cstr(&line));
	buf_clear(&line);
	if (!list)
		return false;
	call->headers = list;
	return true;
}

void http_client_post(struct http_client *c, const struct http_call *from, http_answer_fn *done,
		      void *arg)
{
	struct call *call = mem_zalloc(sizeof(*call));

	call->client = c;
	call->url = mem_strdup(from->url);
	call->body = mem_alloc(from->body_len + 1);
	memcpy(call->body, from->body, from->body_len);
	call->body_len = from->body_len;
	call->done = done;
	call->arg = arg;
	buf_init(&call->answer, c->options.answer_bytes_max);
	if (call->body_len == 0)
		call->refused = "no body";
	if (c->waiting_count >= c->options.waiting_max)
		call->refused = "too many waiting";
	/* A bare "Expect:" takes out the pause libcurl makes before a body. */
	call->headers = curl_slist_append(NULL, "Expect:");
	for (int i = 0; i < from->header_count; i++) {
		if (!header_add(call, from->headers[i].name, from->headers[i].value))
			call->refused = "a header that cannot be sent";
	}
	TAILQ_INSERT_TAIL(&c->waiting, call, entry);
	c->waiting_count++;
	turn_ask(c);
}

void http_client_close(struct http_client *c, connector_closed_fn *closed, void *arg)
{
	c->closing = true;
	c->closed = closed;
	c->closed_arg = arg;
	turn_ask(c);
}
