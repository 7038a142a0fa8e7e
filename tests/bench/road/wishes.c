/* wishes.c: the words of road_load, its plan, and the events it sends. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "road.h"

#define LINES_MAX 4096

#define NUMBER(member) offsetof(struct wishes, member)
static const struct {
	const char *name;
	size_t at;
} numbers[] = {
	{"events=", NUMBER(events)}, {"warm=", NUMBER(warm)},
	{"rate=", NUMBER(rate)},     {"connections=", NUMBER(connections)},
	{"batch=", NUMBER(batch)},   {"window=", NUMBER(window)},
	{"idle=", NUMBER(idle)},     {"numbered=", NUMBER(numbered)},
	{"hub=", NUMBER(hub)},	     {"redis=", NUMBER(redis)},
};
static const char *const ack_names[] = {"none", "ws", "http", "many"};

static bool take_number(struct wishes *w, const char *word)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		size_t len = strlen(numbers[i].name);

		if (strncmp(word, numbers[i].name, len) != 0)
			continue;
		*(int *)((char *)w + numbers[i].at) = (int)strtol(word + len, NULL, 10);
		return true;
	}
	return false;
}

static bool take_text(struct wishes *w, const char *word)
{
	if (!strncmp(word, "plan=", 5))
		w->plan = word + 5;
	else if (!strncmp(word, "run=", 4))
		w->run = word + 4;
	else
		return false;
	return true;
}

static bool take_acks(struct wishes *w, const char *word)
{
	for (int i = 0; i < 4 && !strncmp(word, "acks=", 5); i++) {
		if (strcmp(word + 5, ack_names[i]) != 0)
			continue;
		w->acks = (enum acks)i;
		return true;
	}
	return false;
}

bool wishes_read(int argc, char **argv, struct wishes *ret)
{
	*ret = (struct wishes){.plan = "",
			       .run = "x",
			       .events = 1000,
			       .connections = 64,
			       .batch = 1,
			       .window = 20000};
	for (int i = 1; i < argc; i++) {
		if (take_number(ret, argv[i]) || take_text(ret, argv[i]) || take_acks(ret, argv[i]))
			continue;
		fprintf(stderr, "road_load: %s is not known\n", argv[i]);
		return false;
	}
	return true;
}

/* The next word of a line, cut to its room. */
static void take_word(const char **line, char *to, size_t room)
{
	size_t len = strcspn(*line, " \n"), cut = len < room ? len : room - 1;

	memcpy(to, *line, cut);
	to[cut] = '\0';
	*line += len + ((*line)[len] != '\0');
}

static void plan_line(struct plan *p, const char *line)
{
	char kind[32], text[32];

	take_word(&line, kind, sizeof(kind));
	if (!strcmp(kind, "port")) {
		take_word(&line, text, sizeof(text));
		p->port = (int)strtol(text, NULL, 10);
	} else if (!strcmp(kind, "key")) {
		take_word(&line, p->key, sizeof(p->key));
	} else if (!strcmp(kind, "place") && p->place_count < LINES_MAX) {
		struct place *at = &p->places[p->place_count++];

		take_word(&line, at->item, sizeof(at->item));
		take_word(&line, at->region, sizeof(at->region));
	} else if (!strcmp(kind, "session") && p->session_count < LINES_MAX) {
		struct session *s = &p->sessions[p->session_count++];

		take_word(&line, s->body, sizeof(s->body));
		take_word(&line, s->cookie, sizeof(s->cookie));
	}
}

bool plan_read(const char *path, struct plan *ret)
{
	FILE *f = fopen(path, "r");
	char line[256];

	*ret = (struct plan){0};
	if (!f) {
		fprintf(stderr, "road_load: %s cannot be read\n", path);
		return false;
	}
	ret->places = mem_zalloc(sizeof(*ret->places) * LINES_MAX);
	ret->sessions = mem_zalloc(sizeof(*ret->sessions) * LINES_MAX);
	while (fgets(line, sizeof(line), f))
		plan_line(ret, line);
	fclose(f);
	if (ret->port && ret->place_count && ret->session_count)
		return true;
	fprintf(stderr, "road_load: %s names no port, place or session\n", path);
	plan_clear(ret);
	return false;
}

void plan_clear(struct plan *p)
{
	free(p->places);
	free(p->sessions);
	*p = (struct plan){0};
}

/* Of a run that numbers them the source is its own, so that no number comes twice. */
static void put_source(struct buf *out, const struct wishes *w, int64_t number)
{
	buf_add_str(out, "{\"specversion\":\"1.0\",\"type\":\"approval.granted\",");
	if (w->numbered)
		buf_printf(out, "\"source\":\"/sources/bench-%s\",\"sequence\":\"%lld\",", w->run,
			   (long long)number + 1);
	else
		buf_add_str(out, "\"source\":\"/sources/bench\",");
}

void event_put(struct buf *out, const struct plan *p, const struct wishes *w, int64_t number)
{
	const struct place *at = &p->places[number % p->place_count];
	long long n = (long long)number;

	put_source(out, w, number);
	buf_printf(
		out,
		"\"id\":\"%s-%lld\",\"time\":\"2026-11-23T10:15:00+08:00\",\"datacontenttype\":\"application/json\",\"data\":{"
		"\"case\":\"%s-%lld\",\"version\":1,\"item\":\"%s\",\"region\":\"%s\",\"accepted_in\":\"%s\",",
		w->run, n, w->run, n, at->item, at->region, at->region);
	buf_printf(
		out,
		"\"bodies\":{\"accepting\":\"spj-371302\",\"deciding\":\"spj-371302\"},\"applicant\":{\"kind\":\"entity\","
		"\"name\":\"临沂示例第%lld有限公司\",\"code\":\"91320105780688132K\",\"address\":\"示例路%lld号\"},"
		"\"permit\":{\"number\":\"示许%lld号\",\"decided_on\":\"2026-11-23\",\"valid_until\":\"2030-11-22\"},"
		"\"attributes\":{\"area_m2\":%lld}}}",
		n, n % 100, n, n % 3000);
}
