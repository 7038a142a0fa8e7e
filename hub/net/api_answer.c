/* api_answer.c: how a call's answer goes out; see api.h. */
#include <stdlib.h>
#include <string.h>

#include "net/api.h"
#include "net/gzip.h"
#include "net/static_coding.h"

/* Below it an answer fits into few packets as it is; above it packing would hold up everybody
 * else's answers. */
#define PACKED_BYTES_MIN ((size_t)2048)
#define PACKED_BYTES_MAX ((size_t)512 * 1024)

/* What is asked for to be read by people over slow lines: lists, and documents. A version's tag is
   of one row of bytes, so what has one goes as it is, and so do the answers to what is sent in:
   those who send much want them soon. */
static bool may_pack(const struct http_request *req, const struct reply *r)
{
	return (req->is_head || strcmp(req->method, "GET") == 0) && r->status == 200 && !*r->etag &&
	       r->len >= PACKED_BYTES_MIN && r->len <= PACKED_BYTES_MAX;
}

static void send_reply(struct call *c, const struct reply *r)
{
	bool varies = may_pack(c->req, r), is_packed;
	char headers[320], later[40];
	struct buf packed;

	buf_init(&packed, 2 * PACKED_BYTES_MAX);
	is_packed = varies &&
		    static_coding_weight(http_header(c->req, "Accept-Encoding"), STATIC_GZIP) > 0 &&
		    gzip_pack(&packed, r->json, r->len);
	snprintf(later, sizeof(later), "Retry-After: %d\r\n", r->retry_s ? r->retry_s : 900);
	snprintf(headers, sizeof(headers),
		 "Content-Type: %s\r\nCache-Control: no-store\r\n%s%s%s%s%s%s",
		 r->type	    ? r->type
		 : r->status >= 400 ? "application/problem+json"
				    : "application/json",
		 varies ? "Vary: Accept-Encoding\r\n" : "",
		 is_packed ? "Content-Encoding: gzip\r\n" : "", *r->etag ? "ETag: \"" : "", r->etag,
		 *r->etag ? "\"\r\n" : "",
		 r->status == 503   ? "Retry-After: 2\r\n"
		 : r->status == 429 ? later
		 : r->status == 401 ? "WWW-Authenticate: Bearer\r\n"
				    : "");
	http_reply(c->req, r->status, headers, is_packed ? packed.data : r->json,
		   is_packed ? packed.len : r->len);
	buf_clear(&packed);
}

static void call_end(struct call *c)
{
	principal_unref(c->who);
	free(c);
}

void call_reply(struct call *c, const struct reply *r)
{
	if (c->idem) {
		idem_reply(c, r);
		return;
	}
	send_reply(c, r);
	call_end(c);
}

void call_on_reply(void *arg, const struct reply *r)
{
	call_reply(arg, r);
}

void call_json(struct call *c, int status, const char *json, size_t len)
{
	call_reply(c, &(struct reply){.status = status, .json = json, .len = len, .etag = ""});
}

void call_problem(struct call *c, enum err e, const char *detail)
{
	reply_problem(call_on_reply, c, e, detail);
}

void call_faults(struct call *c, enum err e, const char *detail, const struct diag *diag)
{
	struct reply r = {.err = e, .status = err_http_status(e), .etag = ""};
	struct buf out;

	buf_init(&out, 1 << 20);
	problem_json(&out, e, r.status, detail, diag);
	r.json = buf_cstr(&out);
	r.len = out.len;
	call_reply(c, &r);
	buf_clear(&out);
}
