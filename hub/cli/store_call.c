#include "store_call.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "log.h"
#include "packdir.h"

#define UP_LIMIT_MS 15000

void store_call_answered(struct store_call *c, enum err e)
{
	c->err = e;
	c->waiting = false;
	loop_stop(c->loop);
}

enum err store_call_wait(struct store_call *c)
{
	while (c->waiting)
		loop_run(c->loop);
	return c->err;
}

static void on_state(void *arg, bool up, const char *why_not)
{
	struct store_call *c = arg;

	c->up = up;
	c->why_not = why_not ? arena_strdup(&c->arena, why_not) : NULL;
	if (up && c->waiting)
		store_call_answered(c, ERR_OK);
}

static void on_limit(void *arg)
{
	store_call_answered(arg, ERR_UNAVAILABLE);
}

static int read_pack(struct store_call *c)
{
	struct diag diag;

	diag_init(&diag, &c->arena);
	if (pack_read_dir(c->config.policy, &c->pack, &diag) == ERR_OK)
		return 0;
	args_print_faults(&diag);
	return 2;
}

static int start_redis(struct store_call *c)
{
	struct diag diag;

	if (strcmp(c->config.redis_url, "embedded") != 0)
		return 0;
	diag_init(&diag, &c->arena);
	if (private_redis_leaves_none(c->config.data, &c->arena, &diag) == ERR_OK &&
	    private_redis_start(c->config.data, &c->arena, &c->redis, &diag) == ERR_OK)
		return 0;
	args_print_faults(&diag);
	return 3;
}

static int connect_store(struct store_call *c)
{
	const struct pack_view *p = pack_view(c->pack);
	struct store_options opt = {
		.url = redis_url_resolve(c->config.redis_url, c->config.data, &c->arena),
		.cell = p->regions[p->jurisdiction].code,
		.password_file = c->config.redis_password_file,
		.sentinel_password_file = c->config.redis_sentinel_password_file,
		.timeout_ms = c->config.redis_timeout_ms,
		.wait_replicas = (int)c->config.redis_wait_replicas,
		.hub_id = arena_printf(&c->arena, "command-%ld", (long)getpid()),
		.on_state = on_state,
		.arg = c,
	};

	c->waiting = true;
	c->store = store_open(c->loop, &opt);
	if (!c->store) {
		fprintf(stderr, "tandem: redis.url: this form is not known\n");
		return 2;
	}
	loop_timer_start(c->limit, UP_LIMIT_MS, 0);
	(void)store_call_wait(c);
	loop_timer_stop(c->limit);
	if (c->up)
		return 0;
	fprintf(stderr, "tandem: Redis cannot be used: %s\n",
		c->why_not ? c->why_not : "no answer");
	return 3;
}

int store_call_open(struct store_call *c, const struct args *args)
{
	int status;

	*c = (struct store_call){0};
	arena_init(&c->arena);
	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_ERROR);
	c->loop = loop_new();
	c->limit = loop_timer_new(c->loop, on_limit, c);
	status = args_config(args, &c->arena, &c->config);
	if (status == 0)
		status = read_pack(c);
	if (status == 0)
		status = start_redis(c);
	return status ? status : connect_store(c);
}

static void on_closed(void *arg)
{
	store_call_answered(arg, ERR_OK);
}

void store_call_close(struct store_call *c)
{
	if (c->store) {
		c->waiting = true;
		store_close(c->store, on_closed, c);
		(void)store_call_wait(c);
	}
	loop_timer_free(c->limit);
	loop_free(c->loop);
	if (c->redis.socket)
		private_redis_stop(&c->redis);
	if (c->pack)
		pack_unref(c->pack);
	arena_clear(&c->arena);
}

static void on_text(void *arg, enum err e, const char *text)
{
	struct store_call *c = arg;

	c->text = text ? arena_strdup(&c->arena, text) : NULL;
	store_call_answered(c, e);
}

enum err store_call_get(struct store_call *c, enum table t, const char *name, const char **ret_text)
{
	c->waiting = true;
	store_get(c->store, t, name, on_text, c);
	if (!store_call_wait(c))
		*ret_text = c->text;
	return c->err;
}

enum err store_call_write(struct store_call *c, const struct named_write *in)
{
	c->waiting = true;
	store_write_named(c->store, in, on_text, c);
	return store_call_wait(c);
}

static void on_list(void *arg, enum err e, const struct named *items, int count)
{
	struct store_call *c = arg;

	c->items = arena_alloc(&c->arena, sizeof(*c->items) * (size_t)(count + 1));
	c->item_count = count;
	for (int i = 0; i < count; i++) {
		c->items[i].name = arena_strdup(&c->arena, items[i].name);
		c->items[i].value.data =
			arena_strndup(&c->arena, items[i].value.data, items[i].value.len);
		c->items[i].value.len = items[i].value.len;
	}
	store_call_answered(c, e);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

enum err store_call_list(struct store_call *c, enum table t, const struct named **ret_items,
			 int *ret_count)
{
	c->waiting = true;
	store_list(c->store, t, on_list, c);
	if (store_call_wait(c))
		return c->err;
	qsort(c->items, (size_t)c->item_count, sizeof(*c->items), compare_names);
	*ret_items = c->items;
	*ret_count = c->item_count;
	return ERR_OK;
}

static void on_steps(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct store_call *c = arg;

	(void)total;
	for (int i = 0; e == ERR_OK && i < count; i++) {
		json_t *step = json_loadb(lines[i].data, lines[i].len, 0, NULL);
		const char *kind = json_string_value(json_object_get(step, "step"));
		const char *version = json_string_value(json_object_get(step, "version"));

		if (kind && version && !strcmp(kind, "activated"))
			c->force = arena_strdup(&c->arena, version);
		json_decref(step);
	}
	c->steps_read += count;
	c->steps_more = e == ERR_OK && count > 0;
	store_call_answered(c, e);
}

enum err store_call_policy(struct store_call *c)
{
	const char *content = NULL;
	struct pack *pack;
	struct diag diag;
	enum err e;

	do {
		c->waiting = true;
		store_policy_steps(c->store, c->steps_read, on_steps, c);
		(void)store_call_wait(c);
	} while (c->steps_more);
	if (c->err || !c->force || !strcmp(c->force, pack_view(c->pack)->version))
		return c->err;
	e = store_call_get(c, TABLE_POLICIES, c->force, &content);
	if (e || !content)
		return e ? e : ERR_NOT_FOUND;
	diag_init(&diag, &c->arena);
	if (pack_read_canonical(content, strlen(content), &pack, &diag) != ERR_OK)
		return ERR_INTERNAL;
	pack_unref(c->pack);
	c->pack = pack;
	return ERR_OK;
}

int store_call_failed(enum err e)
{
	fprintf(stderr, "tandem: the store could not do it: %s\n", err_title(e));
	return 3;
}
