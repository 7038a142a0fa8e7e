#include "net/ws_join.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "net/ws.h"

struct ws_unfinished {
	struct buf text;
	int fragments_count;
	int64_t since_ms;
};

void ws_join_clear(struct ws_join *j, struct ws_join_budget *b)
{
	if (!j->part)
		return;
	b->held_bytes -= j->part->text.len;
	buf_clear(&j->part->text);
	free(j->part);
	j->part = NULL;
}

bool ws_join_is_older(const struct ws_join *j, int64_t since_ms)
{
	return j->part && j->part->since_ms < since_ms;
}

static enum ws_joined text_done(const char *text, size_t len, const char **ret_text,
				size_t *ret_len)
{
	if (utf8_valid_bytes(text, len) != len)
		return WS_JOIN_BAD_UTF8;
	*ret_text = text;
	*ret_len = len;
	return WS_JOIN_DONE;
}

static struct ws_unfinished *part_of(struct ws_join *j, const struct ws_join_budget *b,
				     int64_t now_ms)
{
	if (!j->part) {
		j->part = mem_zalloc(sizeof(*j->part));
		buf_init(&j->part->text, b->message_bytes);
		j->part->since_ms = now_ms;
	}
	return j->part;
}

enum ws_joined ws_join_add(struct ws_join *j, struct ws_join_budget *b, const struct ws_piece *p,
			   const char **ret_text, size_t *ret_len)
{
	size_t have = j->part ? j->part->text.len : 0;
	struct ws_unfinished *u;

	if (p->binary)
		return WS_JOIN_BINARY;
	if (p->len > b->message_bytes - have || p->rest_bytes > b->message_bytes - have - p->len)
		return WS_JOIN_BIG;
	if (!j->part && p->final_frame && !p->rest_bytes)
		return text_done(p->len ? p->data : "", p->len, ret_text, ret_len);
	if (p->len > b->total_bytes - b->held_bytes)
		return WS_JOIN_BUSY;
	u = part_of(j, b, p->now_ms);
	if (!buf_add(&u->text, p->data, p->len))
		return WS_JOIN_BIG;
	b->held_bytes += p->len;
	if (p->rest_bytes)
		return WS_JOIN_MORE;
	if (p->final_frame)
		return text_done(u->text.len ? u->text.data : "", u->text.len, ret_text, ret_len);
	return ++u->fragments_count >= b->fragments_max ? WS_JOIN_FRAGMENTS : WS_JOIN_MORE;
}

int ws_join_close_code(enum ws_joined joined, const char **ret_reason)
{
	static const struct refusal {
		enum ws_close code;
		const char *reason;
	} refusals[] = {
		[WS_JOIN_BINARY] = {WS_PROTOCOL, "text only"},
		[WS_JOIN_BIG] = {WS_TOO_BIG, "too big"},
		[WS_JOIN_FRAGMENTS] = {WS_TOO_BIG, "too many fragments"},
		[WS_JOIN_BAD_UTF8] = {WS_BAD_TEXT, "not UTF-8"},
		[WS_JOIN_BUSY] = {WS_TOO_SLOW, "too much unfinished"},
	};

	*ret_reason = refusals[joined].reason;
	return (int)refusals[joined].code;
}
