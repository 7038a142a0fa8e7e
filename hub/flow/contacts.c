/* contacts.c: see contacts.h. */
#include "flow/contacts_in.h"

#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/decided.h"
#include "flow/optout.h"
#include "flow/view.h"
#include "metrics.h"
#include "sms.h"
#include "timefmt.h"

struct contacts {
	struct flow *flow;
	struct roster **rosters;
	int count;
	int stale; /* as last told */
	struct again_job again;
};

static struct roster *roster_new(const char *body)
{
	struct roster *r = mem_zalloc(sizeof(*r));

	arena_init(&r->arena);
	r->body = arena_strdup(&r->arena, body);
	r->by = "";
	return r;
}

static void roster_free(struct roster *r)
{
	arena_clear(&r->arena);
	free(r);
}

const struct roster *contacts_roster(const struct flow *f, const char *body)
{
	const struct contacts *c = f->contacts;

	for (int i = 0; i < c->count; i++) {
		if (!strcmp(c->rosters[i]->body, body))
			return c->rosters[i];
	}
	return NULL;
}

/* --- as the store has them --- */

static void forget(struct contacts *c)
{
	for (int i = 0; i < c->count; i++)
		roster_free(c->rosters[i]);
	free(c->rosters);
	c->rosters = NULL;
	c->count = 0;
}

static struct roster *roster_read(const char *body, struct bytes value)
{
	json_t *kept = json_loadb(value.data, value.len, 0, NULL);
	struct roster *r = roster_new(body);
	struct diag diag;

	diag_init(&diag, &r->arena);
	contacts_read(kept, r, &diag);
	r->by = arena_strdup(&r->arena, json_string_value(json_object_get(kept, "by"))
						? json_string_value(json_object_get(kept, "by"))
						: "");
	r->at_ms = json_integer_value(json_object_get(kept, "at"));
	json_decref(kept);
	if (diag.first)
		log_at(LOG_ERROR, "", "body=%s: its contacts cannot be read as they are kept: %s",
		       body, diag.first->where);
	return r;
}

void contacts_look_over(struct flow *f)
{
	struct contacts *c = f->contacts;
	int32_t today = day_of_ms(clock_now_ms(&c->flow->clock), SHANGHAI_MIN);
	int stale = 0;

	for (int i = 0; i < c->count; i++) {
		for (int k = 0; k < c->rosters[i]->count; k++) {
			struct contact *one = &c->rosters[i]->people[k];

			one->opted_out = optouts_hold_number(f, one->phone);
			stale += contact_is_stale(one, today);
		}
	}
	metric_set(METRIC_CONTACTS_STALE, stale);
	if (stale && stale != c->stale)
		log_at(LOG_WARN, "",
		       "%d contacts have a number that was not confirmed for %d days, or that " OPTOUT_WHY,
		       stale, CONTACTS_STALE_DAYS);
	c->stale = stale;
}

static void on_list(void *arg, enum err e, const struct named *items, int count)
{
	struct contacts *c = arg;

	if (e != ERR_OK) { /* what is known stays meanwhile */
		again_later(c->flow->again, &c->again);
		return;
	}
	forget(c);
	c->rosters = mem_zalloc(sizeof(struct roster *) * (size_t)(count + 1));
	for (int i = 0; i < count; i++)
		c->rosters[c->count++] = roster_read(items[i].name, items[i].value);
	contacts_look_over(c->flow);
}

void contacts_load(struct contacts *c)
{
	store_list(c->flow->store, TABLE_CONTACTS, on_list, c);
}

static void load_again(void *arg)
{
	contacts_load(arg);
}

struct contacts *contacts_new(struct flow *f)
{
	struct contacts *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->again = (struct again_job){.fn = load_again, .arg = c};
	return c;
}

void contacts_free(struct contacts *c)
{
	forget(c);
	free(c);
}

/* --- whose number it is --- */

static bool is_number(const struct flow *f, const char *phone, const char *hash)
{
	char number[NUMBER_BYTES];
	struct arena arena;
	bool is;

	if (!hash)
		return optouts_hold_number(f, phone);
	if (!number_normalise(phone, number))
		return false;
	arena_init(&arena);
	is = !strcmp(decided_address_hash(f, number, &arena), hash);
	arena_clear(&arena);
	return is;
}

bool contacts_have(const struct flow *f, const char *body, const char *hash)
{
	const struct roster *r = contacts_roster(f, body);
	const struct pack_view *p = pack_view(f->pack);
	int b = pack_find_body(f->pack, body);

	for (int i = 0; r && i < r->count; i++) {
		if (is_number(f, r->people[i].phone, hash))
			return true;
	}
	for (int i = 0; i < f->people_count; i++) {
		if (!strcmp(f->people[i].body, body) && is_number(f, f->people[i].phone, hash))
			return true;
	}
	for (int i = 0; b >= 0 && i < p->contact_count; i++) {
		if (p->contacts[i].body == b && is_number(f, p->contacts[i].phone, hash))
			return true;
	}
	return false;
}

const char *contacts_name_of(const struct flow *f, const char *number)
{
	char other[NUMBER_BYTES];

	for (int i = 0; i < f->contacts->count; i++) {
		const struct roster *r = f->contacts->rosters[i];

		for (int k = 0; k < r->count; k++) {
			if (number_normalise(r->people[k].phone, other) && !strcmp(other, number))
				return r->people[k].name;
		}
	}
	return NULL;
}

/* --- calls --- */

static void reply_roster(struct flow *f, const char *body, bool may_edit, reply_fn *fn, void *arg)
{
	const struct roster none = {.body = body, .by = ""}, *r = contacts_roster(f, body);
	struct buf out;

	r = r ? r : &none;
	buf_init(&out, 1 << 20);
	buf_add_str(&out, "{\"body\":");
	buf_add_json(&out, body);
	buf_add_str(&out, ",\"people\":");
	contacts_print(r, day_of_ms(clock_now_ms(&f->clock), SHANGHAI_MIN), &out);
	buf_add_str(&out, ",\"by\":");
	buf_add_json(&out, *r->by ? r->by : NULL);
	buf_add_str(&out, ",\"at\":");
	view_time(&out, r->at_ms);
	buf_printf(&out, ",\"allowed\":[%s]}",
		   may_edit ? "\"edit\",\"hand-over\"" : "\"hand-over-own\"");
	reply_built(fn, arg, ERR_OK, "", &out);
	buf_clear(&out);
}

void contacts_get(struct flow *f, struct principal *who, const char *body, reply_fn *fn, void *arg)
{
	if (pack_find_body(f->pack, body) < 0 ||
	    (!principal_administers(who, body) && !principal_answers(who, body)))
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
	else
		reply_roster(f, body, principal_administers(who, body), fn, arg);
}

struct putting {
	struct flow *flow;
	struct roster *roster; /* until it takes the old one's place */
	reply_fn *fn;
	void *arg;
};

static void replace(struct contacts *c, struct roster *fresh)
{
	for (int i = 0; i < c->count; i++) {
		if (strcmp(c->rosters[i]->body, fresh->body) != 0)
			continue;
		roster_free(c->rosters[i]);
		c->rosters[i] = fresh;
		return;
	}
	c->rosters = mem_realloc(c->rosters, sizeof(struct roster *) * (size_t)(c->count + 2));
	c->rosters[c->count++] = fresh;
}

static void on_put(void *arg, enum err e, const char *text)
{
	struct putting *p = arg;
	struct roster *r = p->roster;

	(void)text;
	if (e != ERR_OK) {
		roster_free(r);
		reply_problem(p->fn, p->arg, e, err_title(e));
		free(p);
		return;
	}
	replace(p->flow->contacts, r);
	contacts_look_over(p->flow);
	reply_roster(p->flow, r->body, true, p->fn, p->arg);
	free(p);
}

/* Written together with who did it, and with what tells every hub to look again. */
static void keep(struct flow *f, struct roster *r, reply_fn *fn, void *arg)
{
	struct putting *p = mem_zalloc(sizeof(*p));
	struct buf out, line;

	*p = (struct putting){f, r, fn, arg};
	buf_init(&out, 1 << 20);
	buf_add_str(&out, "{\"people\":");
	contacts_print(r, INT32_MIN, &out);
	buf_add_str(&out, ",\"by\":");
	buf_add_json(&out, r->by);
	buf_printf(&out, ",\"at\":%lld}", (long long)r->at_ms);
	buf_init(&line, 8192);
	audit_line(&(struct audited){.at_ms = r->at_ms,
				     .who = r->by,
				     .act = "contacts",
				     .notice = -1,
				     .body = r->body},
		   &line);
	store_write_named(
		f->store,
		&(struct named_write){.table = TABLE_CONTACTS,
				      .name = r->body,
				      .value = {out.data, out.len},
				      .replaces = true,
				      .told = arena_printf(&r->arena, "X\tcontacts:%s", r->body),
				      .audit = buf_cstr(&line)},
		on_put, p);
	buf_clear(&line);
	buf_clear(&out);
}

void contacts_put(struct flow *f, const struct contacts_put *in, reply_fn *fn, void *arg)
{
	struct roster *r;
	struct diag diag;

	if (pack_find_body(f->pack, in->body) < 0 || !principal_administers(in->who, in->body)) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	r = roster_new(in->body);
	r->by = arena_strdup(&r->arena, in->who->name);
	r->at_ms = clock_now_ms(&f->clock);
	diag_init(&diag, &r->arena);
	contacts_read(in->said, r, &diag);
	if (!diag.first) {
		keep(f, r, fn, arg);
		return;
	}
	reply_faults(fn, arg, "The contacts have faults; nothing was changed", &diag);
	roster_free(r);
}
