/* answer.c: ids and versions as they are written outside, and how an answer or a refusal is given.
 */
#include "flow/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "phrase.h"

/* Written in one way only: e01 is nothing. */
static bool parse_number(const char **s, int64_t max, int64_t *ret)
{
	int64_t v = 0;
	int digits = 0;

	if (**s == '0' && (*s)[1] >= '0' && (*s)[1] <= '9')
		return false;
	for (; **s >= '0' && **s <= '9' && digits < 16; (*s)++, digits++)
		v = v * 10 + (**s - '0');
	if (!digits || v > max)
		return false;
	*ret = v;
	return true;
}

bool version_was_seen(const struct seen_versions *s, int version)
{
	bool was = !s->is_asked;

	for (int i = 0; i < s->count; i++)
		was = was || s->versions[i] == version;
	return was;
}

bool id_parse_event(const char *s, int64_t *ret_seq)
{
	return *s++ == 'e' && parse_number(&s, INT64_MAX, ret_seq) && !*s && *ret_seq > 0;
}

static bool parse_pair(const char *s, char letter, int64_t *ret_seq, int *ret_index)
{
	int64_t seq, index;

	if (*s++ != letter || !parse_number(&s, INT64_MAX, &seq) || *s++ != '.' ||
	    !parse_number(&s, 100000, &index) || *s)
		return false;
	*ret_seq = seq;
	*ret_index = (int)index;
	return seq > 0;
}

bool id_parse_notice(const char *s, int64_t *ret_seq, int *ret_notice)
{
	return parse_pair(s, 'n', ret_seq, ret_notice);
}

bool id_parse_dispute(const char *s, int64_t *ret_seq, int *ret_dispute)
{
	return parse_pair(s, 'u', ret_seq, ret_dispute);
}

bool id_parse_delivery(const char *s, int64_t *ret_seq, int *ret_delivery)
{
	return parse_pair(s, 'd', ret_seq, ret_delivery);
}

/* Where in a document a sentence has its code and its Chinese: a thousand faults of one document
 * mostly say the same. */
struct phrase_at {
	const char *what;
	size_t from, len;
};

static void add_phrase(struct buf *out, const char *what, struct phrase_at *last)
{
	if (!last->what || strcmp(last->what, what) != 0) {
		*last = (struct phrase_at){.what = what, .from = out->len};
		phrase_print(what, out);
		last->len = out->len - last->from;
	} else if (buf_reserve(out, last->len)) {
		buf_add(out, out->data + last->from, last->len);
	}
}

/* A place is a pointer, or of a pack's file "rules.csv:12:5", which becomes a pointer to the file
 * and the rest beside it. */
static void fault_json(struct buf *out, const struct fault *x, struct phrase_at *last)
{
	size_t len = *x->where == '/' ? 0 : strcspn(x->where, ":");
	const char *line = x->where + len;
	char *end = NULL;

	if (!len || *line != ':') {
		buf_add_str(out, "{\"pointer\":");
		buf_add_json(out, x->where);
	} else {
		buf_add_str(out, "{\"pointer\":\"/files/");
		for (size_t i = 0; i < len; i++)
			buf_add_str(out, x->where[i] == '/' ? "~1" : (char[]){x->where[i], '\0'});
		buf_add_str(out, "\",\"file\":");
		buf_add_jsonn(out, x->where, len);
		buf_printf(out, ",\"line\":%ld", strtol(line + 1, &end, 10));
		buf_printf(out, ",\"column\":%ld", *end == ':' ? strtol(end + 1, NULL, 10) : 1);
	}
	buf_add_str(out, ",\"detail\":");
	buf_add_json(out, x->what);
	add_phrase(out, x->what, last);
	buf_add_char(out, '}');
}

void problem_json(struct buf *out, enum err e, int status, const char *detail,
		  const struct diag *diag)
{
	struct phrase_at last = {0};
	const char *comma = "";

	buf_add_str(out, "{\"type\":\"urn:tandem:problem:");
	buf_add_str(out, err_name(e));
	buf_add_str(out, "\",\"title\":");
	buf_add_json(out, err_title(e));
	buf_printf(out, ",\"status\":%d,\"detail\":", status);
	buf_add_json(out, detail);
	phrase_print(detail, out);
	if (diag && diag->first) {
		buf_add_str(out, ",\"errors\":[");
		for (const struct fault *x = diag->first; x; x = x->next) {
			buf_add_str(out, comma);
			fault_json(out, x, &last);
			comma = ",";
		}
		buf_add_char(out, ']');
		if (diag->count > DIAG_MAX)
			buf_printf(out, ",\"further_errors\":%zu", diag->count - DIAG_MAX);
	}
	buf_add_char(out, '}');
}

void page_end(struct buf *out, const char *letter, int64_t next)
{
	buf_add_str(out, "],\"next\":");
	if (next > 0)
		buf_printf(out, "\"%s%lld\"}", letter, (long long)next);
	else
		buf_add_str(out, "null}");
}

static void send(reply_fn *fn, void *arg, struct reply r, struct buf *out)
{
	r.json = buf_cstr(out);
	r.len = out->len;
	fn(arg, &r);
}

static void send_problem(reply_fn *fn, void *arg, enum err e, const char *detail,
			 const struct diag *diag)
{
	struct reply r = {.err = e, .status = err_http_status(e), .etag = ""};
	struct buf out;

	buf_init(&out, 1 << 20);
	problem_json(&out, e, r.status, detail, diag);
	send(fn, arg, r, &out);
	buf_clear(&out);
}

void reply_problem(reply_fn *fn, void *arg, enum err e, const char *detail)
{
	send_problem(fn, arg, e, detail, NULL);
}

void reply_faults(reply_fn *fn, void *arg, const char *detail, const struct diag *diag)
{
	send_problem(fn, arg, ERR_INVALID, detail, diag);
}

bool page_is_full(const struct buf *out, int rows, int limit)
{
	return rows >= limit || out->len >= REPLY_PAGE_BYTES / 2;
}

void reply_built(reply_fn *fn, void *arg, enum err e, const char *etag, struct buf *out)
{
	if (e == ERR_OK && out->overflow)
		reply_problem(
			fn, arg, ERR_TOO_LARGE,
			"There is more to it than one answer holds: narrow what is asked for");
	else if (e != ERR_OK)
		reply_problem(fn, arg, e, err_title(e));
	else
		send(fn, arg, (struct reply){.err = ERR_OK, .status = 200, .etag = etag}, out);
}

void reply_invalid(reply_fn *fn, void *arg, const char *member, const char *why)
{
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	diag_add(&diag, arena_printf(&arena, "/%s", member), "%s", why);
	reply_faults(fn, arg, arena_printf(&arena, "%s %s", member, why), &diag);
	arena_clear(&arena);
}
