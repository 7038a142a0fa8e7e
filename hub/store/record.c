/*
 * record.c: the text form of a record. One line a thing, fields between tabs; a tab, a line feed or a
 * backslash inside a value is written with a backslash. SCHEMA.md lists the fields.
 */
#include "store/record.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 24

static const char *const delivery_names[DELIVERY_STATE_COUNT] = {
	"waiting", "sending", "accepted", "delivered", "failed", "unknown", "cancelled",
};

static const char *const receipt_names[RECEIPT_KIND_COUNT] = {
	"handed-over", "delivered", "shown", "acknowledged", "claimed", "failed", "reply", "state",
};

const char *delivery_state_name(enum delivery_state s)
{
	return delivery_names[s];
}

const char *receipt_kind_name(enum receipt_kind k)
{
	return receipt_names[k];
}

static void put_text(struct buf *out, const char *s)
{
	size_t plain;

	if (!s)
		return;
	while (*s) {
		plain = strcspn(s, "\t\n\\");
		buf_add(out, s, plain);
		s += plain;
		if (!*s)
			break;
		buf_add_char(out, '\\');
		buf_add_char(out, *s == '\t' ? 't' : *s == '\n' ? 'n' : '\\');
		s++;
	}
}

static void tab_text(struct buf *out, const char *s)
{
	buf_add_char(out, '\t');
	put_text(out, s);
}

/* -1, "nothing", is written as an empty field. */
static void tab_int(struct buf *out, int64_t v)
{
	buf_add_char(out, '\t');
	if (v != -1)
		buf_add_int(out, v);
}

static void put_stamp(struct buf *out, const struct stamp *s)
{
	tab_text(out, s->by);
	tab_int(out, s->at_ms ? s->at_ms : -1);
	tab_text(out, s->channel);
}

static void put_notice(struct buf *out, const struct notice *n)
{
	buf_add_char(out, 'N');
	tab_text(out, n->body);
	tab_int(out, n->role);
	tab_int(out, n->state);
	tab_int(out, n->version);
	tab_int(out, n->due_ms);
	tab_int(out, n->feedback_due_ms);
	tab_int(out, n->provisional ? 1 : -1);
	tab_text(out, n->via);
	tab_text(out, n->rules);
	put_stamp(out, &n->acknowledged);
	put_stamp(out, &n->claimed);
	tab_int(out, n->next_ms);
	tab_int(out, n->rung);
	tab_int(out, n->overdue_told ? 1 : -1);
	buf_add_char(out, '\n');
}

static void put_delivery(struct buf *out, const struct delivery *d)
{
	buf_add_char(out, 'D');
	tab_int(out, d->notice);
	tab_int(out, d->channel);
	tab_text(out, d->connector);
	tab_text(out, d->address_hash);
	tab_int(out, d->state);
	tab_int(out, d->attempts);
	tab_int(out, d->next_ms);
	tab_text(out, d->provider_id);
	tab_text(out, d->detail);
	buf_add_char(out, '\n');
}

static void put_receipt(struct buf *out, const struct receipt *r)
{
	buf_add_char(out, 'R');
	tab_int(out, r->kind);
	tab_int(out, r->notice);
	tab_int(out, r->delivery);
	tab_int(out, r->at_ms);
	tab_text(out, r->by);
	tab_text(out, r->channel);
	tab_text(out, r->detail);
	buf_add_char(out, '\n');
}

void record_encode(const struct record *r, struct buf *out)
{
	buf_add_int(out, r->version);
	tab_int(out, r->accepted_ms);
	tab_text(out, r->policy);
	tab_text(out, r->item_code);
	tab_text(out, r->region);
	tab_text(out, r->by);
	tab_int(out, r->superseded_by ? r->superseded_by : -1);
	tab_int(out, r->correcting ? 1 : -1);
	tab_text(out, r->applicant_via);
	tab_text(out, r->applicant_rules);
	tab_text(out, r->problems);
	buf_add_char(out, '\n');
	for (int i = 0; i < r->notice_count; i++)
		put_notice(out, &r->notices[i]);
	for (int i = 0; i < r->delivery_count; i++)
		put_delivery(out, &r->deliveries[i]);
	for (int i = 0; i < r->receipt_count; i++)
		put_receipt(out, &r->receipts[i]);
}

/* One line cut into its fields, in place. */
struct line {
	char *fields[FIELDS_MAX];
	int count;
};

static void unescape(char *s)
{
	char *w = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1]) {
			s++;
			*w++ = *s == 't' ? '\t' : *s == 'n' ? '\n' : *s;
		} else {
			*w++ = *s;
		}
	}
	*w = '\0';
}

static char *line_cut(char *p, struct line *l)
{
	l->count = 0;
	for (;;) {
		char *stop = p + strcspn(p, "\t\n");
		char sep = *stop;

		if (l->count < FIELDS_MAX)
			l->fields[l->count++] = p;
		*stop = '\0';
		if (strchr(p, '\\'))
			unescape(p);
		if (sep == '\0')
			return stop;
		p = stop + 1;
		if (sep == '\n')
			return p;
	}
}

static const char *text_at(const struct line *l, int i)
{
	return i < l->count ? l->fields[i] : "";
}

static int64_t int_at(const struct line *l, int i)
{
	const char *s = text_at(l, i);

	return *s ? strtoll(s, NULL, 10) : -1;
}

/* A number that indexes a table: anything outside makes the record unreadable rather than wrong. */
static bool enum_at(const struct line *l, int i, int count, int *ret)
{
	int64_t v = int_at(l, i);

	if (v < 0 || v >= count)
		return false;
	*ret = (int)v;
	return true;
}

static void get_stamp(const struct line *l, int i, struct stamp *ret)
{
	ret->by = text_at(l, i);
	ret->at_ms = int_at(l, i + 1) > 0 ? int_at(l, i + 1) : 0;
	ret->channel = text_at(l, i + 2);
}

static bool get_notice(const struct line *l, struct notice *n)
{
	int role, state;

	if (!enum_at(l, 2, ROLE_COUNT, &role) || !enum_at(l, 3, STATE_COUNT, &state))
		return false;
	n->body = text_at(l, 1);
	n->role = (enum role)role;
	n->state = (enum notice_state)state;
	n->version = (int)int_at(l, 4);
	n->due_ms = int_at(l, 5);
	n->feedback_due_ms = int_at(l, 6);
	n->provisional = int_at(l, 7) == 1;
	n->via = text_at(l, 8);
	n->rules = text_at(l, 9);
	get_stamp(l, 10, &n->acknowledged);
	get_stamp(l, 13, &n->claimed);
	n->next_ms = int_at(l, 16);
	n->rung = (int)int_at(l, 17);
	n->overdue_told = int_at(l, 18) == 1;
	return true;
}

static bool get_delivery(const struct line *l, struct delivery *d)
{
	int channel, state;

	if (!enum_at(l, 2, CHANNEL_COUNT, &channel) || !enum_at(l, 5, DELIVERY_STATE_COUNT, &state))
		return false;
	d->notice = (int)int_at(l, 1);
	d->channel = (enum channel)channel;
	d->connector = text_at(l, 3);
	d->address_hash = text_at(l, 4);
	d->state = (enum delivery_state)state;
	d->attempts = (int)int_at(l, 6);
	d->next_ms = int_at(l, 7);
	d->provider_id = text_at(l, 8);
	d->detail = text_at(l, 9);
	return true;
}

static bool get_receipt(const struct line *l, struct receipt *r)
{
	int kind;

	if (!enum_at(l, 1, RECEIPT_KIND_COUNT, &kind))
		return false;
	r->kind = (enum receipt_kind)kind;
	r->notice = (int)int_at(l, 2);
	r->delivery = (int)int_at(l, 3);
	r->at_ms = int_at(l, 4);
	r->by = text_at(l, 5);
	r->channel = text_at(l, 6);
	r->detail = text_at(l, 7);
	return true;
}

static void get_head(const struct line *l, struct record *r)
{
	r->version = (int)int_at(l, 0);
	r->accepted_ms = int_at(l, 1);
	r->policy = text_at(l, 2);
	r->item_code = text_at(l, 3);
	r->region = text_at(l, 4);
	r->by = text_at(l, 5);
	r->superseded_by = int_at(l, 6) > 0 ? int_at(l, 6) : 0;
	r->correcting = int_at(l, 7) == 1;
	r->applicant_via = *text_at(l, 8) ? text_at(l, 8) : NULL;
	r->applicant_rules = text_at(l, 9);
	r->problems = text_at(l, 10);
}

/* Arrays grow by doubling at powers of two, so that the count alone says when there is no room. */
static void *grow(struct arena *arena, void *items, int count, size_t size)
{
	void *more;

	if (count & (count - 1))
		return items;
	more = arena_zalloc(arena, (size_t)(count ? count * 2 : 1) * size);
	if (count)
		memcpy(more, items, (size_t)count * size);
	return more;
}

struct notice *record_add_notice(struct record *r, struct arena *arena)
{
	struct notice *n;

	r->notices = grow(arena, r->notices, r->notice_count, sizeof(*r->notices));
	n = &r->notices[r->notice_count++];
	memset(n, 0, sizeof(*n));
	return n;
}

struct delivery *record_add_delivery(struct record *r, struct arena *arena)
{
	struct delivery *d;

	r->deliveries = grow(arena, r->deliveries, r->delivery_count, sizeof(*r->deliveries));
	d = &r->deliveries[r->delivery_count++];
	memset(d, 0, sizeof(*d));
	return d;
}

struct receipt *record_add_receipt(struct record *r, struct arena *arena)
{
	struct receipt *x;

	r->receipts = grow(arena, r->receipts, r->receipt_count, sizeof(*r->receipts));
	x = &r->receipts[r->receipt_count++];
	memset(x, 0, sizeof(*x));
	return x;
}

static bool get_line(const struct line *l, struct arena *arena, struct record *r)
{
	switch (l->fields[0][0]) {
	case 'N':
		return r->notice_count < RECORD_NOTICES_MAX && get_notice(l, record_add_notice(r, arena));
	case 'D':
		return get_delivery(l, record_add_delivery(r, arena));
	case 'R':
		return get_receipt(l, record_add_receipt(r, arena));
	default:
		return false;
	}
}

enum err record_decode(const char *data, size_t len, struct arena *arena, struct record *ret)
{
	struct record r = { 0 };
	struct line l;
	char *p;

	if (!data || !len || len > RECORD_BYTES_MAX || memchr(data, '\0', len))
		return ERR_INVALID;
	p = line_cut(arena_strndup(arena, data, len), &l);
	get_head(&l, &r);
	if (r.version < 1 || r.accepted_ms < 0)
		return ERR_INVALID;
	while (*p) {
		p = line_cut(p, &l);
		if (!get_line(&l, arena, &r))
			return ERR_INVALID;
	}
	*ret = r;
	return ERR_OK;
}

static int64_t earlier(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

int64_t record_next_ms(const struct record *r)
{
	int64_t next = r->correcting ? r->accepted_ms : -1;

	for (int i = 0; i < r->notice_count; i++)
		next = earlier(next, r->notices[i].next_ms);
	for (int i = 0; i < r->delivery_count; i++)
		next = earlier(next, r->deliveries[i].next_ms);
	return next;
}
