/*
 * http.h: requests out, over libcurl's multi interface on the loop. Nothing else includes curl.
 *
 * http_client_open, any number of http_client_post, http_client_close. Each post is sent AT MOST
 * ONCE: libcurl repeats a POST by itself when a kept connection dies, which would be a second SMS,
 * and is kept from it here. The callback comes exactly once, on a later turn of the loop. Up to
 * connections_max go out at a time, each over a kept connection; further ones wait in order.
 * Redirects, proxies, netrc, cookies and other protocols than http and https are off.
 *
 * Everything in struct http_call is copied. The answer is valid during the callback. No post after
 * close. It does not retry and does not read bodies: http_outcome judges by status, the connector
 * by content.
 */
#ifndef TANDEM_CONNECTOR_HTTP_H
#define TANDEM_CONNECTOR_HTTP_H

#include "connector.h"

#define HTTP_CONNECTIONS_MAX 16

struct http_client;
struct http_client_options {	    /* 0 takes the default */
	int connections_max;	    /* 12, at most HTTP_CONNECTIONS_MAX */
	int waiting_max;	    /* 4096; past it a post is not sent */
	int64_t connect_timeout_ms; /* 3000 */
	int64_t total_timeout_ms;   /* 10000, from the moment a connection is taken */
	int64_t keep_idle_ms;	    /* 20000: below the provider's own limit, whole seconds */
	size_t answer_bytes_max;    /* 65536, for head and body each */
};
struct http_header {
	const char *name, *value; /* a value with a control character in it is not sent */
};
struct http_call {
	const char *url;
	const struct http_header *headers;
	int header_count;
	const char *body; /* not empty: libcurl would repeat a POST without a body */
	size_t body_len;
};
struct http_answer {
	bool is_answer; /* a whole answer is here; else the next two tell more */
	bool may_have_left;
	const char *fault; /* "" or libcurl's words, with nothing of the peer's in them */
	int status;
	const char *body; /* NUL behind it, not counted */
	size_t body_len;
	int64_t retry_after_ms; /* 0 not told; at most a day */
};
typedef void http_answer_fn(void *arg, const struct http_answer *answer);

/* ERR_UNAVAILABLE when libcurl will not start. */
MUST_CHECK enum err http_client_open(void *uv_loop, const struct http_client_options *options,
				     struct http_client **ret);
void http_client_post(struct http_client *c, const struct http_call *call, http_answer_fn *done,
		      void *arg);
/* Settles what is under way (with is_answer false), then calls closed on the loop. */
void http_client_close(struct http_client *c, connector_closed_fn *closed, void *arg);

/* What a status means where the provider says nothing else about it. Pure. */
enum outcome http_outcome(const struct http_answer *answer);

#endif
