/* record_letter.c: the lines L (letter) and M (what was written in it) of a record. SCHEMA.md lists
 * the fields. */
#include "store/record_in.h"

#include <string.h>

void record_encode_letters(const struct record *r, struct buf *out)
{
	for (int i = 0; i < r->letter_count; i++) {
		const struct letter *l = &r->letters[i];

		buf_add_char(out, 'L');
		record_tab_int(out, l->notice);
		record_tab_int(out, l->kind);
		record_tab_text(out, l->from);
		record_tab_text(out, l->subject);
		record_tab_text(out, l->time);
		record_tab_int(out, l->asked_ms);
		buf_add_char(out, '\n');
	}
	for (int i = 0; i < r->writing_count; i++) {
		const struct writing *m = &r->writings[i];

		buf_add_char(out, 'M');
		record_tab_int(out, m->notice);
		record_tab_int(out, m->at_ms);
		record_tab_text(out, m->by);
		record_tab_text(out, m->body);
		record_tab_text(out, m->text);
		buf_add_char(out, '\n');
	}
}

bool record_decode_letter(const struct line *l, struct letter *ret)
{
	int kind;

	if (!record_enum_at(l, 2, LETTER_KIND_COUNT, &kind))
		return false;
	ret->notice = record_small_at(l, 1);
	ret->kind = (enum letter_kind)kind;
	ret->from = record_text_at(l, 3);
	ret->subject = record_text_at(l, 4);
	ret->time = record_text_at(l, 5);
	ret->asked_ms = record_int_at(l, 6);
	return true;
}

void record_decode_writing(const struct line *l, struct writing *ret)
{
	ret->notice = record_small_at(l, 1);
	ret->at_ms = record_int_at(l, 2);
	ret->by = record_text_at(l, 3);
	ret->body = record_text_at(l, 4);
	ret->text = record_text_at(l, 5);
}

struct letter *record_add_letter(struct record *r, struct arena *arena)
{
	r->letters = arena_grow(arena, r->letters, r->letter_count, sizeof(*r->letters));
	return memset(&r->letters[r->letter_count++], 0, sizeof(*r->letters));
}

struct writing *record_add_writing(struct record *r, struct arena *arena)
{
	r->writings = arena_grow(arena, r->writings, r->writing_count, sizeof(*r->writings));
	return memset(&r->writings[r->writing_count++], 0, sizeof(*r->writings));
}

struct letter *record_letter(const struct record *r, const struct notice *n)
{
	for (int i = 0; n->cause == CAUSE_LETTER && i < r->letter_count; i++) {
		if (&r->notices[r->letters[i].notice] == n)
			return &r->letters[i];
	}
	return NULL;
}

static bool is_of(const struct record *r, int notice)
{
	return notice >= 0 && notice < r->notice_count && r->notices[notice].cause == CAUSE_LETTER;
}

/* Each letter is of a notice that was made for it, and each such notice has one: whoever may see it
 * is told by the letter. */
bool record_letters_hold(const struct record *r)
{
	bool hold = true;

	for (int i = 0; i < r->letter_count; i++)
		hold = hold && is_of(r, r->letters[i].notice);
	for (int i = 0; i < r->writing_count; i++)
		hold = hold && is_of(r, r->writings[i].notice);
	for (int i = 0; hold && i < r->notice_count; i++)
		hold = r->notices[i].cause != CAUSE_LETTER || record_letter(r, &r->notices[i]);
	return hold;
}

bool notice_is_aside(const struct notice *n)
{
	return n->cause == CAUSE_FEEDBACK || n->cause == CAUSE_LETTER;
}
