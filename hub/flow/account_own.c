/* account_own.c: a password that its person changes; see accounts.h. */
#include <stdlib.h>
#include <string.h>

#include "flow/account.h"
#include "flow/accounts.h"
#include "flow/audit.h"

#define TRIES	   5
#define LINE_BYTES 8192

struct changing {
	struct flow *flow;
	struct arena arena;
	const char *name, *was, *hash;
	int era, tries;
	own_password_fn *fn;
	void *arg;
};

static void end(struct changing *c, enum err e)
{
	c->fn(c->arg, e, c->era);
	arena_clear(&c->arena);
	free(c);
}

static void read_it(struct changing *c);

static void on_written(void *arg, enum err e, const char *text)
{
	struct changing *c = arg;

	(void)text;
	if (e == ERR_STALE && ++c->tries < TRIES)
		read_it(c);
	else
		end(c, e == ERR_STALE ? ERR_UNAVAILABLE : e);
}

static void write_it(struct changing *c, const char *kept, const json_t *account)
{
	const char *text = account_write(account, &c->arena);
	struct audited said = {.at_ms = clock_now_ms(&c->flow->clock),
			       .who = c->name,
			       .act = "user-password",
			       .notice = -1,
			       .detail = c->name};
	struct buf line;

	buf_init(&line, LINE_BYTES);
	audit_line(&said, &line);
	store_write_named(
		c->flow->store,
		&(struct named_write){.table = TABLE_USERS,
				      .name = c->name,
				      .value = {text, strlen(text)},
				      .replaces = true,
				      .was = kept,
				      .told = arena_printf(&c->arena, "X\tuser:%s", c->name),
				      .audit = buf_cstr(&line)},
		on_written, c);
	buf_clear(&line);
}

static void on_read(void *arg, enum err e, const char *text)
{
	struct changing *c = arg;
	const char *kept = e == ERR_OK && text ? arena_strdup(&c->arena, text) : NULL;
	json_t *account = kept ? account_read(kept, strlen(kept)) : NULL;
	const char *password = json_string_value(json_object_get(account, "password"));

	if (e != ERR_OK) {
		end(c, e);
		return;
	}
	if (!password || strcmp(password, c->was) != 0 || account_is_disabled(account)) {
		json_decref(account);
		end(c, ERR_UNAUTHENTICATED);
		return;
	}
	account_set_password(account, c->hash);
	c->era = account_era(account);
	write_it(c, kept, account);
	json_decref(account);
}

static void read_it(struct changing *c)
{
	store_get(c->flow->store, TABLE_USERS, c->name, on_read, c);
}

void accounts_own_password(struct flow *f, const struct own_password *in, own_password_fn *fn,
			   void *arg)
{
	struct changing *c = mem_zalloc(sizeof(*c));

	arena_init(&c->arena);
	c->flow = f;
	c->name = arena_strdup(&c->arena, in->name);
	c->was = arena_strdup(&c->arena, in->was);
	c->hash = arena_strdup(&c->arena, in->hash);
	c->fn = fn;
	c->arg = arg;
	read_it(c);
}
