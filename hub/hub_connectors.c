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

/* Where a provider on this machine reaches us; behind a proxy the setting `callback_base` of the connector says otherwise. */
static const char *callback_base(const struct connector_settings *s, const struct config *cfg, struct arena *arena)
{
	for (int i = 0; i < s->count; i++) {
		if (!strcmp(s->values[i].key, "callback_base"))
			return s->values[i].value;
	}
	return arena_printf(arena, "http://%s/api/v1/connectors/%s", cfg->listen, s->name);
}

static enum err open_one(struct flow *f, const struct connector_settings *s, const struct config *cfg, struct arena *arena,
			 struct diag *diag)
{
	struct flow_connector *c = &f->connectors[f->connector_count];
	struct owner *o = arena_zalloc(arena, sizeof(*o));
	struct connector_env env = { .uv_loop = loop_uv(f->loop), .name = s->name,
				     .callback_base = callback_base(s, cfg, arena), .log = { to_log, NULL },
				     .report = on_report, .report_arg = o };
	struct setting_pair *pairs = arena_zalloc(arena, sizeof(*pairs) * 32);
	struct settings given = { .pairs = pairs };
	enum err e;

	o->flow = f;
	o->name = s->name;
	c->name = s->name;
	c->channel = CHANNEL_SMS;
	c->kind = connector_kind_find(s->kind);
	if (!c->kind) {
		diag_add(diag, arena_printf(arena, "connector.%s.kind", s->name), "no such kind of connector");
		return ERR_INVALID;
	}
	for (int i = 0; i < s->count; i++) {
		if (strcmp(s->values[i].key, "callback_base") != 0)
			pairs[given.count++] = (struct setting_pair){ s->values[i].key, s->values[i].value };
	}
	e = c->kind->open(&env, &given, arena, &c->self, diag);
	if (e == ERR_OK)
		f->connector_count++;
	return e;
}

enum err hub_connectors_open(struct flow *f, const struct config *cfg, struct arena *arena, struct diag *diag)
{
	static const struct connector_settings demo = { .name = "demo", .kind = "sandbox" };

	for (int i = 0; i < cfg->connector_count; i++) {
		enum err e = open_one(f, &cfg->connectors[i], cfg, arena, diag);

		if (e != ERR_OK)
			return e;
	}
	return cfg->demo && !cfg->connector_count ? open_one(f, &demo, cfg, arena, diag) : ERR_OK;
}

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
