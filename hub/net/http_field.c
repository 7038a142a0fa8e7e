/* http_field.c: what a request line and the fields behind it may say. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/http_exchange.h"

#define LENGTH_DIGITS_MAX 18

/* The methods that reach a handler; the two that never will are known by name, every other is not
 * implemented. */
static const char *const methods[] = {"GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"};
static const char *const refused_methods[] = {"CONNECT", "TRACE"};

/* RFC 9110 5.6.2 */
bool http_is_token(const char *s, size_t len)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < len; i++) {
		char c = s[i];
		bool is_alnum =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!is_alnum && (c == '\0' || !strchr(marks, c)))
			return false;
	}
	return len > 0;
}

static const char *name_find(const char *const *names, size_t count, const char *s, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i]) == len && memcmp(names[i], s, len) == 0)
			return names[i];
	return NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool version_check(struct exchange *ex, const char *s, size_t len)
{
	if (len != 8 || memcmp(s, "HTTP/", 5) != 0 || !is_digit(s[5]) || s[6] != '.' ||
	    !is_digit(s[7]))
		return exchange_refuse(ex, 400, "The request line does not end in a version");
	if (s[5] != '1' || s[7] > '1')
		return exchange_refuse(ex, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
	return true;
}

static bool method_check(struct exchange *ex, const char *s, size_t len)
{
	if (!http_is_token(s, len))
		return exchange_refuse(ex, 400, "The method is not a token");
	ex->req.method = name_find(methods, sizeof(methods) / sizeof(*methods), s, len);
	if (ex->req.method) {
		ex->req.is_head = strcmp(ex->req.method, "HEAD") == 0;
		return true;
	}
	if (name_find(refused_methods, sizeof(refused_methods) / sizeof(*refused_methods), s, len))
		return exchange_refuse(ex, 405, "The method is never allowed here");
	return exchange_refuse(ex, 501, "The method is not known");
}

bool exchange_check_line(struct exchange *ex, const char *line, size_t len)
{
	const char *target = memchr(line, ' ', len), *version, *end = line + len;

	if (!target)
		return exchange_refuse(ex, 400, "The request line has no target");
	target++;
	version = memchr(target, ' ', (size_t)(end - target));
	if (!version || version == target)
		return exchange_refuse(ex, 400, "The request line has no target or no version");
	if (!version_check(ex, version + 1, (size_t)(end - version - 1)))
		return false;
	if (!method_check(ex, line, (size_t)(target - 1 - line)))
		return false;
	if (version - target > HTTP_TARGET_BYTES_MAX)
		return exchange_refuse(ex, 414, "The request target is longer than 8192 bytes");
	return true;
}

/* The only field of that name; *ret_count tells how many there are. */
static const struct http_field *only_field(struct exchange *ex, const char *name, int *ret_count)
{
	const struct http_field *found = NULL;

	*ret_count = 0;
	for (int i = 0; i < ex->field_count; i++) {
		if (strcasecmp(ex->fields[i].name, name) != 0)
			continue;
		found = &ex->fields[i];
		++*ret_count;
	}
	return found;
}

bool http_host_is_valid(const char *s)
{
	bool is_literal = *s == '[';
	size_t len;

	if (is_literal) {
		len = strspn(++s, "0123456789abcdefABCDEF:.");
		if (len < 2 || s[len] != ']')
			return false;
		s += len + 1;
	} else {
		len = strspn(s,
			     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
		if (len == 0)
			return false;
		s += len;
	}
	if (*s == '\0')
		return true;
	if (*s != ':')
		return false;
	len = strspn(++s, "0123456789");
	return s[len] == '\0' && len <= 5;
}

static bool host_check(struct exchange *ex)
{
	int count;
	const struct http_field *f = only_field(ex, "Host", &count);

	if (count == 0 && ex->version_minor == 0)
		return true;
	if (count != 1)
		return exchange_refuse(ex, 400, count ? "More than one Host" : "No Host");
	if (!http_host_is_valid(f->value))
		return exchange_refuse(ex, 400, "Host is not a host name");
	return true;
}

/* Only "chunked", once. What else may stand there is either unknown to us or breaks the framing. */
static bool coding_check(struct exchange *ex, const struct http_field *f, int count)
{
	if (ex->version_minor == 0)
		return exchange_refuse(ex, 400, "Transfer-Encoding in HTTP/1.0");
	if (count != 1 || f->value_len == 0)
		return exchange_refuse(ex, 400, "Transfer-Encoding is empty or repeated");
	if (strcasecmp(f->value, "chunked") == 0) {
		ex->is_chunked = ex->has_body = true;
		return true;
	}
	if (strncasecmp(f->value, "chunked", 7) == 0 && strchr(" \t,", f->value[7]))
		return exchange_refuse(ex, 400, "Chunked is not the last transfer coding");
	return exchange_refuse(ex, 501, "The transfer coding is not known");
}

static bool length_check(struct exchange *ex, const struct http_field *f)
{
	size_t digits = strspn(f->value, "0123456789");

	if (digits == 0 || f->value[digits] != '\0')
		return exchange_refuse(ex, 400, "Content-Length is not one plain number");
	if (digits > LENGTH_DIGITS_MAX)
		return exchange_refuse(ex, 413, "The body is larger than the limit");
	ex->left_bytes = strtoull(f->value, NULL, 10);
	ex->has_body = ex->left_bytes > 0;
	return true;
}

static bool needs_length(const char *method)
{
	return method[0] == 'P';
}

/* RFC 9112 6: everything that two readers could take for two different requests is refused. */
static bool framing_check(struct exchange *ex)
{
	int coding_count, length_count;
	const struct http_field *coding = only_field(ex, "Transfer-Encoding", &coding_count);
	const struct http_field *length = only_field(ex, "Content-Length", &length_count);

	if (coding_count && length_count)
		return exchange_refuse(ex, 400, "Both Transfer-Encoding and Content-Length");
	if (length_count > 1)
		return exchange_refuse(ex, 400, "Content-Length is not one plain number");
	if (coding)
		return coding_check(ex, coding, coding_count);
	if (length)
		return length_check(ex, length);
	ex->lacks_length = needs_length(ex->req.method);
	return true;
}

static bool expect_check(struct exchange *ex)
{
	int count;
	const struct http_field *f = only_field(ex, "Expect", &count);

	if (!f || ex->version_minor == 0)
		return true;
	if (count > 1 || strcasecmp(f->value, "100-continue") != 0)
		return exchange_refuse(ex, 417, "Only 100-continue can be expected here");
	ex->expects_continue = ex->has_body;
	return true;
}

bool exchange_check_fields(struct exchange *ex)
{
	return host_check(ex) && framing_check(ex) && expect_check(ex);
}

bool http_list_has(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list) {
		list += strspn(list, " \t,");
		if (strncasecmp(list, word, len) == 0 && strchr(" \t,", list[len]))
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

bool http_header_at(const struct http_request *req, int i, const char **ret_name,
		    const char **ret_value)
{
	const struct exchange *ex = (const struct exchange *)req;

	if (i < 0 || i >= ex->field_count)
		return false;
	*ret_name = ex->fields[i].name;
	*ret_value = ex->fields[i].value;
	return true;
}

const char *http_header(const struct http_request *req, const char *name)
{
	const struct exchange *ex = (const struct exchange *)req;
	size_t len = strlen(name);

	for (int i = 0; i < ex->field_count; i++)
		if (ex->fields[i].name_len == len && strcasecmp(ex->fields[i].name, name) == 0)
			return ex->fields[i].value;
	return NULL;
}

int http_header_count(const struct http_request *req, const char *name)
{
	const struct exchange *ex = (const struct exchange *)req;
	int count = 0;

	for (int i = 0; i < ex->field_count; i++)
		count += strcasecmp(ex->fields[i].name, name) == 0;
	return count;
}
