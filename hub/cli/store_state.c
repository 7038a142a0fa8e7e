#include "store_state.h"

#include <string.h>

#include "by_command.h"
#include "flow/seals.h"

#define SLICE 1000

struct asking {
	struct store_call *call;
	struct store_state state;
	struct evidence_chain chain;
	int64_t to;
	int taken;
	unsigned char key[32];
};

static void on_newest(void *arg, enum err e, const struct loaded *items, int count, int64_t next)
{
	struct asking *a = arg;

	(void)next;
	if (e == ERR_OK && count)
		a->state.events = items[0].seq;
	store_call_answered(a->call, e);
}

static void on_total(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct asking *a = arg;

	(void)lines;
	(void)count;
	a->state.audit_lines = total;
	store_call_answered(a->call, e);
}

/* What is said here stands before what is copied later: a seal and the lines that it is about are
 * there then too. */
enum err store_state_read(struct store_call *c, struct store_state *ret)
{
	static const struct scan_in newest = {.need = "", .limit = 1, .budget = 1};
	struct asking a = {.call = c};
	const char *seal = NULL;
	int64_t at_ms;
	enum err e = store_call_get(c, TABLE_SEALS, "last", &seal);

	if (e == ERR_OK && seal && !seal_read(seal, strlen(seal), &a.state.seal, &at_ms))
		e = ERR_INTERNAL;
	if (e == ERR_OK) {
		c->waiting = true;
		store_audit_read(c->store, -1, 1, on_total, &a);
		e = store_call_wait(c);
	}
	if (e == ERR_OK) {
		c->waiting = true;
		store_scan(c->store, &newest, on_newest, &a);
		e = store_call_wait(c);
	}
	*ret = a.state;
	return e;
}

static void on_key(void *arg, enum err e, const char *text)
{
	struct asking *a = arg;

	if (e == ERR_OK &&
	    (!text || strlen(text) != 64 ||
	     sodium_hex2bin(a->key, sizeof(a->key), text, 64, NULL, NULL, NULL) != 0))
		e = ERR_NOT_FOUND;
	store_call_answered(a->call, e);
}

static void on_lines(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct asking *a = arg;

	(void)total;
	a->taken = e == ERR_OK ? count : 0;
	for (int i = 0; i < a->taken && a->chain.n < a->to; i++) {
		unsigned char salt[EVIDENCE_SALT_BYTES], leaf[EVIDENCE_HASH_BYTES];

		seal_salt(a->key, a->chain.n + 1, salt);
		evidence_leaf(salt, lines[i].data, lines[i].len, leaf);
		evidence_link(&a->chain, leaf);
	}
	store_call_answered(a->call, e);
}

enum err store_state_chain(struct store_call *c, int64_t n, struct evidence_chain *ret)
{
	struct asking a = {.call = c, .to = n};
	enum err e;

	c->waiting = true;
	store_get_expiring(c->store, "cellkey", "hash", on_key, &a);
	e = store_call_wait(c);
	do {
		if (e != ERR_OK || a.chain.n >= n)
			break;
		c->waiting = true;
		store_audit_from(c->store, a.chain.n, SLICE, on_lines, &a);
		e = store_call_wait(c);
	} while (a.taken);
	sodium_memzero(a.key, sizeof(a.key));
	*ret = a.chain;
	return e;
}

static void on_audited(void *arg, enum err e, const char *text)
{
	(void)text;
	store_call_answered(arg, e);
}

enum err store_state_audit(struct store_call *c, const char *act, const char *detail)
{
	c->waiting = true;
	store_audit(c->store, by_command_line(c, act, NULL, detail), on_audited, c);
	return store_call_wait(c);
}
