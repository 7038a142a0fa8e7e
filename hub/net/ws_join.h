/*
 * ws_join.h: the pieces of one incoming message become one text, within limits.
 *
 * libwebsockets hands over what it has, often less than a frame. ws_join_add takes each piece with
 * what is still to come of its frame, so a length that is too large is refused before anything is
 * kept. A message that came in one piece is given back as it lies; only others are copied, into
 * memory that lives until ws_join_clear or the next piece. ws_join_budget bounds what the
 * unfinished messages of all connections hold together. Pure.
 */
#ifndef TANDEM_WS_JOIN_H
#define TANDEM_WS_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ws_join_budget {
	size_t message_bytes; /* of one message */
	int fragments_max;    /* of one message */
	size_t total_bytes;   /* of all unfinished messages */
	size_t held_bytes;    /* now */
};

struct ws_piece {
	const char *data;
	size_t len;
	uint64_t rest_bytes; /* of this frame, still to come */
	bool final_frame, binary;
	int64_t now_ms;
};

struct ws_unfinished;
struct ws_join {
	struct ws_unfinished *part; /* NULL between messages */
};

enum ws_joined {
	WS_JOIN_MORE,
	WS_JOIN_DONE,
	WS_JOIN_BINARY,
	WS_JOIN_BIG,
	WS_JOIN_FRAGMENTS,
	WS_JOIN_BAD_UTF8,
	WS_JOIN_BUSY
};

/* DONE: the text is in ret_text until ws_join_clear, which the caller owes; anything but MORE and
 * DONE ends the connection. */
enum ws_joined ws_join_add(struct ws_join *j, struct ws_join_budget *b, const struct ws_piece *p,
			   const char **ret_text, size_t *ret_len);
/* The code to close with (ws.h), and the words. */
int ws_join_close_code(enum ws_joined joined, const char **ret_reason);
void ws_join_clear(struct ws_join *j, struct ws_join_budget *b);
/* an unfinished message begun before since_ms */
bool ws_join_is_older(const struct ws_join *j, int64_t since_ms);

#endif
