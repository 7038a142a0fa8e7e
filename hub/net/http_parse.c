/* http_parse.c: a head is found, split by http_parser and made into strings. */
#include <http_parser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/http_exchange.h"

#define KEPT_BYTES_MAX ((size_t)65536) /* of body and arena, between two requests */

void exchange_start(struct exchange *ex, const struct http_options *opt, size_t *held_bytes)
{
	ex->options = opt;
	ex->held_bytes = held_bytes;
	ex->req.arena = &ex->arena;
	ex->stage = EXCHANGE_HEAD;
}

void exchange_clear(struct exchange *ex)
{
	struct arena arena = ex->arena;
	struct buf body = ex->body;

	arena_reset(&arena);
	if (arena.total_bytes > KEPT_BYTES_MAX)
		arena_clear(&arena);
	if (ex->held_bytes)
		*ex->held_bytes -= ex->counted_bytes;
	if (ex->stream.backlog)
		backlog_count(ex->stream.backlog, &ex->stream.counted_bytes, 0);
	if (body.cap > KEPT_BYTES_MAX)
		buf_clear(&body);
	buf_reset(&body);
	memset(&ex->req, 0, sizeof(ex->req));
	memset(&ex->http, 0, offsetof(struct exchange, fields) - offsetof(struct exchange, http));
	memset(&ex->field_count, 0, sizeof(*ex) - offsetof(struct exchange, field_count));
	ex->arena = arena;
	ex->body = body;
}

void exchange_free(struct exchange *ex)
{
	exchange_clear(ex);
	arena_clear(&ex->arena);
	buf_clear(&ex->body);
	free(ex);
}

bool exchange_refuse(struct exchange *ex, int status, const char *detail)
{
	if (ex->stage != EXCHANGE_REFUSED) {
		ex->stage = EXCHANGE_REFUSED;
		ex->status = status;
		ex->detail = detail;
	}
	return false;
}

/* What a control character means at place i. True: look on; false: wait for more, or refused. */
static bool scan_control(struct exchange *ex, const char *data, size_t len, size_t i)
{
	if (data[i] == '\t')
		return true;
	if (data[i] == '\r' && i + 1 == len)
		return false;
	if (data[i] == '\r')
		return data[i + 1] == '\n' ||
		       exchange_refuse(ex, 400, "A carriage return stands alone");
	if (data[i] != '\n')
		return exchange_refuse(ex, 400, "A control character in the head");
	if (i == 0 || data[i - 1] != '\r')
		return exchange_refuse(ex, 400, "A line feed stands alone");
	if (i + 1 == len)
		return false;
	if (data[i + 1] == ' ' || data[i + 1] == '\t')
		return exchange_refuse(ex, 400, "A folded line");
	return true;
}

static bool ends_head(const char *data, size_t i)
{
	return i >= 3 && data[i] == '\n' && memcmp(data + i - 3, "\r\n\r", 3) == 0;
}

/* The length of the whole head, or 0. Looks at every byte once, however small the pieces are. */
static size_t head_scan(struct exchange *ex, const char *data, size_t len)
{
	size_t i;

	for (i = ex->scanned_bytes; i < len; i++) {
		if ((unsigned char)data[i] > '\r' && (unsigned char)data[i] >= ' ')
			continue;
		if (ends_head(data, i))
			return i + 1;
		if (!scan_control(ex, data, len, i))
			break;
		if (data[i] == '\n' && ex->line_bytes == 0)
			ex->line_bytes = i - 1;
		if (i == 1 && data[i] == '\n')
			exchange_refuse(ex, 400, "No request line");
	}
	ex->scanned_bytes = i;
	return 0;
}

static bool head_is_too_large(struct exchange *ex, size_t head_bytes)
{
	if (ex->line_bytes == 0 && head_bytes > HTTP_TARGET_BYTES_MAX + 32)
		return !exchange_refuse(ex, 414, "The request target is longer than 8192 bytes");
	if (head_bytes > ex->options->header_bytes)
		return !exchange_refuse(ex, 431, "The head is longer than the limit");
	return false;
}

static int on_field(http_parser *p, const char *at, size_t len)
{
	struct exchange *ex = p->data;

	if (ex->field_count == HTTP_FIELDS_MAX) {
		exchange_refuse(ex, 431, "More than 100 header fields");
		return 1;
	}
	ex->fields[ex->field_count++] = (struct http_field){.name = (char *)at, .name_len = len};
	return 0;
}

static int on_value(http_parser *p, const char *at, size_t len)
{
	struct exchange *ex = p->data;
	struct http_field *f = &ex->fields[ex->field_count - 1];

	f->value = (char *)at;
	f->value_len = len;
	return 0;
}

static int on_head(http_parser *p)
{
	struct exchange *ex = p->data;

	ex->version_minor = p->http_minor;
	ex->keep_alive = http_should_keep_alive(p);
	return 1; /* no body for the parser: http_body.c reads it */
}

static const http_parser_settings settings = {
	.on_header_field = on_field, .on_header_value = on_value, .on_headers_complete = on_head};

static bool head_split(struct exchange *ex, const char *head, size_t len)
{
	http_parser parser;
	size_t used;

	http_parser_init(&parser, HTTP_REQUEST);
	parser.data = ex;
	used = http_parser_execute(&parser, &settings, head, len);
	if (parser.http_errno == HPE_HEADER_OVERFLOW)
		return exchange_refuse(ex, 431, "The head is longer than the limit");
	if (parser.http_errno == HPE_INVALID_CONTENT_LENGTH ||
	    parser.http_errno == HPE_UNEXPECTED_CONTENT_LENGTH)
		return exchange_refuse(ex, 400, "Content-Length is not one plain number");
	if (parser.http_errno != HPE_OK || used != len)
		return exchange_refuse(ex, 400, "The head is not well-formed");
	ex->upgrade_flag = parser.upgrade;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The parser takes blanks behind a length, but no tabs. Both mean nothing there, so it is shown
 * blanks. */
static void tabs_blank(char *head, size_t len)
{
	for (size_t i = len - 1; i-- > 0;)
		if (head[i] == '\t' && (head[i + 1] == ' ' || head[i + 1] == '\r'))
			head[i] = ' ';
}

/*
 * Only now may the copy be written to: the parser's places are all known. It places an empty value
 * at the start of the next line, which must not be written over.
 */
static bool fields_terminate(struct exchange *ex)
{
	for (int i = 0; i < ex->field_count; i++) {
		struct http_field *f = &ex->fields[i];

		if (!f->value || !http_is_token(f->name, f->name_len))
			return exchange_refuse(ex, 400, "A header name is not a token");
		while (f->value_len && is_blank(f->value[f->value_len - 1]))
			f->value_len--;
		f->name[f->name_len] = '\0';
		if (f->value_len == 0)
			f->value = f->name + f->name_len;
		f->value[f->value_len] = '\0';
	}
	return true;
}

static struct http_field *field_find(struct exchange *ex, const char *name)
{
	for (int i = 0; i < ex->field_count; i++)
		if (strcasecmp(ex->fields[i].name, name) == 0)
			return &ex->fields[i];
	return NULL;
}

/* The handler sees an upgrade only where a WebSocket is asked for and nothing stands in its way;
 * h2c never. */
static void note_upgrade(struct exchange *ex, const char *raw, size_t len)
{
	const struct http_field *f = field_find(ex, "Upgrade");

	if (!ex->upgrade_flag || ex->has_body || !f || !http_list_has(f->value, "websocket"))
		return;
	ex->req.wants_upgrade = true;
	ex->raw = arena_strndup(&ex->arena, raw, len);
	ex->raw_bytes = len;
}

static bool head_read(struct exchange *ex, const char *raw, size_t len)
{
	char *head, *target, *end;

	if (head_is_too_large(ex, len) || !exchange_check_line(ex, raw, ex->line_bytes))
		return false;
	head = arena_strndup(&ex->arena, raw, len);
	if (memchr(head, '\t', len))
		tabs_blank(head, len);
	if (!head_split(ex, head, len) || !fields_terminate(ex))
		return false;
	target = strchr(head, ' ') + 1;
	end = strchr(target, ' ');
	*end = '\0';
	if (!exchange_check_fields(ex) ||
	    !exchange_read_target(ex, target, (size_t)(end - target), field_find(ex, "Host")))
		return false;
	note_upgrade(ex, raw, len);
	return true;
}

const char *exchange_too_large(struct exchange *ex)
{
	return arena_printf(&ex->arena,
			    "The body is larger than the limit, which is %zu bytes here",
			    ex->body.max);
}

/* The route's own limit is asked for as soon as the path is known, and a body announced past it is
 * never read. */
static bool body_begin(struct exchange *ex)
{
	const struct http_options *opt = ex->options;
	size_t limit = 0;

	if (ex->lacks_length &&
	    !(opt->may_lack_length && opt->may_lack_length(opt->arg, ex->req.method, ex->req.path)))
		return exchange_refuse(ex, 411, "A body needs a Content-Length or chunks");
	if (opt->body_limit)
		limit = opt->body_limit(opt->arg, ex->req.method, ex->req.path);
	if (limit == 0 || limit > opt->body_bytes)
		limit = opt->body_bytes;
	ex->body.max = limit;
	ex->counted_bytes = ex->body.cap;
	*ex->held_bytes += ex->counted_bytes;
	if (!ex->is_chunked && ex->left_bytes > limit)
		return exchange_refuse(ex, 413, exchange_too_large(ex));
	ex->stage = EXCHANGE_BODY;
	return true;
}

static size_t feed_head(struct exchange *ex, const char *data, size_t len)
{
	size_t head_bytes, skip = 0;

	/* One empty line before a request is forgiven: old clients send it behind a body. */
	if (!ex->empty_line_skipped && ex->scanned_bytes == 0 && len >= 2 &&
	    memcmp(data, "\r\n", 2) == 0) {
		ex->empty_line_skipped = true;
		skip = 2;
	}
	head_bytes = head_scan(ex, data + skip, len - skip);
	if (head_bytes == 0) {
		head_is_too_large(ex, len - skip);
		return skip;
	}
	if (head_read(ex, data + skip, head_bytes))
		body_begin(ex);
	return skip + head_bytes;
}

size_t exchange_feed(struct exchange *ex, const char *data, size_t len)
{
	size_t used = 0;

	if (ex->stage == EXCHANGE_HEAD)
		used = feed_head(ex, data, len);
	if (ex->stage == EXCHANGE_BODY)
		used += exchange_feed_body(ex, data + used, len - used);
	return used;
}
