#include "store/aside.h"

#include <stdlib.h>
#include <string.h>

#include "store/cluster.h"

#define ASIDE_MAX 256 /* commands on their way to the other node */

struct parcel {
	struct parcel *next;
	struct link *link;
	struct aside *aside; /* NULL: with the link's own connection */
	struct redis_command cmd;
	int64_t due_ms;
	redis_fn *fn;
	void *arg;
	struct bytes args[];
};

struct aside {
	struct link link; /* to the other node */
	struct link *owner;
	struct redis_url url;
	struct parcel *waiting, **last;
	int count; /* waiting and sent */
	bool is_dismissed;
};

/* --- parcels --- */

static struct parcel *parcel_new(struct link *l, const struct redis_command *cmd, redis_fn *fn,
				 void *arg)
{
	size_t bytes = sizeof(struct parcel) + sizeof(struct bytes) * (size_t)cmd->count;
	struct parcel *p;
	char *to;

	for (int i = 0; i < cmd->count; i++)
		bytes += cmd->args[i].len;
	p = mem_alloc(bytes);
	*p = (struct parcel){.link = l, .cmd = *cmd, .fn = fn, .arg = arg};
	p->due_ms = loop_mono_ms(l->opt.loop) + cmd->limit_ms;
	p->cmd.args = p->args;
	to = (char *)&p->args[cmd->count];
	for (int i = 0; i < cmd->count; i++) {
		p->args[i] = (struct bytes){to, cmd->args[i].len};
		if (cmd->args[i].len)
			memcpy(to, cmd->args[i].data, cmd->args[i].len);
		to += cmd->args[i].len;
	}
	return p;
}

static void finish(struct parcel *p, const struct redis_reply *r)
{
	if (p->aside)
		p->aside->count--;
	p->fn(p->arg, r);
	free(p);
}

static void try_again(struct parcel *p)
{
	static const struct redis_reply later = {
		.type = REDIS_ERROR,
		.str = "TRYAGAIN the node that takes the slot over",
		.len = 42};

	finish(p, &later);
}

/* --- the other node --- */

static void on_aside_answer(void *arg, const struct redis_reply *r)
{
	struct parcel *p = arg;

	if (r || p->aside->is_dismissed)
		finish(p, r);
	else
		try_again(p);
}

static void hand_over(struct parcel *p)
{
	struct redis_command cmd = p->cmd;
	int64_t left_ms = p->due_ms - loop_mono_ms(p->link->opt.loop);

	cmd.is_asking = true;
	cmd.limit_ms = left_ms > 0 ? left_ms : 1;
	link_send(&p->aside->link, &cmd, on_aside_answer, p);
}

static struct parcel *take_waiting(struct aside *a)
{
	struct parcel *p = a->waiting;

	if (p) {
		a->waiting = p->next;
		if (!a->waiting)
			a->last = &a->waiting;
	}
	return p;
}

static void on_up(struct link *l)
{
	struct aside *a = l->opt.owner;
	struct parcel *p;

	while ((p = take_waiting(a)))
		hand_over(p);
}

/* The next ASK opens another; going on with this one would only be the same. */
static void on_down(struct link *l, const char *why)
{
	(void)why;
	link_close(l);
}

static void on_closed(struct link *l)
{
	struct aside *a = l->opt.owner;
	struct parcel *p;

	link_aside_gone(a->owner, a);
	while ((p = take_waiting(a))) {
		if (a->is_dismissed)
			finish(p, NULL);
		else
			try_again(p);
	}
	free(a);
}

static const struct link_events events = {on_up, on_down, on_closed};

static struct aside *aside_open(struct link *owner, const struct spot *where)
{
	struct aside *a = mem_zalloc(sizeof(*a));
	struct link_options opt = owner->opt;

	a->owner = owner;
	a->last = &a->waiting;
	a->url = (struct redis_url){.user = owner->url.user, .password = owner->url.password};
	opt.url = &a->url;
	opt.leader = NULL;
	opt.owner = a;
	opt.is_aside = true;
	owner->asides++;
	link_open_at(&a->link, &opt, &events, where);
	return a;
}

void aside_dismiss(struct aside *a)
{
	a->is_dismissed = true;
	link_close(&a->link);
}

static void follow(struct parcel *p, const struct spot *where)
{
	struct link *l = p->link;

	if (l->aside && !spot_is(&l->aside->link.place, where)) {
		aside_dismiss(l->aside);
		l->aside = NULL;
	}
	if (!l->aside)
		l->aside = aside_open(l, where);
	if (l->aside->count >= ASIDE_MAX) {
		try_again(p);
		return;
	}
	p->aside = l->aside;
	p->aside->count++;
	if (p->aside->link.is_up) {
		hand_over(p);
	} else {
		*p->aside->last = p;
		p->aside->last = &p->next;
	}
}

/* --- the link's own connection --- */

static void on_answer(void *arg, const struct redis_reply *r)
{
	struct parcel *p = arg;
	enum redirect kind = REDIRECT_NONE;
	struct spot where;

	if (r && r->type == REDIS_ERROR)
		kind = cluster_redirect(r->str, &p->link->place, &where);
	if (kind == REDIRECT_ASK && p->link->conn) {
		follow(p, &where);
		return;
	}
	if (kind == REDIRECT_MOVED)
		link_moved(p->link, &where);
	finish(p, r);
}

void parcel_send(struct link *l, const struct redis_command *cmd, redis_fn *fn, void *arg)
{
	redis_send(l->conn, cmd, on_answer, parcel_new(l, cmd, fn, arg));
}
