/*
 * ws_queue.h: what waits to be sent to one WebSocket, as finished frames.
 *
 * Small messages are laid behind each other in chunks, so that one system call carries many of
 * them. ws_queue_push adds, ws_queue_front names the bytes for the next write (always whole
 * frames), ws_queue_pop drops what was written, ws_queue_hold tells what of that the layer below
 * still keeps, ws_queue_clear drops the rest. The queue sets no limit: who pushes asks
 * ws_queue_has_room first. All queues count into one backlog. Pure: no sockets, no libwebsockets.
 */
#ifndef TANDEM_WS_QUEUE_H
#define TANDEM_WS_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/backlog.h"

enum ws_opcode { WS_OP_TEXT = 1, WS_OP_CLOSE = 8, WS_OP_PING = 9 };

struct ws_chunk;
struct ws_queue {
	struct backlog *backlog; /* set once, before anything is pushed */
	struct ws_chunk *head, *tail;
	size_t bytes; /* that wait, with the frames' heads */
	size_t held;  /* popped, but still in the layer below */
};

#define WS_FRAME_HEAD_MAX 10
size_t ws_frame_head(unsigned char *head, enum ws_opcode op, size_t len);
size_t ws_frame_size(size_t len); /* header and payload */

void ws_queue_push(struct ws_queue *q, enum ws_opcode op, const char *payload, size_t len);
bool ws_queue_has_room(const struct ws_queue *q);
bool ws_queue_is_empty(const struct ws_queue *q);
/* Bytes to write next: gathered into scratch where several chunks fit, otherwise the first chunk in
 * place. */
size_t ws_queue_front(struct ws_queue *q, unsigned char *scratch, size_t room,
		      unsigned char **ret_bytes);
void ws_queue_pop(struct ws_queue *q, size_t bytes); /* what ws_queue_front gave */
void ws_queue_hold(struct ws_queue *q, size_t bytes);
void ws_queue_clear(struct ws_queue *q);

#endif
