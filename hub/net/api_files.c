/* api_files.c: the files of feedback, in and out. What a file is called comes in a header, because
 * addresses are logged. */
#include <string.h>

#include "base/utf8.h"
#include "flow/files.h"
#include "net/api.h"

#define NAME_CHARACTERS_MAX 128

static bool is_name(const char *s)
{
	size_t len = strlen(s), characters = 0;

	if (!len || utf8_valid_bytes(s, len) != len)
		return false;
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '/' || *s == '\\')
			return false;
		characters += ((unsigned char)*s & 0xc0) != 0x80;
	}
	return characters <= NAME_CHARACTERS_MAX;
}

/* RFC 6266, the form that can say every name; NULL: it is not said so. */
static const char *name_of(struct call *c)
{
	static const char form[] = "filename*=UTF-8''";
	const char *header = http_header(c->req, "Content-Disposition");
	const char *at = header ? strcasestr(header, form) : NULL;

	if (!at)
		return NULL;
	at += strlen(form);
	at = call_unescape(c->req->arena, arena_strndup(c->req->arena, at, strcspn(at, "; \t")));
	return at && is_name(at) ? at : NULL;
}

void api_put_file(struct call *c)
{
	struct file_in in = {.who = c->who,
			     .notice = c->args[0],
			     .name = name_of(c),
			     .content = {c->req->body, c->req->body_len}};

	if (in.name)
		file_put(c->api->flow, &in, call_on_reply, c);
	else
		reply_invalid(
			call_on_reply, c, "Content-Disposition",
			"must say a name of at most 128 characters as attachment; filename*=UTF-8''…");
}

static void on_file(void *arg, const struct file_got *file)
{
	call_send_file(arg, &(struct sent_file){.fd = file->fd,
						.type = file_type_media(file->type),
						.name = file->name});
}

void api_file(struct call *c)
{
	const struct file_wish wish = {.who = c->who, .notice = c->args[0], .hash = c->args[1]};

	if (call_may_send(c))
		file_get(c->api->flow, &wish, on_file, call_on_reply, c);
}
