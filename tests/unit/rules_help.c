#include "rules_help.h"

#include "phrase.h"

#include <stdio.h>
#include <stdlib.h>

static const struct pack_file base_files[] = {
#define FILE_OF(name, text)                                                                        \
	{                                                                                          \
		name, text, sizeof(text) - 1                                                       \
	}
	FILE_OF("pack.json", "{\"id\":\"t\",\"title\":\"T\",\"jurisdiction\":\"371300\","
			     "\"timezone\":\"Asia/Shanghai\"}"),
	FILE_OF("regions.csv", "code,name,level,parent\n"
			       "370000,省,province,\n"
			       "371300,市,city,370000\n"
			       "371302,区,county,371300\n"
			       "371321,县,county,371300\n"
			       "371302001000,镇,township,371302\n"),
	FILE_OF("bodies.csv", "id,name,kind,region,sectors,parent,code\n"
			      "wjw-s,市卫健,supervision,371300,卫生,,\n"
			      "wjw-q,区卫健,supervision,371302,卫生,wjw-s,\n"
			      "sc-s,市场监管,supervision,371300,市场,,\n"
			      "zf-q,区执法,enforcement,371302,城管|市场,,\n"
			      "znb,职能办,coordination,371300,,,\n"
			      "spj-q,区审批,approval,371302,,,\n"),
	FILE_OF("items.csv", "code,name,sector,assist,devolution,regions,basis,note\n"
			     "000123011000,甲,卫生,市场,direct,,依据,\n"
			     "000123011000,甲,卫生,,full,371302,依据,\n"
			     "00011705200Y,乙,市场,,partial,,,\n"),
	FILE_OF("rules.csv",
		"id,from,until,event,item,sector,devolution,region,when:area,role,to,due,feedback,"
		"via,overrides,basis\n"
		"A1,,,granted,,,,,,applicant,applicant,,,sms,,\n"
		"L1,,,granted,,,,,,lead,sector@here,2wd,30d,push|sms,,\n"
		"S1,,,granted,,,,,,assist,assist@here,5wd,,,,\n"),
	FILE_OF("scope.csv", "phrase,item\n甲类,000123011000\n"),
	FILE_OF("calendar.json",
		"{\"years\":{\"2026\":{\"off\":[\"2026-01-01\"],\"work\":[\"2026-01-04\"]}}}"),
	FILE_OF("texts/sms-notice.txt", "【{sign}】{item}，编号{code}\n"),
};
#define BASE_COUNT (sizeof(base_files) / sizeof(base_files[0]))

static const char base_event[] =
	"{\"specversion\":\"1.0\",\"type\":\"approval.granted\",\"source\":\"/sources/"
	"t\",\"id\":\"e1\","
	"\"time\":\"2026-11-23T10:15:00+08:00\",\"datacontenttype\":\"application/json\","
	"\"data\":{\"case\":\"C1\",\"version\":1,\"item\":\"000123011000\",\"handling\":\"01\","
	"\"region\":\"371302\",\"accepted_in\":\"371302\","
	"\"bodies\":{\"accepting\":\"spj-q\",\"reviewing\":\"spj-q\",\"deciding\":\"spj-q\"},"
	"\"applicant\":{\"kind\":\"entity\",\"name\":\"示例公司\",\"code\":\"91320105780688132K\","
	"\"phone\":\"13900000000\",\"address\":\"x\",\"representative\":\"y\"},"
	"\"permit\":{\"number\":\"P1\",\"name\":\"n\",\"content\":\"c\",\"decided_on\":\"2026-11-"
	"23\","
	"\"valid_from\":\"2026-11-23\",\"valid_until\":\"2030-11-22\"},"
	"\"commitments\":[{\"kind\":\"deferred-material\",\"what\":\"w\",\"due\":\"2026-12-31\"}],"
	"\"scope\":\"s\",\"attributes\":{\"area\":1200,\"risk\":\"high\"},\"remark\":\"r\"}}";

int help_setup(void **state)
{
	struct help *h = mem_zalloc(sizeof(*h));

	arena_init(&h->arena);
	diag_init(&h->diag, &h->arena);
	*state = h;
	return 0;
}

int help_teardown(void **state)
{
	struct help *h = *state;

	arena_clear(&h->arena);
	free(h);
	return 0;
}

const char *help_faults(struct help *h)
{
	const struct fault *f;
	char *all = arena_strdup(&h->arena, "");

	for (f = h->diag.first; f; f = f->next)
		all = arena_printf(&h->arena, "%s%s: %s\n", all, f->where, f->what);
	return all;
}

bool help_has_fault(struct help *h, const char *where, const char *what_part)
{
	const struct fault *f;

	for (f = h->diag.first; f; f = f->next) {
		if (strcmp(f->where, where) == 0 && strstr(f->what, what_part))
			return true;
	}
	return false;
}

/* What is told to people has a code, and is there in Chinese. */
static void expect_phrase(const char *what)
{
	struct buf out;

	buf_init(&out, 4096);
	if (!phrase_print(what, &out) || out.overflow)
		fail_msg("rules/phrase.c has no \"%s\"", what);
	buf_clear(&out);
}

void help_expect_fault(struct help *h, const char *where, const char *what_part)
{
	for (const struct fault *f = h->diag.first; f; f = f->next)
		expect_phrase(f->what);
	if (!help_has_fault(h, where, what_part))
		fail_msg("no fault at %s with \"%s\" among:\n%s", where, what_part, help_faults(h));
}

enum err help_pack_bytes(struct help *h, const char *name, const char *data, size_t len,
			 struct pack **ret)
{
	struct pack_file files[BASE_COUNT + 1];
	int count = 0;
	size_t i;

	for (i = 0; i < BASE_COUNT; i++) {
		if (!name || strcmp(base_files[i].name, name) != 0)
			files[count++] = base_files[i];
	}
	if (name && data)
		files[count++] = (struct pack_file){name, data, len};
	return pack_read(files, count, ret, &h->diag);
}

enum err help_pack(struct help *h, const char *name, const char *content, struct pack **ret)
{
	return help_pack_bytes(h, name, content, content ? strlen(content) : 0, ret);
}

const char *help_event_text(struct help *h, const char *from, const char *to)
{
	const char *at = strstr(base_event, from);

	if (!at)
		fail_msg("the event does not hold %s", from);
	return arena_printf(&h->arena, "%.*s%s%s", (int)(at - base_event), base_event, to,
			    at + strlen(from));
}

enum err help_event(struct help *h, const char *from, const char *to, struct event *ret)
{
	const char *text = help_event_text(h, from, to);

	return event_parse(text, strlen(text), &event_limits_default, ret, &h->diag);
}
