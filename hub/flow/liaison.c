/* liaison.c: see liaison.h. */
#include "flow/liaison.h"

#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/contacts.h"
#include "flow/decided.h"
#include "flow/mask.h"
#include "flow/respond_in.h"
#include "flow/row.h"

#define MOBILE_LENGTH 14 /* with its +86 */
/* A bad morning has a few dozen bodies to call; a list of everybody's numbers takes hundreds. */
#define SHOWN_MAX 60
#define SHOWN_MS  (INT64_C(3600) * 1000)

static void put_name(struct buf *out, const char *member, const char *name, bool masked)
{
	buf_add_str(out, member);
	if (!name || !*name)
		buf_add_str(out, "null");
	else if (masked)
		mask_name(out, name);
	else
		buf_add_json(out, name);
}

/* As it is dialled here: without the prefix of a mobile number of this country. */
static void put_number(struct buf *out, const char *phone, bool masked)
{
	char number[NUMBER_BYTES] = "", hidden[NUMBER_BYTES];
	bool is_mobile = number_normalise(phone, number) && !strncmp(number, "+861", 4) &&
			 strlen(number) == MOBILE_LENGTH;
	const char *dialled = is_mobile ? number + strlen("+86") : number;

	mask_number(dialled, hidden);
	buf_add_str(out, ",\"phone\":");
	buf_add_json(out, masked ? hidden : dialled);
}

static void put_person(const struct contact_found *k, int64_t now_ms, bool masked, struct buf *out)
{
	put_name(out, "{\"name\":", k->name, masked);
	buf_add_str(out, ",\"post\":");
	buf_add_json(out, *k->post ? k->post : NULL);
	put_number(out, k->phone, masked);
	buf_add_str(out, ",\"from\":");
	view_time(out, k->from_ms > now_ms ? k->from_ms : 0);
	put_name(out, ",\"stands_for\":", k->stands_for, masked);
	buf_add_char(out, '}');
}

static bool may_show(const struct flow *f, const struct view *v, int notice)
{
	const struct record *r = v->record;
	enum sight sight =
		principal_sees_notice(v->principal, f->pack, &r->notices[notice], v->event, r);

	return *v->principal->session &&
	       (sight == SIGHT_FULL ||
		(sight == SIGHT_MASKED &&
		 principal_oversees(v->principal, f->pack, r->region, WHO_COORDINATOR)));
}

/* How many there are. */
static int put_line(const struct flow *f, const struct view *v, int notice, bool masked,
		    struct buf *out)
{
	struct contact_found line[CONTACTS_LINE];
	int count = contacts_line(f, v->record->notices[notice].body, v->now_ms, line);

	buf_add_str(out, "{\"people\":[");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, i ? "," : "");
		put_person(&line[i], v->now_ms, masked, out);
	}
	buf_printf(out, "],\"allowed\":[%s]}", count && may_show(f, v, notice) ? "\"show\"" : "");
	return count;
}

void liaison_put(const struct flow *f, const struct view *v, int notice, struct buf *out)
{
	put_line(f, v, notice, true, out);
}

/* --- in the clear --- */

struct showing {
	struct flow *flow;
	struct principal *who;
	int64_t seq;
	int notice;
	struct arena arena; /* holds the reason, and what is wrong with it */
	struct diag diag;
	const char *reason;
	struct buf out, line; /* the answer, and what the audit log says of it */
	reply_fn *fn;
	void *arg;
};

static void end(struct showing *s, enum err e, const char *why)
{
	if (e == ERR_OK)
		reply_built(s->fn, s->arg, ERR_OK, "", &s->out);
	else if (e == ERR_INVALID)
		reply_faults(s->fn, s->arg, "Nothing was shown", &s->diag);
	else
		reply_problem(s->fn, s->arg, e, why ? why : err_title(e));
	principal_unref(s->who);
	arena_clear(&s->arena);
	buf_clear(&s->out);
	buf_clear(&s->line);
	free(s);
}

static void on_audited(void *arg, enum err e, const char *text)
{
	(void)text;
	end(arg, e, NULL);
}

static void on_counted(void *arg, enum err e, int64_t too_often)
{
	struct showing *s = arg;

	if (e == ERR_OK && !too_often)
		store_audit(s->flow->store, buf_cstr(&s->line), on_audited, s);
	else
		end(s, e == ERR_OK ? ERR_TOO_MANY : e,
		    e == ERR_OK ? "Too many numbers in an hour; ask again later" : NULL);
}

/* All hubs count together. */
static void count_one(struct showing *s)
{
	struct arena arena;

	arena_init(&arena);
	store_guess(s->flow->store,
		    &(struct guess_in){.kind = "shown",
				       .name = decided_address_hash(s->flow, s->who->name, &arena),
				       .how = GUESS_WRONG,
				       .max = SHOWN_MAX,
				       .window_ms = SHOWN_MS},
		    on_counted, s);
	arena_clear(&arena);
}

static enum err take(struct showing *s, const struct row *row)
{
	const struct record *r = &row->record;

	if (s->notice >= r->notice_count || !may_show(s->flow, &row->view, s->notice))
		return ERR_NOT_FOUND;
	if (s->diag.first)
		return ERR_INVALID;
	if (!put_line(s->flow, &row->view, s->notice, false, &s->out))
		return ERR_CONFLICT;
	audit_line(&(struct audited){.at_ms = row->view.now_ms,
				     .who = s->who->name,
				     .act = "contacts-shown",
				     .seq = s->seq,
				     .notice = s->notice,
				     .body = r->notices[s->notice].body,
				     .region = r->region,
				     .channel = "http",
				     .detail = s->reason},
		   &s->line);
	return ERR_OK;
}

static void on_loaded(void *arg, enum err e, const struct loaded *items, int count)
{
	struct showing *s = arg;
	struct row row;

	if (e == ERR_OK)
		e = count == 1 ? row_open(s->flow, s->who, &items[0], &row) : ERR_NOT_FOUND;
	if (e == ERR_OK) {
		e = take(s, &row);
		row_close(&row);
	}
	if (e == ERR_OK)
		count_one(s);
	else
		end(s, e, e == ERR_CONFLICT ? "Nobody's number is known at this body" : NULL);
}

void liaison_show(struct flow *f, const struct liaison_ask *in, reply_fn *fn, void *arg)
{
	struct showing *s = mem_zalloc(sizeof(*s));

	*s = (struct showing){.flow = f, .who = principal_ref(in->who), .fn = fn, .arg = arg};
	arena_init(&s->arena);
	diag_init(&s->diag, &s->arena);
	s->reason = act_text(in->said, "reason", true, &s->diag);
	buf_init(&s->out, 64 << 10);
	buf_init(&s->line, 16 << 10);
	if (id_parse_notice(in->notice, &s->seq, &s->notice))
		rows_load(f, &(struct rows_wanted){&s->seq, 1}, on_loaded, s);
	else
		end(s, ERR_NOT_FOUND, NULL);
}
