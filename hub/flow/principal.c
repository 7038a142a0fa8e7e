/* principal.c: see principal.h. A higher body does not see a lower body's notices because it is
 * higher. */
#include "flow/principal.h"

#include <stdlib.h>
#include <string.h>

static const char *const who_names[WHO_COUNT] = {
	"approver", "supervisor", "coordinator", "auditor", "admin", "system",
};

const char *who_name(enum who w)
{
	return who_names[w];
}

bool who_parse(const char *s, enum who *ret)
{
	for (int i = 0; i < WHO_COUNT; i++) {
		if (!strcmp(s, who_names[i])) {
			*ret = (enum who)i;
			return true;
		}
	}
	return false;
}

struct principal *principal_new(const char *name, const char *source, const char *session)
{
	struct principal *p = mem_zalloc(sizeof(*p));

	p->refs = 1;
	p->name = mem_strdup(name);
	p->source = mem_strdup(source);
	p->session = mem_strdup(session);
	return p;
}

void principal_grant(struct principal *p, enum who who, const char *body)
{
	p->grants = mem_realloc(p->grants, (size_t)(p->grant_count + 1) * sizeof(*p->grants));
	p->grants[p->grant_count].who = who;
	p->grants[p->grant_count].body = mem_strdup(body);
	p->grant_count++;
}

struct principal *principal_ref(struct principal *p)
{
	p->refs++;
	return p;
}

void principal_unref(struct principal *p)
{
	if (!p || --p->refs > 0)
		return;
	for (int i = 0; i < p->grant_count; i++)
		free((void *)(uintptr_t)p->grants[i].body);
	free(p->grants);
	free((void *)(uintptr_t)p->name);
	free((void *)(uintptr_t)p->source);
	free((void *)(uintptr_t)p->session);
	free(p);
}

bool principal_is(const struct principal *p, enum who who)
{
	for (int i = 0; i < p->grant_count; i++) {
		if (p->grants[i].who == who)
			return true;
	}
	return false;
}

static int body_region(const struct pack *pack, const char *body)
{
	int b = pack_find_body(pack, body);

	return b < 0 ? -1 : pack_view(pack)->bodies[b].region;
}

/* A supervisor answers for its body's notices and for what lies in the pool of its own region. */
bool principal_supervises(const struct principal *p, const char *body)
{
	for (int i = 0; i < p->grant_count; i++) {
		if (p->grants[i].who == WHO_SUPERVISOR && !strcmp(p->grants[i].body, body))
			return true;
	}
	return false;
}

bool principal_answers(const struct principal *p, const char *body)
{
	for (int i = 0; i < p->grant_count; i++) {
		enum who w = p->grants[i].who;

		if ((w == WHO_SUPERVISOR || w == WHO_APPROVER) && !strcmp(p->grants[i].body, body))
			return true;
	}
	return false;
}

bool principal_administers(const struct principal *p, const char *body)
{
	for (int i = 0; i < p->grant_count; i++) {
		const struct grant *g = &p->grants[i];

		if (g->who == WHO_ADMIN && (!*g->body || !strcmp(g->body, body)))
			return true;
	}
	return false;
}

bool principal_approves(const struct principal *p, const struct record *r)
{
	for (int i = 0; r->approvers && i < p->grant_count; i++) {
		if (p->grants[i].who == WHO_APPROVER && bars_hold(r->approvers, p->grants[i].body))
			return true;
	}
	return false;
}

bool principal_oversees(const struct principal *p, const struct pack *pack, const char *region,
			enum who who)
{
	int r = pack_find_region(pack, region, strlen(region));

	for (int i = 0; i < p->grant_count; i++) {
		int own = p->grants[i].who == who ? body_region(pack, p->grants[i].body) : -1;

		if (own >= 0 && r >= 0 && region_within(pack, r, own))
			return true;
	}
	return false;
}

/*
 * A key's sources are one and what lies below it, as folders are: /sources/one has /sources/one/a
 * in it and not /sources/one2. One that ends with a separator itself, as urn:city: does, has all
 * that begins so. (strchr finds the end of a text too.)
 */
static bool source_is_in(const char *source, const char *prefix)
{
	size_t n = strlen(prefix);

	if (!n)
		return true;
	return !strncmp(source, prefix, n) &&
	       (strchr("/?#", source[n]) || strchr("/:", prefix[n - 1]));
}

bool principal_may_submit(const struct principal *p, const char *source)
{
	if (principal_is(p, WHO_SYSTEM))
		return source_is_in(source, p->source);
	return principal_is(p, WHO_APPROVER);
}

/* What stands in the record serves where the document has not been read. */
static bool event_names_body(const struct event *e, const struct record *r, const char *body)
{
	if (!e)
		return r->approvers && bars_hold(r->approvers, body);
	return (e->accepting && !strcmp(e->accepting, body)) ||
	       (e->reviewing && !strcmp(e->reviewing, body)) ||
	       (e->deciding && !strcmp(e->deciding, body));
}

static bool grant_oversees(const struct grant *g, const struct pack *pack, int region)
{
	int own = body_region(pack, g->body);

	if (g->who != WHO_COORDINATOR && g->who != WHO_AUDITOR)
		return false;
	return own >= 0 && region >= 0 && region_within(pack, region, own);
}

static bool was_told(const struct record *r, const char *body)
{
	for (int i = 0; i < r->notice_count; i++) {
		if (!strcmp(r->notices[i].body, body))
			return true;
	}
	return false;
}

static enum sight grant_sees_event(const struct grant *g, const struct pack *pack,
				   const struct event *e, const struct record *r)
{
	if (g->who == WHO_APPROVER && event_names_body(e, r, g->body))
		return SIGHT_FULL;
	if (g->who == WHO_SUPERVISOR && was_told(r, g->body))
		return SIGHT_FULL;
	if (grant_oversees(g, pack, pack_find_region(pack, r->region, strlen(r->region))))
		return SIGHT_MASKED;
	return SIGHT_NONE;
}

/* Sent by the principal itself, or by another key of the same sources. */
static bool grant_sent_event(const struct principal *p, const struct grant *g,
			     const struct event *e, const struct record *r)
{
	if (g->who == WHO_SYSTEM && e && *p->source && source_is_in(e->source, p->source))
		return true;
	return (g->who == WHO_SYSTEM || g->who == WHO_APPROVER) && !strcmp(r->by, p->name);
}

enum sight principal_sees_event(const struct principal *p, const struct pack *pack,
				const struct event *e, const struct record *r)
{
	enum sight best = SIGHT_NONE;

	for (int i = 0; i < p->grant_count; i++) {
		const struct grant *g = &p->grants[i];
		enum sight s = grant_sees_event(g, pack, e, r);

		if (grant_sent_event(p, g, e, r))
			s = SIGHT_FULL;
		if (g->who == WHO_APPROVER && was_told(r, g->body))
			s = SIGHT_FULL;
		if (s > best)
			best = s;
	}
	return best;
}

static bool pool_of(const char *body, const struct pack *pack, int *ret_region)
{
	if (!notice_is_pool(body))
		return false;
	*ret_region = pack_find_region(pack, body + 5, strlen(body + 5));
	return *ret_region >= 0;
}

/* A letter is its two bodies' and of those who oversee the region: nobody else's, not of another
 * bureau of the case either. */
static enum sight grant_sees_letter(const struct grant *g, const struct pack *pack,
				    const struct notice *n, const struct record *r)
{
	const char *from = record_letter(r, n)->from;

	if ((g->who == WHO_SUPERVISOR || g->who == WHO_APPROVER) &&
	    (!strcmp(n->body, g->body) || !strcmp(from, g->body)))
		return SIGHT_FULL;
	return grant_oversees(g, pack, pack_find_region(pack, r->region, strlen(r->region)))
		       ? SIGHT_MASKED
		       : SIGHT_NONE;
}

/*
 * A supervisor of the case sees its own notice only, with one exception: a notice of the pool of
 * the region its body is in. Approvers and overseers see the notices of the events they see; a
 * bureau that was merely told sees its own.
 */
enum sight principal_sees_notice(const struct principal *p, const struct pack *pack,
				 const struct notice *n, const struct event *e,
				 const struct record *r)
{
	enum sight best = SIGHT_NONE;
	int region;

	for (int i = 0; i < p->grant_count; i++) {
		const struct grant *g = &p->grants[i];
		enum sight s = SIGHT_NONE;

		if (n->cause == CAUSE_LETTER)
			s = grant_sees_letter(g, pack, n, r);
		else if (g->who == WHO_APPROVER && !strcmp(n->body, g->body))
			s = SIGHT_FULL;
		else if (g->who != WHO_SUPERVISOR)
			s = grant_sees_event(g, pack, e, r);
		else if (!strcmp(n->body, g->body))
			s = SIGHT_FULL;
		else if (pool_of(n->body, pack, &region) && body_region(pack, g->body) == region)
			s = SIGHT_FULL;
		if (n->cause != CAUSE_LETTER && grant_sent_event(p, g, e, r))
			s = SIGHT_FULL;
		if (s > best)
			best = s;
	}
	return best;
}

static enum list_sight grant_sees_list(const struct grant *g, const struct pack *pack,
				       const char *body, int region)
{
	bool own = !strcmp(body, g->body);

	if (g->who == WHO_ADMIN)
		return LIST_NONE;
	if (g->who == WHO_APPROVER || g->who == WHO_SYSTEM)
		return g->who == WHO_APPROVER && own ? LIST_WHOLE : LIST_PART;
	if (g->who != WHO_SUPERVISOR)
		return grant_oversees(g, pack, region) ? LIST_WHOLE : LIST_NONE;
	if (notice_is_pool(body))
		return body_region(pack, g->body) == region ? LIST_WHOLE : LIST_NONE;
	return own ? LIST_WHOLE : LIST_NONE;
}

enum list_sight principal_sees_list(const struct principal *p, const struct pack *pack,
				    const char *body)
{
	enum list_sight best = LIST_NONE;
	int region;

	if (!pool_of(body, pack, &region))
		region = body_region(pack, body);
	for (int i = 0; i < p->grant_count && region >= 0; i++) {
		enum list_sight s = grant_sees_list(&p->grants[i], pack, body, region);

		if (s > best)
			best = s;
	}
	return best;
}

const char *principal_region(const struct principal *p, const struct pack *pack)
{
	int region = p->grant_count ? body_region(pack, p->grants[0].body) : -1;

	return region < 0 ? "" : pack_view(pack)->regions[region].code;
}
