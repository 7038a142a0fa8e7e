/* hub_connectors.c: see hub_connectors.h. */
#include "hub_connectors.h"

#include <stdlib.h>
#include <string.h>

#include "flow/deliver.h"

struct owner {
	struct flow *flow;
	const char *name;
};

static void to_log(void *arg, int level, const char *ctx, const char *text)
{
	(void)arg;
	log_at((enum log_level)level, ctx, "%s", text);
}

static void reported(void *arg, enum err e)
{
	(void)arg;
	(void)e;
}

static void on_report(void *arg, const struct report *r)
{
	const struct owner *o = arg;

	deliver_report(o->flow, o->name, r, reported, NULL);
}

/* Where a provider on this machine reaches us; behind a proxy the setting `callback_base` of the
 * connector says otherwise. */
static const char *callback_base(const struct connector_settings *s, const struct config *cfg,
				 struct arena *arena)
{
	for (int i = 0; i < s->count; i++) {
		if (!strcmp(s->values[i].key, "callback_base"))
			return s->values[i].value;
	}
	return arena_printf(arena, "http://%s/api/v1/connectors/%s", cfg->listen, s->name);
}

struct opening {
	struct flow *flow; /* NULL: it is only asked whether it would open */
	struct loop *loop;
	const struct config *config;
	struct arena *arena;
	struct diag *diag;
};

static enum err open_one(const struct opening *w, const struct connector_settings *s,
			 struct flow_connector *ret)
{
	struct owner *o = arena_zalloc(w->arena, sizeof(*o));
	struct connector_env env = {.uv_loop = loop_uv(w->loop),
				    .name = s->name,
				    .callback_base = callback_base(s, w->config, w->arena),
				    .log = {to_log, NULL},
				    .report = on_report,
				    .report_arg = o};
	struct setting_pair *pairs = arena_zalloc(w->arena, sizeof(*pairs) * 32);
	struct settings given = {.pairs = pairs};

	o->flow = w->flow;
	o->name = s->name;
	ret->name = s->name;
	ret->channel = CHANNEL_SMS;
	ret->kind = connector_kind_find(s->kind);
	if (!ret->kind) {
		diag_add(w->diag, arena_printf(w->arena, "connector.%s.kind", s->name),
			 "no such kind of connector");
		return ERR_INVALID;
	}
	for (int i = 0; i < s->count; i++) {
		if (strcmp(s->values[i].key, "callback_base") != 0)
			pairs[given.count++] =
				(struct setting_pair){s->values[i].key, s->values[i].value};
	}
	return ret->kind->open(&env, &given, w->arena, &ret->self, w->diag);
}

enum err hub_connectors_open(struct flow *f, const struct config *cfg, struct arena *arena,
			     struct diag *diag)
{
	static const struct connector_settings demo = {.name = "demo", .kind = "sandbox"};
	const struct opening w = {f, f->loop, cfg, arena, diag};
	enum err e = ERR_OK;

	for (int i = 0; i < cfg->connector_count && e == ERR_OK; i++) {
		e = open_one(&w, &cfg->connectors[i], &f->connectors[i]);
		f->connector_count += e == ERR_OK;
	}
	if (cfg->demo && !cfg->connector_count) {
		e = open_one(&w, &demo, &f->connectors[0]);
		f->connector_count += e == ERR_OK;
	}
	return e;
}

/* --- whether they would open --- */

/* A fault says "connector.sms1.url"; what was not given is missing where the kind is. */
static const char *where_of(const struct connector_settings *s, const char *name)
{
	const char *key = strrchr(name, '.');

	for (int i = 0; key && i < s->count; i++) {
		if (!strcmp(s->values[i].key, key + 1))
			return s->values[i].where;
	}
	return s->kind_where;
}

static void nothing_left(void *arg)
{
	(void)arg;
}

static void check_one(const struct opening *w, const struct connector_settings *s)
{
	struct flow_connector c = {0};
	struct opening own = *w;
	struct diag found;

	diag_init(&found, w->arena);
	own.diag = &found;
	if (open_one(&own, s, &c) == ERR_OK)
		c.kind->close(c.self, nothing_left, NULL);
	for (const struct fault *f = found.first; f; f = f->next)
		diag_add(w->diag, where_of(s, f->where), "%s: %s", f->where, f->what);
}

enum err hub_connectors_check(const struct config *cfg, struct arena *arena, struct diag *diag)
{
	const struct opening w = {NULL, loop_new(), cfg, arena, diag};
	size_t before = diag->count;

	for (int i = 0; i < cfg->connector_count; i++)
		if (cfg->connectors[i].kind)
			check_one(&w, &cfg->connectors[i]);
	loop_run(w.loop);
	loop_free(w.loop);
	return diag->count == before ? ERR_OK : ERR_INVALID;
}

/* --- closed again --- */

struct closing {
	int left;
	loop_fn *done;
	void *arg;
};

static void one_closed(void *arg)
{
	struct closing *c = arg;

	if (--c->left > 0)
		return;
	c->done(c->arg);
	free(c);
}

void hub_connectors_close(struct flow *f, loop_fn *done, void *arg)
{
	struct closing *c = mem_zalloc(sizeof(*c));

	c->left = f->connector_count + 1;
	c->done = done;
	c->arg = arg;
	for (int i = 0; i < f->connector_count; i++)
		f->connectors[i].kind->close(f->connectors[i].self, one_closed, c);
	one_closed(c);
}
