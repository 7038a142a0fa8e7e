#include "select.h"

#include <string.h>

#include "pack_in.h"

static const struct {
	const char *name;
	enum selector_kind kind;
} plain_forms[] = {
	{"accepting", TO_ACCEPTING}, {"reviewing", TO_REVIEWING}, {"deciding", TO_DECIDING},
	{"holder", TO_HOLDER},	     {"applicant", TO_APPLICANT},
};

static bool word_is(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(s, word, len) == 0;
}

static const char *parse_place(const char *place, int *ret_level)
{
	int level;

	*ret_level = -1;
	if (strcmp(place, "here") == 0)
		return NULL;
	for (level = LEVEL_PROVINCE; level <= LEVEL_TOWNSHIP; level++) {
		if (strcmp(place, level_name((enum level)level)) == 0) {
			*ret_level = level;
			return NULL;
		}
	}
	return "behind the @ stands here, county, city, province or township";
}

/* A sector that nobody has is a finding, not a fault: the rule then names nobody, which decisions
 * say. */
static const char *parse_who(struct pack *p, const char *who, size_t len, struct selector *ret)
{
	ret->kind = TO_TRADE;
	if (word_is(who, len, "sector"))
		ret->kind = TO_SECTOR;
	else if (word_is(who, len, "assist"))
		ret->kind = TO_ASSIST;
	else if (word_is(who, len, "enforcement"))
		ret->index = TRADE_ENFORCEMENT;
	else if (word_is(who, len, "coordination"))
		ret->index = TRADE_COORDINATION;
	else
		ret->index = trade_add(p, arena_strndup(&p->arena, who, len), len);
	return ret->index < 0 ? "more sectors than a pack may have" : NULL;
}

static const char *parse_body(const struct pack *p, const char *id, struct selector *ret)
{
	ret->kind = TO_BODY;
	ret->index = pack_find_body(p, id);
	return ret->index < 0 ? "there is no such body in bodies.csv" : NULL;
}

const char *selector_parse(struct pack *p, const char *cell, struct selector *ret)
{
	const char *at = strrchr(cell, '@'), *what;
	size_t i;

	*ret = (struct selector){.level = -1};
	for (i = 0; i < sizeof(plain_forms) / sizeof(plain_forms[0]); i++) {
		if (strcmp(cell, plain_forms[i].name) == 0) {
			ret->kind = plain_forms[i].kind;
			return NULL;
		}
	}
	if (strncmp(cell, "body:", 5) == 0)
		return parse_body(p, cell + 5, ret);
	if (!at || at == cell)
		return "not a known form of naming a recipient";
	what = parse_place(at + 1, &ret->level);
	return what ? what : parse_who(p, cell, (size_t)(at - cell), ret);
}

static seat *seat_at(const struct seats *s, seat *table, int trade, int region)
{
	return &table[(size_t)trade * (size_t)s->region_count + (size_t)region];
}

static void take_seat(const struct seats *s, int trade, int region, int body)
{
	seat *one = seat_at(s, s->at, trade, region);

	*one = *one == SEAT_NONE ? body * 2 : *one | 1;
}

static void seat_body_by_trades(const struct pack *p, int body)
{
	const struct body *b = &p->view.bodies[body];
	int i;

	if (b->kind == BODY_ENFORCEMENT)
		take_seat(&p->seats, TRADE_ENFORCEMENT, b->region, body);
	if (b->kind == BODY_COORDINATION)
		take_seat(&p->seats, TRADE_COORDINATION, b->region, body);
	if (b->kind != BODY_SUPERVISION && b->kind != BODY_ENFORCEMENT)
		return;
	for (i = 0; i < b->sector_count; i++)
		take_seat(&p->seats, trade_find(p, b->sectors[i]), b->region, body);
}

static int ancestor_at(const struct pack *p, int region, int level)
{
	while (region >= 0 && (int)p->view.regions[region].level != level)
		region = p->view.regions[region].parent;
	return region;
}

/* The region itself is always asked; the climb ends before what lies above the jurisdiction. */
static seat climb(const struct pack *p, int trade, int region)
{
	seat found = *seat_at(&p->seats, p->seats.at, trade, region);

	for (region = p->view.regions[region].parent; found == SEAT_NONE && region >= 0;
	     region = p->view.regions[region].parent) {
		if (region != p->view.jurisdiction &&
		    region_within(p, p->view.jurisdiction, region))
			break;
		found = *seat_at(&p->seats, p->seats.at, trade, region);
	}
	return found;
}

bool seats_build(struct pack *p)
{
	struct seats *s = &p->seats;
	int count = p->view.region_count, trade, region, level, body;
	size_t cells = (size_t)p->trade_count * (size_t)count;

	if (cells > SEATS_MAX)
		return false;
	s->region_count = count;
	s->at = arena_alloc(&p->arena, cells * sizeof(seat));
	s->here = arena_alloc(&p->arena, cells * sizeof(seat));
	memset(s->at, 0xff, cells * sizeof(seat));
	for (body = 0; body < p->view.body_count; body++)
		seat_body_by_trades(p, body);
	for (trade = 0; trade < p->trade_count; trade++) {
		for (region = 0; region < count; region++)
			*seat_at(s, s->here, trade, region) = climb(p, trade, region);
	}
	for (level = 0; level < LEVEL_COUNT; level++) {
		s->up[level] = arena_alloc(&p->arena, (size_t)count * sizeof(int));
		for (region = 0; region < count; region++)
			s->up[level][region] = ancestor_at(p, region, level);
	}
	return true;
}

seat seat_find(const struct pack *p, int trade, int level, int region)
{
	const struct seats *s = &p->seats;

	if (trade < 0)
		return SEAT_NONE;
	if (level < 0)
		return *seat_at(s, s->here, trade, region);
	region = s->up[level][region];
	return region < 0 ? SEAT_NONE : *seat_at(s, s->at, trade, region);
}
