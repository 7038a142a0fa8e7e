#include "net/ws_wheel.h"

#include <stddef.h>

static void ring_init(struct ws_wheel_entry *head)
{
	head->prev = head->next = head;
}

static void ring_add(struct ws_wheel_entry *head, struct ws_wheel_entry *e)
{
	e->prev = head->prev;
	e->next = head;
	head->prev->next = e;
	head->prev = e;
}

void ws_wheel_init(struct ws_wheel *w, int64_t tick_ms, int64_t now_ms)
{
	for (int i = 0; i < WS_WHEEL_SLOTS; i++)
		ring_init(&w->slots[i]);
	w->tick_ms = tick_ms > 0 ? tick_ms : 1;
	w->start_ms = now_ms;
	w->tick = 0;
}

void ws_wheel_unset(struct ws_wheel_entry *e)
{
	if (!e->next)
		return;
	e->prev->next = e->next;
	e->next->prev = e->prev;
	e->prev = e->next = NULL;
}

void ws_wheel_set(struct ws_wheel *w, struct ws_wheel_entry *e, int64_t at_ms)
{
	int64_t since_ms = at_ms - w->start_ms;
	uint64_t due = since_ms > 0 ? (uint64_t)((since_ms + w->tick_ms - 1) / w->tick_ms) : 0;

	ws_wheel_unset(e);
	e->due_tick = due > w->tick ? due : w->tick + 1;
	ring_add(&w->slots[e->due_tick % WS_WHEEL_SLOTS], e);
}

/* The slot's ring is hung onto a head of its own first: fn may set entries into this very slot. */
static void slot_serve(struct ws_wheel *w, struct ws_wheel_entry *slot, ws_wheel_fn *fn, void *arg)
{
	struct ws_wheel_entry ring, *e;

	if (slot->next == slot)
		return;
	ring = *slot;
	ring.next->prev = &ring;
	ring.prev->next = &ring;
	ring_init(slot);
	while ((e = ring.next) != &ring) {
		ws_wheel_unset(e);
		if (e->due_tick > w->tick)
			ring_add(slot, e);
		else
			fn(e, arg);
	}
}

void ws_wheel_advance(struct ws_wheel *w, int64_t now_ms, ws_wheel_fn *fn, void *arg)
{
	uint64_t now_tick =
		now_ms > w->start_ms ? (uint64_t)((now_ms - w->start_ms) / w->tick_ms) : 0;

	/* After a long stop one round over all slots finds everything that is due. */
	if (now_tick > w->tick + WS_WHEEL_SLOTS)
		w->tick = now_tick - WS_WHEEL_SLOTS;
	while (w->tick < now_tick) {
		w->tick++;
		slot_serve(w, &w->slots[w->tick % WS_WHEEL_SLOTS], fn, arg);
	}
}
