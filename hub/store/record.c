/*
 * record.c: the text form of a record. One line a thing, fields between tabs; a tab, a line feed or
 * a backslash inside a value is written with a backslash. SCHEMA.md lists the fields.
 */
#include "store/record_in.h"

#include <stdlib.h>
#include <string.h>

static const char *const delivery_names[DELIVERY_STATE_COUNT] = {
	"waiting", "sending", "accepted", "delivered", "failed", "unknown", "cancelled",
};

const char *delivery_state_name(enum delivery_state s)
{
	return delivery_names[s];
}

static void put_stamp(struct buf *out, const struct stamp *s)
{
	record_tab_text(out, s->by);
	record_tab_int(out, s->at_ms ? s->at_ms : -1);
	record_tab_text(out, s->channel);
}

static void put_notice(struct buf *out, const struct notice *n)
{
	bool reports = n->feedback_step || n->feedback_told;

	buf_add_char(out, 'N');
	record_tab_text(out, n->body);
	record_tab_int(out, n->role);
	record_tab_int(out, n->state);
	record_tab_int(out, n->version);
	record_tab_int(out, n->due_ms);
	record_tab_int(out, n->feedback_due_ms);
	record_tab_int(out, n->provisional ? 1 : -1);
	record_tab_text(out, n->via);
	record_tab_text(out, n->rules);
	put_stamp(out, &n->acknowledged);
	put_stamp(out, &n->claimed);
	record_tab_int(out, n->next_ms);
	record_tab_int(out, n->rung);
	record_tab_int(out, n->overdue_told ? 1 : -1);
	/* most notices have none of this, and their lines stay short */
	if (n->cause != CAUSE_DECISION || n->step || reports) {
		record_tab_int(out, n->cause);
		record_tab_int(out, n->from);
		record_tab_int(out, n->made_ms ? n->made_ms : -1);
		record_tab_int(out, n->step);
	}
	if (reports) {
		record_tab_int(out, n->feedback_step);
		record_tab_int(out, n->feedback_told ? 1 : -1);
	}
	buf_add_char(out, '\n');
}

static void put_items(struct buf *out, int notice, const char *items)
{
	if (!items || !*items)
		return;
	buf_add_char(out, 'I');
	record_tab_int(out, notice);
	record_tab_text(out, items);
	buf_add_char(out, '\n');
}

static void put_delivery(struct buf *out, const struct delivery *d)
{
	buf_add_char(out, 'D');
	record_tab_int(out, d->notice);
	record_tab_int(out, d->channel);
	record_tab_text(out, d->connector);
	record_tab_text(out, d->address_hash);
	record_tab_int(out, d->state);
	record_tab_int(out, d->attempts);
	record_tab_int(out, d->next_ms);
	record_tab_text(out, d->provider_id);
	record_tab_text(out, d->detail);
	if (*d->post || *d->body || d->term >= 0 || d->tried_ms >= 0) {
		record_tab_text(out, d->post);
		record_tab_text(out, d->body);
		if (d->term >= 0 || d->tried_ms >= 0)
			record_tab_int(out, d->term);
		if (d->tried_ms >= 0)
			record_tab_int(out, d->tried_ms);
	}
	buf_add_char(out, '\n');
}

static void put_receipt(struct buf *out, const struct receipt *r)
{
	buf_add_char(out, 'R');
	record_tab_int(out, r->kind);
	record_tab_int(out, r->notice);
	record_tab_int(out, r->delivery);
	record_tab_int(out, r->at_ms);
	record_tab_text(out, r->by);
	record_tab_text(out, r->channel);
	record_tab_text(out, r->detail);
	buf_add_char(out, '\n');
}

void record_encode(const struct record *r, struct buf *out)
{
	buf_add_int(out, r->version);
	if (r->writer && *r->writer) {
		buf_add_char(out, '.');
		record_text(out, r->writer);
	}
	record_tab_int(out, r->accepted_ms);
	record_tab_text(out, r->policy);
	record_tab_text(out, r->item_code);
	record_tab_text(out, r->region);
	record_tab_text(out, r->by);
	record_tab_int(out, r->superseded_by ? r->superseded_by : -1);
	record_tab_int(out, r->correcting ? 1 : -1);
	record_tab_text(out, r->applicant_via);
	record_tab_text(out, r->applicant_rules);
	record_tab_text(out, r->problems);
	record_tab_text(out, r->approvers);
	if (r->archive_ms)
		record_tab_int(out, r->archive_ms);
	buf_add_char(out, '\n');
	for (int i = 0; i < r->notice_count; i++)
		put_notice(out, &r->notices[i]);
	for (int i = 0; i < r->notice_count; i++)
		put_items(out, i, r->notices[i].items);
	for (int i = 0; i < r->delivery_count; i++)
		put_delivery(out, &r->deliveries[i]);
	for (int i = 0; i < r->receipt_count; i++)
		put_receipt(out, &r->receipts[i]);
	record_encode_life(r, out);
}

struct bytes record_bytes(const struct record *r, struct arena *arena)
{
	struct bytes b = {0};
	struct buf out;

	buf_init_brief(&out, RECORD_BYTES_MAX);
	record_encode(r, &out);
	if (!out.overflow)
		b = (struct bytes){arena_strndup(arena, out.data, out.len), out.len};
	buf_clear(&out);
	return b;
}

static int64_t or_zero(int64_t v)
{
	return v > 0 ? v : 0;
}

static void get_stamp(const struct line *l, int i, struct stamp *ret)
{
	ret->by = record_text_at(l, i);
	ret->at_ms = or_zero(record_int_at(l, i + 1));
	ret->channel = record_text_at(l, i + 2);
}

static bool get_notice(const struct line *l, struct notice *n)
{
	int role, state, cause = CAUSE_DECISION;

	if (!record_enum_at(l, 2, ROLE_COUNT, &role) || !record_enum_at(l, 3, STATE_COUNT, &state))
		return false;
	n->body = record_text_at(l, 1);
	n->role = (enum role)role;
	n->state = (enum notice_state)state;
	n->version = record_small_at(l, 4);
	n->due_ms = record_int_at(l, 5);
	n->feedback_due_ms = record_int_at(l, 6);
	n->provisional = record_int_at(l, 7) == 1;
	n->via = record_text_at(l, 8);
	n->rules = record_text_at(l, 9);
	get_stamp(l, 10, &n->acknowledged);
	get_stamp(l, 13, &n->claimed);
	n->next_ms = record_int_at(l, 16);
	n->rung = record_small_at(l, 17);
	n->overdue_told = record_int_at(l, 18) == 1;
	if (l->count > 19 && !record_enum_at(l, 19, CAUSE_COUNT, &cause))
		return false;
	n->cause = (enum cause)cause;
	n->from = record_small_at(l, 20);
	n->made_ms = or_zero(record_int_at(l, 21));
	n->step = (int)or_zero(record_small_at(l, 22));
	n->feedback_step = (int)or_zero(record_small_at(l, 23));
	n->feedback_told = record_int_at(l, 24) == 1;
	return true;
}

/* Their notice stands in front of them. */
static bool get_items(const struct line *l, struct record *r)
{
	int notice;

	if (!record_enum_at(l, 1, r->notice_count, &notice))
		return false;
	r->notices[notice].items = record_text_at(l, 2);
	return true;
}

static bool get_delivery(const struct line *l, struct delivery *d)
{
	int channel, state;

	if (!record_enum_at(l, 2, CHANNEL_COUNT, &channel) ||
	    !record_enum_at(l, 5, DELIVERY_STATE_COUNT, &state))
		return false;
	d->notice = record_small_at(l, 1);
	d->channel = (enum channel)channel;
	d->connector = record_text_at(l, 3);
	d->address_hash = record_text_at(l, 4);
	d->state = (enum delivery_state)state;
	d->attempts = record_small_at(l, 6);
	d->next_ms = record_int_at(l, 7);
	d->provider_id = record_text_at(l, 8);
	d->detail = record_text_at(l, 9);
	d->post = record_text_at(l, 10);
	d->body = record_text_at(l, 11);
	d->term = record_small_at(l, 12);
	d->tried_ms = record_int_at(l, 13);
	return true;
}

static bool get_receipt(const struct line *l, struct receipt *r)
{
	int kind;

	if (!record_enum_at(l, 1, RECEIPT_KIND_COUNT, &kind))
		return false;
	r->kind = (enum receipt_kind)kind;
	r->notice = record_small_at(l, 2);
	r->delivery = record_small_at(l, 3);
	r->at_ms = record_int_at(l, 4);
	r->by = record_text_at(l, 5);
	r->channel = record_text_at(l, 6);
	r->detail = record_text_at(l, 7);
	return true;
}

static void get_head(const struct line *l, struct record *r)
{
	r->version = record_small_at(l, 0);
	r->writer = strchrnul(record_text_at(l, 0), '.');
	r->writer += *r->writer == '.';
	r->accepted_ms = record_int_at(l, 1);
	r->policy = record_text_at(l, 2);
	r->item_code = record_text_at(l, 3);
	r->region = record_text_at(l, 4);
	r->by = record_text_at(l, 5);
	r->superseded_by = or_zero(record_int_at(l, 6));
	r->correcting = record_int_at(l, 7) == 1;
	r->applicant_via = *record_text_at(l, 8) ? record_text_at(l, 8) : NULL;
	r->applicant_rules = record_text_at(l, 9);
	r->problems = record_text_at(l, 10);
	r->approvers = record_text_at(l, 11);
	r->archive_ms = or_zero(record_int_at(l, 12));
}

/* Arrays grow by doubling at powers of two, so that the count alone says when there is no room. */
struct notice *record_add_notice(struct record *r, struct arena *arena)
{
	struct notice *n;

	r->notices = arena_grow(arena, r->notices, r->notice_count, sizeof(*r->notices));
	n = &r->notices[r->notice_count++];
	memset(n, 0, sizeof(*n));
	n->from = -1;
	n->items = "";
	return n;
}

struct delivery *record_add_delivery(struct record *r, struct arena *arena)
{
	struct delivery *d;

	r->deliveries = arena_grow(arena, r->deliveries, r->delivery_count, sizeof(*r->deliveries));
	d = &r->deliveries[r->delivery_count++];
	memset(d, 0, sizeof(*d));
	d->post = d->body = d->with = d->also = "";
	d->term = -1;
	d->tried_ms = -1;
	return d;
}

struct receipt *record_add_receipt(struct record *r, struct arena *arena)
{
	struct receipt *x;

	r->receipts = arena_grow(arena, r->receipts, r->receipt_count, sizeof(*r->receipts));
	x = &r->receipts[r->receipt_count++];
	memset(x, 0, sizeof(*x));
	return x;
}

static bool get_line(const struct line *l, struct arena *arena, struct record *r)
{
	switch (l->fields[0][0]) {
	case 'N':
		return r->notice_count < RECORD_NOTICES_MAX &&
		       get_notice(l, record_add_notice(r, arena));
	case 'I':
		return get_items(l, r);
	case 'D':
		return get_delivery(l, record_add_delivery(r, arena));
	case 'R':
		return get_receipt(l, record_add_receipt(r, arena));
	default:
		return record_decode_life(l, arena, r);
	}
}

enum err record_decode(const char *data, size_t len, struct arena *arena, struct record *ret)
{
	struct record r = {0};
	struct line l;
	char *p;

	if (!data || !len || len > RECORD_BYTES_MAX || memchr(data, '\0', len))
		return ERR_INVALID;
	p = memcpy(arena_alloc(arena, len + RECORD_AHEAD_BYTES), data, len);
	memset(p + len, 0, RECORD_AHEAD_BYTES);
	p = record_line_cut(p, &l);
	get_head(&l, &r);
	if (r.version < 1 || r.accepted_ms < 0)
		return ERR_INVALID;
	while (*p) {
		p = record_line_cut(p, &l);
		if (!get_line(&l, arena, &r))
			return ERR_INVALID;
	}
	if (!record_places_hold(&r))
		return ERR_INVALID;
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
	int64_t next =
		earlier(r->correcting ? r->accepted_ms : -1, r->archive_ms ? r->archive_ms : -1);

	for (int i = 0; i < r->notice_count; i++)
		next = earlier(next, r->notices[i].next_ms);
	for (int i = 0; i < r->delivery_count; i++)
		next = earlier(next, r->deliveries[i].next_ms);
	for (int i = 0; i < r->dispute_count; i++)
		next = earlier(next, r->disputes[i].next_ms);
	return earlier(next, terms_next_ms(r));
}

bool record_has_notices(const char *data, size_t len, int count)
{
	const char *end = data + len;

	for (const char *line = data; count > 0 && line;
	     line = memchr(line, '\n', (size_t)(end - line))) {
		line += line != data;
		count -= end - line > 1 && line[0] == 'N' && line[1] == '\t';
	}
	return count <= 0;
}

int64_t notice_made_ms(const struct record *r, const struct notice *n)
{
	return n->made_ms ? n->made_ms : r->accepted_ms;
}

bool notice_is_pool(const char *body)
{
	return !strncmp(body, "pool:", 5);
}

bool bars_hold(const char *bars, const char *word)
{
	size_t len = strlen(word);

	while (*bars) {
		size_t n = strcspn(bars, "|");

		if (n == len && !memcmp(bars, word, n))
			return true;
		bars += n + (bars[n] == '|');
	}
	return false;
}
