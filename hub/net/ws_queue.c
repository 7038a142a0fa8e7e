#include "net/ws_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* The first chunk is small, because most connections have one message waiting; a queue that grows
 * gets larger ones. */
#define FIRST_CHUNK_BYTES 448
#define NEXT_CHUNK_BYTES  4000

struct ws_chunk {
	struct ws_chunk *next;
	uint32_t len, cap;
	unsigned char data[];
};

size_t ws_frame_head(unsigned char *head, enum ws_opcode op, size_t len)
{
	head[0] = (unsigned char)(0x80 | op);
	if (len < 126) {
		head[1] = (unsigned char)len;
		return 2;
	}
	if (len < 65536) {
		head[1] = 126;
		head[2] = (unsigned char)(len >> 8);
		head[3] = (unsigned char)len;
		return 4;
	}
	head[1] = 127;
	for (int i = 0; i < 8; i++)
		head[2 + i] = (unsigned char)((uint64_t)len >> (56 - 8 * i));
	return 10;
}

size_t ws_frame_size(size_t len)
{
	return len + (len < 126 ? 2 : len < 65536 ? 4 : 10);
}

static void waits(struct ws_queue *q, size_t bytes)
{
	q->bytes += bytes;
	q->backlog->bytes += bytes;
}

static struct ws_chunk *chunk_add(struct ws_queue *q, size_t cap)
{
	struct ws_chunk *c = mem_alloc(sizeof(*c) + cap);

	c->next = NULL;
	c->len = 0;
	c->cap = (uint32_t)cap;
	if (q->tail)
		q->tail->next = c;
	else
		q->head = c;
	q->tail = c;
	return c;
}

static void chunk_drop_first(struct ws_queue *q)
{
	struct ws_chunk *c = q->head;

	q->bytes -= c->len;
	q->backlog->bytes -= c->len;
	q->head = c->next;
	if (!q->head)
		q->tail = NULL;
	free(c);
}

void ws_queue_push(struct ws_queue *q, enum ws_opcode op, const char *payload, size_t len)
{
	size_t need = ws_frame_size(len), usual = q->head ? NEXT_CHUNK_BYTES : FIRST_CHUNK_BYTES;
	struct ws_chunk *c = q->tail;

	if (!c || c->cap - c->len < need)
		c = chunk_add(q, need > usual ? need : usual);
	c->len += (uint32_t)ws_frame_head(c->data + c->len, op, len);
	if (len)
		memcpy(c->data + c->len, payload, len);
	c->len += (uint32_t)len;
	waits(q, need);
}

/*
 * What waits makes a reader slow; one large answer to one who has read everything does not. Only
 * one whose socket takes nothing pays for what waits for all: a burst in one turn of the loop may
 * be large.
 */
bool ws_queue_has_room(const struct ws_queue *q)
{
	return q->bytes + q->held <= backlog_most(q->backlog, q->held);
}

bool ws_queue_is_empty(const struct ws_queue *q)
{
	return !q->head;
}

size_t ws_queue_front(struct ws_queue *q, unsigned char *scratch, size_t room,
		      unsigned char **ret_bytes)
{
	size_t total = 0;

	if (!q->head)
		return 0;
	if (!q->head->next || q->head->len > room) {
		*ret_bytes = q->head->data;
		return q->head->len;
	}
	for (struct ws_chunk *c = q->head; c && c->len <= room - total; c = c->next) {
		memcpy(scratch + total, c->data, c->len);
		total += c->len;
	}
	*ret_bytes = scratch;
	return total;
}

void ws_queue_pop(struct ws_queue *q, size_t bytes)
{
	while (bytes && q->head) {
		size_t len = q->head->len;

		chunk_drop_first(q);
		bytes -= len < bytes ? len : bytes;
	}
}

void ws_queue_hold(struct ws_queue *q, size_t bytes)
{
	backlog_count(q->backlog, &q->held, bytes);
}

void ws_queue_clear(struct ws_queue *q)
{
	while (q->head)
		chunk_drop_first(q);
}
