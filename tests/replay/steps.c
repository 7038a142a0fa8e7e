/* steps.c: the steps of stories that are about running a hub rather than about one notice. */
#include "replay/steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/digest.h"
#include "flow/watchdog.h"
#include "metrics.h"

/* What is known of a source that numbers its events. */
void step_source(struct story *s)
{
	const json_t *row, *found = NULL;
	size_t i;

	world_get(&s->world,
		  &(struct asked){said_number(s->now, "hub", 0), said_text(s->now, "who", "lxhy"),
				  "sources", "", NULL});
	json_array_foreach(json_object_get(s->world.answer, "items"), i, row) {
		if (!strcmp(said_text(row, "source", ""), said_text(s->now, "source", "")))
			found = row;
	}
	same_number(s, "last", said_number(found, "last", -1));
	same_number(s, "missing", said_number(found, "missing", -1));
	same_number(s, "twice", said_number(found, "twice", -1));
	same_number(s, "usual", said_number(found, "usual_minutes", -1));
	same_number(s, "minutes", said_number(found, "silent_minutes", -1));
	same_number(s, "silent", json_is_true(json_object_get(found, "silent")));
	same_number(s, "silent", metric_get(METRIC_SOURCES_SILENT));
}

void step_figures(struct story *s)
{
	const char *key = said_text(s->now, "figures", ""), *name;
	json_t *items, *row, *found, *v;
	size_t i;

	world_get(&s->world,
		  &(struct asked){said_number(s->now, "hub", 0), "lxhy", "board", "body", NULL});
	items = json_object_get(s->world.answer, "items");
	found = !strcmp(key, "total") ? json_object_get(s->world.answer, "total") : NULL;
	json_array_foreach(items, i, row) {
		if (!strcmp(said_text(row, "key", ""), key))
			found = row;
	}
	json_object_foreach((json_t *)(uintptr_t)s->now, name, v) {
		json_t *is = json_object_get(found, name);

		if (json_is_integer(v) && strcmp(name, "hub") != 0)
			same_number(s, name, json_is_integer(is) ? json_integer_value(is) : -1);
	}
}

struct found {
	int64_t should, did;
	int looked;
};

static void on_looked(void *arg, int64_t should, int64_t did)
{
	*(struct found *)arg = (struct found){should, did, 1};
}

/* A clock that has lost its mark in Redis, and what the watchdog says and does. */
void step_watchdog(struct story *s)
{
	struct found found = {0};

	watchdog_look(s->world.hubs[said_number(s->now, "hub", 0)].flow->watchdog, on_looked,
		      &found);
	harness_until(&s->world.h, &found.looked, 1);
	same_number(s, "should", found.should);
	same_number(s, "did", found.did);
	same_number(s, "should", metric_get(METRIC_RUNGS_DUE));
	same_number(s, "did", metric_get(METRIC_RUNGS_FIRED));
	world_settle(&s->world);
}

void step_contacts(struct story *s)
{
	world_contacts(&s->world, said_text(s->now, "who", "admin"),
		       said_text(s->now, "contacts", ""), json_object_get(s->now, "with"));
	if (!json_object_get(s->now, "status") && s->world.status != 200)
		story_wrong(s, "the answer",
			    json_string_value(json_object_get(s->world.answer, "detail")), "200");
	same_number(s, "status", s->world.status);
}

/* Whom the page of a notice says to call, one behind another. */
void step_liaison(struct story *s)
{
	const json_t *people, *k;
	struct buf line;
	size_t i;

	world_get(&s->world,
		  &(struct asked){said_number(s->now, "hub", 0), said_text(s->now, "who", "wjw"),
				  "notice", said_text(s->now, "liaison", ""), NULL});
	people = json_object_get(json_object_get(s->world.answer, "contacts"), "people");
	buf_init(&line, 4096);
	json_array_foreach((json_t *)(uintptr_t)people, i, k) {
		buf_printf(&line, "%s%s %s %s", i ? ", " : "", said_text(k, "name", "nobody"),
			   said_text(k, "phone", "none"), said_text(k, "post", "none"));
		buf_printf(&line, "%s%s",
			   json_is_string(json_object_get(k, "from")) ? " from " : "",
			   said_text(k, "from", ""));
		buf_printf(&line, "%s%s",
			   json_is_string(json_object_get(k, "stands_for")) ? " for " : "",
			   said_text(k, "stands_for", ""));
	}
	same_text(s, "line", buf_cstr(&line));
	buf_clear(&line);
}

/* The year's notice is published while clocks run; waits until so many notices have been counted
 * anew. */
void step_publish(struct story *s)
{
	int64_t wanted =
		metric_get(METRIC_CALENDAR_RECOUNTED) + said_number(s->now, "recounted", 0);

	world_amend(&s->world, "calendar.json", said_text(s->now, "publish", ""));
	for (int tries = 0; tries < 5000 && metric_get(METRIC_CALENDAR_RECOUNTED) < wanted; tries++)
		world_get(&s->world, &(struct asked){0, "lxhy", "board", "body", NULL});
	world_settle(&s->world);
	same_number(s, "recounted",
		    metric_get(METRIC_CALENDAR_RECOUNTED) - wanted +
			    said_number(s->now, "recounted", 0));
}

static void on_digest(void *arg)
{
	*(int *)arg = 1;
}

/* The minute's look at whether it is time to tell everybody what waits. */
void step_digest(struct story *s)
{
	int done = 0;

	digest_look(s->world.hubs[said_number(s->now, "hub", 0)].flow->digest, on_digest, &done);
	harness_until(&s->world.h, &done, 1);
	same_number(s, "sent", s->world.sent);
	same_text(s, "last_to", s->world.last_to);
}

void step_lose(struct story *s)
{
	freeReplyObject(server_ask(&s->world.h.server, "ZREM %sdue %d", KEY,
				   said_number(s->now, "lose_due", 0)));
}
