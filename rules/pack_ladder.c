/* The escalation ladder of pack.json: "lead +1wd section-head sms", a line a step. */
#include <stdlib.h>
#include <string.h>

#include "jsonfile.h"
#include "pack_in.h"

#define STEPS_MAX	 64
#define STEP_WORDS	 4
#define WORKING_DAYS_MAX 250

static bool role_parse(const char *s, enum role *ret)
{
	enum role r;

	for (r = ROLE_LEAD; r <= ROLE_COPY; r++) {
		if (strcmp(s, role_name(r)) == 0) {
			*ret = r;
			return true;
		}
	}
	return false;
}

static bool channel_parse(const char *s, enum channel *ret)
{
	enum channel c;

	for (c = CHANNEL_PUSH; c < CHANNEL_COUNT; c++) {
		if (strcmp(s, channel_name(c)) == 0) {
			*ret = c;
			return true;
		}
	}
	return false;
}

/* "-1wd", "+0wd": working days from the day the deadline falls on. */
static bool days_parse(const char *s, int *ret)
{
	char *end;
	long n;

	if (*s != '+' && *s != '-')
		return false;
	n = strtol(s, &end, 10);
	if (end == s || strcmp(end, "wd") != 0 || n < -WORKING_DAYS_MAX || n > WORKING_DAYS_MAX)
		return false;
	*ret = (int)n;
	return true;
}

/* Words between single spaces; false: not as many as there must be. */
static bool words_cut(struct pack *p, const char *text, const char **words)
{
	size_t len;
	int i;

	for (i = 0; i < STEP_WORDS; i++) {
		len = strcspn(text, " ");
		if (!len)
			return false;
		words[i] = arena_strndup(&p->arena, text, len);
		text += len;
		if (*text == ' ' && i + 1 < STEP_WORDS)
			text++;
	}
	return *text == '\0';
}

static const char *step_parse(struct pack *p, const char *text, struct ladder_step *ret)
{
	const char *words[STEP_WORDS];

	if (!words_cut(p, text, words))
		return "a step is a role, working days, a post and a channel, like "
		       "\"lead +1wd section-head sms\"";
	if (!role_parse(words[0], &ret->role))
		return "the role must be lead, assist or copy";
	if (!days_parse(words[1], &ret->working_days))
		return "the time must be working days from the deadline, like -1wd or +3wd";
	if (!channel_parse(words[3], &ret->via))
		return "there is no such channel";
	ret->post = words[2];
	ret->text = arena_printf(&p->arena, "%s %+dwd %s %s", words[0], ret->working_days, words[2],
				 words[3]);
	return NULL;
}

static bool comes_too_early(const struct ladder_step *steps, int at)
{
	int i;

	for (i = 0; i < at; i++) {
		if (steps[i].role == steps[at].role &&
		    steps[i].working_days > steps[at].working_days)
			return true;
	}
	return false;
}

void pack_read_ladder(struct pack *p, struct jsonfile *f)
{
	const json_t *list = json_object_get(f->root, "ladder"), *v;
	struct ladder_step *steps;
	const char *where, *wrong;
	size_t i;

	if (!list)
		return;
	if (!json_is_array(list) || json_array_size(list) > STEPS_MAX) {
		jsonfile_fault(f, "/ladder", "must be a list of at most 64 steps");
		return;
	}
	steps = arena_zalloc(&p->arena, sizeof(*steps) * (json_array_size(list) + 1));
	for (i = 0; i < json_array_size(list); i++) {
		v = json_array_get(list, i);
		where = arena_printf(&p->arena, "/ladder/%zu", i);
		wrong = json_is_string(v) ? step_parse(p, json_string_value(v), &steps[i])
					  : "must be a string";
		if (!wrong && comes_too_early(steps, (int)i))
			wrong = "stands behind a later step of its role";
		if (wrong)
			jsonfile_fault(f, where, wrong);
	}
	p->view.settings.ladder = steps;
	p->view.settings.ladder_count = (int)json_array_size(list);
}
