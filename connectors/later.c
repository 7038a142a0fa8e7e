#include "later.h"

#include <stdlib.h>
#include <uv.h>

#include "base/arena.h"

struct later_item {
	uv_timer_t timer;
	struct later *owner;
	later_fn *fn;
	void *arg;
	struct later_item *prev, *next;
};

struct later {
	uv_loop_t *loop;
	uv_timer_t keeper; /* a handle of its own, so that closing is always told on the loop */
	struct later_item *items;
	int handle_count;
	void (*closed)(void *arg);
	void *closed_arg;
};

struct later *later_new(void *uv_loop)
{
	struct later *l = mem_zalloc(sizeof(*l));

	l->loop = uv_loop;
	l->handle_count = 1;
	uv_timer_init(l->loop, &l->keeper);
	l->keeper.data = l;
	return l;
}

static void handle_gone(struct later *l)
{
	void (*closed)(void *arg) = l->closed;
	void *arg = l->closed_arg;

	if (--l->handle_count > 0)
		return;
	free(l);
	closed(arg);
}

static void on_item_closed(uv_handle_t *handle)
{
	struct later_item *item = handle->data;
	struct later *l = item->owner;

	free(item);
	handle_gone(l);
}

static void on_keeper_closed(uv_handle_t *handle)
{
	handle_gone(handle->data);
}

static void item_finish(struct later_item *item, bool closing)
{
	struct later *l = item->owner;

	if (item->prev)
		item->prev->next = item->next;
	else
		l->items = item->next;
	if (item->next)
		item->next->prev = item->prev;
	uv_close((uv_handle_t *)&item->timer, on_item_closed);
	item->fn(item->arg, closing);
}

static void on_timer(uv_timer_t *timer)
{
	item_finish(timer->data, false);
}

void later_run(struct later *l, int64_t after_ms, later_fn *fn, void *arg)
{
	struct later_item *item = mem_zalloc(sizeof(*item));

	item->owner = l;
	item->fn = fn;
	item->arg = arg;
	item->next = l->items;
	if (l->items)
		l->items->prev = item;
	l->items = item;
	l->handle_count++;
	uv_timer_init(l->loop, &item->timer);
	item->timer.data = item;
	uv_timer_start(&item->timer, on_timer, after_ms > 0 ? (uint64_t)after_ms : 0, 0);
}

void later_close(struct later *l, void (*closed)(void *arg), void *arg)
{
	l->closed = closed;
	l->closed_arg = arg;
	while (l->items)
		item_finish(l->items, true);
	uv_close((uv_handle_t *)&l->keeper, on_keeper_closed);
}
