/* The item codes that a pack tells apart: those it lists, and of the others one of each kind that
 * its rules treat differently. */
#include <stdlib.h>
#include <string.h>

#include "check_in.h"
#include "item_code.h"

#define DIGITS 36

static const char digits[DIGITS + 1] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct finding_codes {
	struct check *check;
	const struct column *column;
	struct strmap known;
	int room;
};

static bool is_code(const char *text, size_t len)
{
	char basic[ITEM_CODE_LEN + 1];

	return len == ITEM_CODE_LEN && item_code_basic(text, len, basic);
}

static void add_code(struct finding_codes *f, const char *text, enum code_kind kind)
{
	struct check *c = f->check;
	struct code *k = &c->codes[c->code_count];

	memcpy(k->text, text, strlen(text) + 1);
	k->kind = kind;
	if (c->code_count < f->room &&
	    strmap_add(&f->known, k->text, strlen(k->text), c->code_count) == c->code_count)
		c->code_count++;
}

static enum code_kind kind_of(const struct check *c, const char *code)
{
	if (pack_find_item(c->pack, code) >= 0)
		return CODE_LISTED;
	return item_is_known(c->pack, code) ? CODE_CHILD : CODE_STRAY;
}

/* How far into the code it has to change to be free: behind a name all of it, behind a beginning
 * that long. 0: it is free. */
static size_t taken_by(const struct finding_codes *f, const char *code, size_t fixed)
{
	const struct column *c = f->column;
	int i;

	for (i = c->prefix_len_count - 1; i >= 0; i--) {
		size_t len = (size_t)c->prefix_lens[i];

		if (len > fixed && len <= ITEM_CODE_LEN &&
		    strmap_find(&c->prefixes, code, len) >= 0)
			return len;
	}
	if (fixed < ITEM_STEM_LEN && kind_of(f->check, code) == CODE_CHILD)
		return ITEM_STEM_LEN;
	if (strmap_find(&c->texts, code, ITEM_CODE_LEN) >= 0 ||
	    strmap_find(&f->known, code, ITEM_CODE_LEN) >= 0)
		return ITEM_CODE_LEN;
	return 0;
}

/* Counts the free characters up from 0, as from a number written with 36 digits, until the code is
 * one that no row names by more than what is fixed. */
static void add_unmentioned(struct finding_codes *f, const char *prefix, size_t fixed)
{
	char code[ITEM_CODE_LEN + 1] = "000000000000";
	size_t taken, i;

	memcpy(code, prefix, fixed);
	if (!is_code(code, ITEM_CODE_LEN))
		return;
	for (taken = taken_by(f, code, fixed); taken; taken = taken_by(f, code, fixed)) {
		for (i = taken; i < ITEM_CODE_LEN; i++)
			code[i] = digits[0];
		for (i = taken; i > fixed && code[i - 1] == digits[DIGITS - 1]; i--)
			code[i - 1] = digits[0];
		if (i == fixed)
			return;
		code[i - 1] = strchr(digits, code[i - 1])[1];
	}
	add_code(f, code, kind_of(f->check, code));
}

static int text_order(const void *a, const void *b)
{
	return strcmp(((const struct code *)a)->text, ((const struct code *)b)->text);
}

static void add_listed(struct finding_codes *f)
{
	const struct pack_view *v = &f->check->pack->view;
	int i;

	for (i = 0; i < v->item_count; i++)
		add_code(f, v->items[i].code, CODE_LISTED);
}

static void add_of_rules(struct finding_codes *f)
{
	const struct column *c = f->column;
	int first = f->check->code_count;
	char text[ITEM_CODE_LEN + 1];
	uint32_t i;

	for (i = 0; c->texts.slots && i <= c->texts.mask; i++) {
		const struct strmap_slot *slot = &c->texts.slots[i];

		if (!slot->key || !is_code(slot->key, slot->len))
			continue;
		memcpy(text, slot->key, ITEM_CODE_LEN);
		text[ITEM_CODE_LEN] = '\0';
		add_code(f, text, kind_of(f->check, text));
	}
	for (i = 0; c->prefixes.slots && i <= c->prefixes.mask; i++) {
		const struct strmap_slot *slot = &c->prefixes.slots[i];

		if (slot->key && slot->len <= ITEM_CODE_LEN)
			add_unmentioned(f, slot->key, slot->len);
	}
	qsort(f->check->codes + first, (size_t)(f->check->code_count - first),
	      sizeof(*f->check->codes), text_order);
}

/* A code below a parent that no rule names by its own code. */
static void add_children(struct finding_codes *f)
{
	const struct pack_view *v = &f->check->pack->view;
	int i;

	for (i = 0; i < v->item_count; i++) {
		if (item_code_is_parent(v->items[i].code) &&
		    pack_find_item(f->check->pack, v->items[i].code) == i)
			add_unmentioned(f, v->items[i].code, ITEM_STEM_LEN);
	}
}

void check_codes_find(struct check *c)
{
	struct finding_codes f = {.check = c};
	int i;

	for (i = 0; i < c->pack->table.column_count; i++) {
		if (c->pack->table.columns[i].kind == COLUMN_ITEM)
			f.column = &c->pack->table.columns[i];
	}
	f.room =
		2 * c->pack->view.item_count + f.column->texts.count + f.column->prefixes.count + 2;
	c->codes = arena_zalloc(&c->arena, ((size_t)f.room + 1) * sizeof(*c->codes));
	strmap_init(&f.known, &c->scratch, f.room + 1);
	add_listed(&f);
	add_of_rules(&f);
	add_children(&f);
	add_unmentioned(&f, "", 0);
	c->codes[c->code_count++].kind = CODE_NONE;
}
