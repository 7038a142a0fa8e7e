/* accounts.c: see accounts.h. */
#include "flow/accounts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "flow/account.h"
#include "flow/audit.h"
#include "flow/mask.h"
#include "flow/respond_in.h"

#define TRIES	    5
#define HASHING_MAX 8 /* passwords at once: whoever signs in waits for the same threads */
#define LIST_BYTES  (4u << 20)
#define ONE_BYTES   65536

struct asking {
	struct flow *flow;
	struct arena arena;
	struct diag diag;
	enum account_act act;
	const char *who, *name;
	const char *role, *body, *phone;
	/* as it is kept, of the two of them; was NULL: there is nobody of that name */
	const char *stands, *was;
	json_t *account;
	char made[ACCOUNT_MADE_BYTES], hash[ACCOUNT_HASH_BYTES]; /* hash: "" not yet */
	int tries;
	reply_fn *fn;
	void *arg;
};

static void asking_free(struct asking *a)
{
	sodium_memzero(a->made, sizeof(a->made));
	json_decref(a->account);
	arena_clear(&a->arena);
	free(a);
}

static void refuse(struct asking *a, enum err e, const char *detail)
{
	reply_problem(a->fn, a->arg, e, detail);
	asking_free(a);
}

/* --- what is told --- */

static const char *text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s && *s ? s : NULL;
}

static size_t grant_count(const json_t *account)
{
	return json_array_size(json_object_get(account, "grants"));
}

static void print_grants(const struct pack *pack, const json_t *grants, struct buf *out)
{
	json_t *g;
	size_t i;

	buf_add_str(out, ",\"grants\":[");
	json_array_foreach(grants, i, g) {
		const char *body = text_of(g, "body");
		int b = body ? pack_find_body(pack, body) : -1;

		buf_add_str(out, i ? ",{\"role\":" : "{\"role\":");
		buf_add_json(out, text_of(g, "role"));
		buf_add_str(out, ",\"body\":");
		buf_add_json(out, body);
		buf_add_str(out, ",\"body_name\":");
		buf_add_json(out, b < 0 ? NULL : pack_view(pack)->bodies[b].name);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

/* The members of one, without braces. */
static void print_account(const struct pack *pack, const json_t *account, const char *who,
			  struct buf *out)
{
	const char *name = text_of(account, "name"), *phone = text_of(account, "phone");
	bool disabled = account_is_disabled(account);
	char masked[NUMBER_BYTES];

	buf_add_str(out, "\"name\":");
	buf_add_json(out, name);
	print_grants(pack, json_object_get(account, "grants"), out);
	buf_printf(out, ",\"disabled\":%s,\"phone\":", disabled ? "true" : "false");
	if (phone)
		mask_number(phone, masked);
	buf_add_json(out, phone ? masked : NULL);
	buf_add_str(out, ",\"allowed\":[");
	if (strcmp(name, who) != 0)
		buf_printf(out, "\"grant\",%s\"password\",\"%s\"",
			   grant_count(account) > 1 ? "\"take\"," : "",
			   disabled ? "enable" : "disable");
	buf_add_char(out, ']');
}

/* NULL: whoever may sign in by it is not known. */
static json_t *account_of(const char *text, size_t len)
{
	json_t *account = text ? account_read(text, len) : NULL;

	if (text_of(account, "name"))
		return account;
	json_decref(account);
	return NULL;
}

/* --- the list --- */

struct listing {
	struct flow *flow;
	char *who, *after;
	int limit;
	reply_fn *fn;
	void *arg;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(const struct named *const *)a)->name,
		      (*(const struct named *const *)b)->name);
}

/* In order, from behind the one the page before ended with. */
static void print_page(const struct listing *l, const struct named **sorted, int count,
		       struct buf *out)
{
	const char *comma = "", *next = NULL;
	int shown = 0;

	buf_add_str(out, "{\"items\":[");
	for (int i = 0; i < count; i++) {
		const struct bytes *text = &sorted[i]->value;
		json_t *account = strcmp(sorted[i]->name, l->after) > 0
					  ? account_of(text->data, text->len)
					  : NULL;

		if (!account)
			continue;
		if (shown == l->limit) {
			next = sorted[i - 1]->name;
			json_decref(account);
			break;
		}
		buf_printf(out, "%s{", comma);
		print_account(l->flow->pack, account, l->who, out);
		buf_add_char(out, '}');
		comma = ",";
		shown++;
		json_decref(account);
	}
	buf_add_str(out, "],\"next\":");
	buf_add_json(out, next);
	buf_add_str(out, ",\"allowed\":[\"add\"]}");
}

static void on_list(void *arg, enum err e, const struct named *items, int count)
{
	struct listing *l = arg;
	const struct named **sorted = mem_zalloc(sizeof(*sorted) * (size_t)(count + 1));
	struct buf out;

	for (int i = 0; i < count; i++)
		sorted[i] = &items[i];
	qsort(sorted, (size_t)count, sizeof(*sorted), compare_names);
	buf_init(&out, LIST_BYTES);
	print_page(l, sorted, count, &out);
	reply_built(l->fn, l->arg, e, "", &out);
	buf_clear(&out);
	free(sorted);
	free(l->who);
	free(l->after);
	free(l);
}

void accounts_list(struct flow *f, const struct accounts_ask *in, reply_fn *fn, void *arg)
{
	struct listing *l;

	if (!principal_administers(in->who, "")) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	l = mem_zalloc(sizeof(*l));
	*l = (struct listing){.flow = f,
			      .who = mem_strdup(in->who->name),
			      .after = mem_strdup(in->after),
			      .limit = in->limit,
			      .fn = fn,
			      .arg = arg};
	store_list(f->store, TABLE_USERS, on_list, l);
}

/* --- an act --- */

static const struct act_row {
	const char *audit;
	int status;
	bool says_role, makes_password;
} acts[] = {
	[ACCOUNT_ADD] = {"user-add", 201, true, true},
	[ACCOUNT_GRANT] = {"user-grant", 200, true, false},
	[ACCOUNT_TAKE] = {"user-take", 200, true, false},
	[ACCOUNT_DISABLE] = {"user-disable", 200, false, false},
	[ACCOUNT_ENABLE] = {"user-enable", 200, false, false},
	[ACCOUNT_PASSWORD] = {"user-password", 200, false, true},
};

static void answer(struct asking *a)
{
	struct buf out;

	buf_init(&out, ONE_BYTES);
	buf_add_char(&out, '{');
	print_account(a->flow->pack, a->account, a->who, &out);
	if (acts[a->act].makes_password) {
		buf_add_str(&out, ",\"password\":");
		buf_add_json(&out, a->made);
	}
	buf_add_char(&out, '}');
	a->fn(a->arg, &(struct reply){.err = ERR_OK,
				      .status = acts[a->act].status,
				      .json = out.data,
				      .len = out.len,
				      .etag = ""});
	sodium_memzero(out.data, out.len);
	buf_clear(&out);
	asking_free(a);
}

static void read_two(struct asking *a);

static void on_written(void *arg, enum err e, const char *text)
{
	struct asking *a = arg;

	(void)text;
	if (e == ERR_STALE && ++a->tries < TRIES)
		read_two(a);
	else if (e == ERR_OK)
		answer(a);
	else if (e == ERR_CONFLICT)
		refuse(a, e, "There is somebody of that name");
	else
		refuse(a, e == ERR_STALE ? ERR_UNAVAILABLE : e, "Nothing was done; ask again");
}

static void write_account(struct asking *a)
{
	const struct act_row *row = &acts[a->act];
	const char *text = account_write(a->account, &a->arena);
	struct audited said = {
		.at_ms = clock_now_ms(&a->flow->clock),
		.who = a->who,
		.act = row->audit,
		.notice = -1,
		.body = a->body,
		.detail = row->says_role ? arena_printf(&a->arena, "%s %s", a->name, a->role)
					 : a->name};
	struct buf line;

	buf_init(&line, ONE_BYTES);
	audit_line(&said, &line);
	store_write_named(
		a->flow->store,
		&(struct named_write){.table = TABLE_USERS,
				      .name = a->name,
				      .value = {text, strlen(text)},
				      .replaces = a->was != NULL,
				      .was = a->was,
				      .witness = a->who,
				      .stands = a->stands,
				      .told = arena_printf(&a->arena, "X\tuser:%s", a->name),
				      .audit = buf_cstr(&line)},
		on_written, a);
	buf_clear(&line);
}

/* On a thread of the pool. */
static void hash_made(void *arg)
{
	struct asking *a = arg;

	if (!account_hash(a->made, a->hash))
		a->hash[0] = '\0';
}

static void on_hashed(void *arg)
{
	struct asking *a = arg;

	a->flow->hashing--;
	if (a->hash[0])
		read_two(a);
	else
		refuse(a, ERR_UNAVAILABLE, "Nothing was done; ask again");
}

static void make_password(struct asking *a)
{
	if (a->flow->hashing >= HASHING_MAX) {
		refuse(a, ERR_UNAVAILABLE, "Nothing was done; ask again");
		return;
	}
	a->flow->hashing++;
	account_make_password(a->made);
	loop_work(a->flow->loop, hash_made, on_hashed, a);
}

/* False: it is as it should be. */
static bool change(struct asking *a)
{
	switch (a->act) {
	case ACCOUNT_ADD:
		if (a->phone)
			json_object_set_new(a->account, "phone", json_string(a->phone));
		account_grant(a->account, a->role, a->body);
		account_set_password(a->account, a->hash);
		return true;
	case ACCOUNT_GRANT:
		return account_grant(a->account, a->role, a->body);
	case ACCOUNT_TAKE:
		return account_take_grant(a->account, a->role, a->body);
	case ACCOUNT_DISABLE:
	case ACCOUNT_ENABLE:
		return account_set_disabled(a->account, a->act == ACCOUNT_DISABLE);
	case ACCOUNT_PASSWORD:
		account_set_password(a->account, a->hash);
		return true;
	}
	return false;
}

/* What is in the way before anything is changed; NULL: nothing. */
static const char *in_the_way(const struct asking *a, enum err *ret_err)
{
	*ret_err = ERR_CONFLICT;
	if (a->act == ACCOUNT_ADD && a->was && account_is_disabled(a->account))
		return "There was somebody of that name, who is disabled: a name stays with its "
		       "person";
	if (a->act == ACCOUNT_ADD)
		return a->was ? "There is somebody of that name" : NULL;
	if (!a->was) {
		*ret_err = ERR_NOT_FOUND;
		return "There is nobody of that name";
	}
	if (!strcmp(a->who, a->name))
		return "Nobody changes their own account here; ask another who runs the hub";
	return NULL;
}

static void go_on(struct asking *a)
{
	enum err e;
	const char *why_not = in_the_way(a, &e);
	bool is_changed;

	if (why_not) {
		refuse(a, e, why_not);
		return;
	}
	if (acts[a->act].makes_password && !a->hash[0]) {
		make_password(a);
		return;
	}
	is_changed = change(a);
	if (!grant_count(a->account))
		refuse(a, ERR_CONFLICT, "It is the only role of this person; disable them instead");
	else if (grant_count(a->account) > ACCOUNT_GRANTS_MAX)
		refuse(a, ERR_CONFLICT, "Nobody has more than 32 roles");
	else if (is_changed)
		write_account(a);
	else
		answer(a);
}

/* Of whoever asks, and of whom it is asked. */
static void on_read(void *arg, enum err e, const struct named *items, int count)
{
	struct asking *a = arg;
	const char *texts[2] = {NULL, NULL};
	json_t *who;
	bool runs_hub;

	if (e != ERR_OK) {
		refuse(a, e, err_title(e));
		return;
	}
	for (int i = 0; i < count && i < 2; i++) {
		if (items[i].value.data)
			texts[i] =
				arena_strndup(&a->arena, items[i].value.data, items[i].value.len);
	}
	a->stands = texts[0];
	a->was = texts[1];
	who = account_of(a->stands, a->stands ? strlen(a->stands) : 0);
	runs_hub = who && account_runs_hub(who);
	json_decref(who);
	json_decref(a->account);
	a->account = a->was ? account_of(a->was, strlen(a->was)) : account_new(a->name);
	if (!runs_hub || !a->account)
		refuse(a, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
	else
		go_on(a);
}

static void read_two(struct asking *a)
{
	store_get_some(a->flow->store, TABLE_USERS, (const char *const[]){a->who, a->name}, 2,
		       on_read, a);
}

static void read_phone(struct asking *a, const json_t *said)
{
	const char *phone = act_text(said, "phone", false, &a->diag);

	a->phone = account_phone(phone, &a->arena);
	if (*phone && !a->phone)
		diag_add(&a->diag, "/phone", "is no telephone number");
}

/* A role can be taken also where the policy has no such body any more. */
static void read_grant(struct asking *a, const json_t *said)
{
	a->role = act_text(said, "role", true, &a->diag);
	a->body = act_text(said, "body", false, &a->diag);
	if (*a->role && !account_role_is_good(a->role))
		diag_add(&a->diag, "/role",
			 "must be approver, supervisor, coordinator, auditor or admin");
	if (a->act == ACCOUNT_TAKE)
		return;
	if (*a->role && !*a->body && account_role_needs_body(a->role))
		diag_add(&a->diag, "/body", "is needed for this role");
	if (*a->body && pack_find_body(a->flow->pack, a->body) < 0)
		diag_add(&a->diag, "/body", "is no body of the policy in force");
}

void accounts_act(struct flow *f, const struct account_asked *in, reply_fn *fn, void *arg)
{
	struct asking *a;

	if (!principal_administers(in->who, "")) {
		reply_problem(fn, arg, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	a = mem_zalloc(sizeof(*a));
	arena_init(&a->arena);
	diag_init(&a->diag, &a->arena);
	a->flow = f;
	a->act = in->act;
	a->fn = fn;
	a->arg = arg;
	a->who = arena_strdup(&a->arena, in->who->name);
	a->name = in->name ? arena_strdup(&a->arena, in->name)
			   : act_text(in->said, "name", true, &a->diag);
	if (a->act == ACCOUNT_ADD && !a->diag.first && !account_name_is_good(a->name))
		diag_add(&a->diag, "/name", "must have 1 to 64 bytes and no blanks");
	if (a->act == ACCOUNT_ADD)
		read_phone(a, in->said);
	if (acts[a->act].says_role)
		read_grant(a, in->said);
	if (!a->diag.first) {
		read_two(a);
		return;
	}
	reply_faults(fn, arg, "Nothing was changed", &a->diag);
	asking_free(a);
}
