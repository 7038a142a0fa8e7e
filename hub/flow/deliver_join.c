/*
 * deliver_join.c: several texts to one number as one message. The delivery that the gate let
 * through is on disk as being sent, with the others that may go with it. Each of those is then
 * marked as being sent too, with the message's id; those that can be are in the message, the rest
 * goes its own way. A hub that dies in between leaves what it had marked in doubt, and nothing that
 * was not marked is ever in the message: none is sent twice. The outcome and the provider's reports
 * settle each of them.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/deliver_in.h"
#include "flow/deliver_text.h"

struct joining {
	struct flow *flow;
	struct arena arena;
	struct attempt *first, *last;
	struct message message;
	const char *hash;
	struct text_piece *pieces;
	int piece_count, pending;
};
struct member {
	struct joining *joining;
	int delivery;
	bool is_with;
};

/* Two texts about one notice, a step of its channels and a reminder, are one thing to do. */
static void take_piece(struct joining *j, struct change *c, const struct delivery *d)
{
	const struct text_piece p = deliver_piece(c, d);

	for (int i = 0; i < j->piece_count; i++) {
		if (!strcmp(j->pieces[i].code, p.code))
			return;
	}
	j->pieces[j->piece_count++] = (struct text_piece){
		arena_strdup(&j->arena, p.item), arena_strdup(&j->arena, p.code), p.due_ms};
}

static void note_notices(struct joining *j)
{
	struct buf out;

	buf_init(&out, 4096);
	for (const struct attempt *a = j->first; a; a = a->with) {
		buf_add_str(&out, out.len ? " " : "");
		buf_add_str(&out, a->notices);
	}
	for (struct attempt *a = j->first->with; a; a = a->with) {
		free(a->notices);
		a->notices = NULL;
	}
	free(j->first->notices);
	j->first->notices = buf_take(&out, NULL);
}

static void end(struct joining *j)
{
	if (j->piece_count > 1) {
		note_notices(j);
		j->message.text =
			deliver_text_joined(j->flow, j->pieces, j->piece_count, &j->arena);
	}
	attempt_send(j->first, &j->message);
	arena_clear(&j->arena);
	free(j);
}

static enum err apply_member(void *arg, struct change *c)
{
	struct member *m = arg;

	m->is_with = m->delivery < c->record.delivery_count &&
		     delivery_may_join(c, m->delivery, m->joining->hash);
	c->nothing = !m->is_with;
	if (!m->is_with)
		return ERR_OK;
	delivery_begin(c, m->delivery, m->joining->hash);
	c->record.deliveries[m->delivery].with = m->joining->message.id;
	return ERR_OK;
}

static void done_member(void *arg, enum err e, struct change *c)
{
	struct member *m = arg;
	struct joining *j = m->joining;

	if (e == ERR_OK && m->is_with) {
		j->last->with = attempt_new(c, m->delivery);
		j->last = j->last->with;
		take_piece(j, c, &c->record.deliveries[m->delivery]);
	} else if (e == ERR_UNAVAILABLE && m->is_with && c) {
		deliver_take_back(c, m->delivery);
	}
	if (--j->pending == 0)
		end(j);
}

void join_send(struct change *c, int i, const struct message *alone)
{
	const struct delivery *d = &c->record.deliveries[i];
	struct joining *j = mem_zalloc(sizeof(*j));
	int64_t seq;
	int delivery;

	j->flow = c->flow;
	arena_init(&j->arena);
	j->first = j->last = attempt_new(c, i);
	j->message = (struct message){arena_strdup(&j->arena, alone->id),
				      arena_strdup(&j->arena, alone->to),
				      arena_strdup(&j->arena, alone->text)};
	j->hash = arena_strdup(&j->arena, d->address_hash);
	j->pieces = arena_zalloc(&j->arena, sizeof(*j->pieces) * (DELIVER_JOIN_MAX + 1));
	take_piece(j, c, d);
	j->pending = 1;
	for (const char *rest = d->also; *rest; rest += *rest == '|') {
		size_t len = strcspn(rest, "|");

		if (id_parse_delivery(arena_strndup(&j->arena, rest, len), &seq, &delivery)) {
			struct member *m = arena_zalloc(&j->arena, sizeof(*m));

			m->joining = j;
			m->delivery = delivery;
			j->pending++;
			change_run(j->flow, seq, true, apply_member, done_member, m);
		}
		rest += len;
	}
	if (--j->pending == 0)
		end(j);
}
