#include "pack.h"

#include <stdlib.h>
#include <string.h>

#include "pack_in.h"

const char *level_name(enum level v)
{
	static const char *const names[LEVEL_COUNT] = {"province", "city", "county", "township",
						       "village"};

	return (unsigned)v < LEVEL_COUNT ? names[v] : "";
}

const char *body_kind_name(enum body_kind v)
{
	static const char *const names[BODY_KIND_COUNT] = {"approval", "supervision", "enforcement",
							   "coordination"};

	return (unsigned)v < BODY_KIND_COUNT ? names[v] : "";
}

const char *devolution_name(enum devolution v)
{
	static const char *const names[DEV_COUNT] = {"",     "direct",	"review",    "window",
						     "full", "partial", "entrusted", "retained"};

	return (unsigned)v < DEV_COUNT ? names[v] : "";
}

const char *role_name(enum role v)
{
	static const char *const names[ROLE_COUNT] = {"lead", "assist", "copy", "applicant",
						      "none"};

	return (unsigned)v < ROLE_COUNT ? names[v] : "";
}

const char *channel_name(enum channel v)
{
	static const char *const names[CHANNEL_COUNT] = {"push", "sms", "email", "webhook", "chat"};

	return (unsigned)v < CHANNEL_COUNT ? names[v] : "";
}

const struct pack_view *pack_view(const struct pack *p)
{
	return &p->view;
}

const struct calendar *pack_calendar(const struct pack *p)
{
	return p->calendar;
}

const struct pack_finding *pack_findings(const struct pack *p)
{
	return p->findings;
}

struct pack *pack_ref(struct pack *p)
{
	p->ref_count++;
	return p;
}

void pack_unref(struct pack *p)
{
	if (!p || --p->ref_count)
		return;
	arena_clear(&p->arena);
	free(p);
}

int pack_find_body(const struct pack *p, const char *id)
{
	return strmap_find(&p->bodies, id, strlen(id));
}

int pack_find_rule(const struct pack *p, const char *id)
{
	return strmap_find(&p->rules, id, strlen(id));
}

int pack_find_item(const struct pack *p, const char *code)
{
	return strmap_find(&p->items, code, strlen(code));
}

const char *pack_text_find(const struct pack *p, const char *name)
{
	int i;

	for (i = 0; i < p->view.text_count; i++) {
		if (strcmp(p->view.texts[i].name, name) == 0)
			return p->view.texts[i].text;
	}
	return NULL;
}
