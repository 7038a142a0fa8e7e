#include <string.h>

#include "pack_in.h"

#define SHORT_LEN 6

int pack_find_region(const struct pack *p, const char *code, size_t len)
{
	return strmap_find(&p->regions, code, len);
}

bool region_within(const struct pack *p, int region, int ancestor)
{
	while (region >= 0 && region != ancestor)
		region = p->view.regions[region].parent;
	return region >= 0;
}

/*
 * A code that only begins like a known one is a stand-in and is said to be one, also where it ends
 * in zeros: the contract lets the six digits serve and keeps the problem, so that whoever sends
 * twelve digits gets them into regions.csv.
 */
int region_resolve(const struct pack *p, const char *code, bool *ret_known)
{
	size_t len = strlen(code);
	int at = pack_find_region(p, code, len);

	*ret_known = true;
	if (at >= 0)
		return at;
	if (len >= SHORT_LEN)
		at = pack_find_region(p, code, SHORT_LEN);
	*ret_known = false;
	return at >= 0 ? at : p->view.jurisdiction;
}

static bool elem_matches(const struct pack *p, const struct elem *e, int region)
{
	if (e->kind == ELEM_REGION)
		return region_within(p, region, e->index);
	return strncmp(p->view.regions[region].code, e->text, e->len) == 0;
}

/* The depth is that of the deepest region named that holds; cells that name none are the
 * shallowest. */
bool region_cond_matches(const struct pack *p, const struct cond *c, int region, int *ret_depth)
{
	bool hit = false;
	int i;

	*ret_depth = -1;
	for (i = 0; i < c->count; i++) {
		const struct elem *e = &c->elems[i];

		if (!elem_matches(p, e, region))
			continue;
		hit = true;
		if (e->kind == ELEM_REGION && !c->negate &&
		    p->view.regions[e->index].depth > *ret_depth)
			*ret_depth = p->view.regions[e->index].depth;
	}
	return c->any || hit != c->negate;
}
