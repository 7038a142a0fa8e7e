/* respond_read.c: what an act needs to know, read from JSON and checked. Every fault at once, each
 * with its place. */
#include <string.h>

#include "flow/respond_in.h"
#include "calendar.h"
#include "timefmt.h"

#define NAME_CHARACTERS_MAX 128
#define LETTER_DAYS_MAX	    90

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static bool is_blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

static const char *const long_texts[] = {"remark", "reason", "position", "basis", "text"};
#define LONG_TEXTS ((int)(sizeof(long_texts) / sizeof(long_texts[0])))

const char *act_text_at(const json_t *said, const char *where, bool required, struct diag *diag)
{
	const char *name = strrchr(where, '/') + 1;
	const json_t *v = json_object_get(said, name);
	const char *s = v && json_is_string(v) ? json_string_value(v) : "";
	size_t max = word_find(name, long_texts, LONG_TEXTS) < 0 ? NAME_CHARACTERS_MAX
								 : REMARK_CHARACTERS_MAX;

	if (v && !json_is_string(v) && !json_is_null(v))
		diag_add(diag, where, "must be a string");
	else if (required && is_blank(s))
		diag_add(diag, where, "is needed");
	else if (characters(s) > max)
		diag_add(diag, where, "has more than %zu characters", max);
	return arena_strdup(diag->arena, s);
}

const char *act_text(const json_t *said, const char *name, bool required, struct diag *diag)
{
	return act_text_at(said, arena_printf(diag->arena, "/%s", name), required, diag);
}

static int word_member(const json_t *said, const char *where, const char *const *names, int count,
		       struct diag *diag)
{
	const char *s = json_string_value(json_object_get(said, where + 1));
	int at = s ? word_find(s, names, count) : -1;
	const char *list = "";

	if (at >= 0)
		return at;
	for (int i = 0; i < count; i++)
		list = arena_printf(diag->arena, "%s%s%s", list, i ? ", " : "", names[i]);
	diag_add(diag, where, "must be one of %s", list);
	return 0;
}

static bool flag_member(const json_t *said, const char *where, struct diag *diag)
{
	const json_t *v = json_object_get(said, strrchr(where, '/') + 1);

	if (v && !json_is_boolean(v) && !json_is_null(v))
		diag_add(diag, where, "must be true or false");
	return json_is_true(v);
}

const char *act_date_at(const json_t *said, const char *where, bool required, int32_t *ret_day,
			struct diag *diag)
{
	size_t before = diag->count;
	const char *s = act_text_at(said, where, required, diag);

	if (diag->count == before && *s && !date_parse(s, strlen(s), ret_day))
		diag_add(diag, where, "must be a date like 2026-11-23");
	return s;
}

static void read_return(const json_t *said, struct act_params *p, struct diag *diag)
{
	p->reason = (enum return_reason)word_member(said, "/reason", return_reason_names,
						    RETURN_REASON_COUNT, diag);
	p->remark = act_text(said, "remark", p->reason == RETURN_OTHER, diag);
}

static void read_transfer(const json_t *said, struct act_params *p, struct diag *diag)
{
	p->to = act_text(said, "to", true, diag);
	p->remark = act_text(said, "remark", false, diag);
}

static void read_penalty(const json_t *penalty, struct feedback *f, struct diag *diag)
{
	f->penalty_document = f->penalty_kind = "";
	f->has_penalty = penalty && !json_is_null(penalty);
	if (!f->has_penalty)
		return;
	if (!json_is_object(penalty)) {
		diag_add(diag, "/penalty", "must be an object");
		return;
	}
	f->penalty_document = act_text_at(penalty, "/penalty/document", true, diag);
	f->penalty_kind = act_text_at(penalty, "/penalty/kind", false, diag);
	f->licence_revoked = flag_member(penalty, "/penalty/licence_revoked", diag);
}

static bool is_read(const struct act_params *p, const char *hash)
{
	for (int i = 0; i < p->name_count; i++) {
		if (!strcmp(p->names[i], hash))
			return true;
	}
	return false;
}

/* Whether they are there is asked of the record; here only that they can be asked for. */
static void read_files(const json_t *list, struct act_params *p, struct diag *diag)
{
	if (!list || json_is_null(list))
		return;
	if (!json_is_array(list) || json_array_size(list) > FEEDBACK_FILES_MAX) {
		diag_add(diag, "/files", "must be a list of at most %d files", FEEDBACK_FILES_MAX);
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *hash = json_string_value(json_array_get(list, i));

		if (!hash)
			diag_add(diag, arena_printf(diag->arena, "/files/%zu", i),
				 "must be a string");
		else if (!is_read(p, hash))
			p->names[p->name_count++] = arena_strdup(diag->arena, hash);
	}
}

static void read_feedback(const json_t *said, struct act_params *p, struct diag *diag)
{
	struct feedback *f = &p->feedback;
	int32_t checked = INT32_MIN, rectify = INT32_MAX;

	f->result = (enum inspection)word_member(said, "/result", inspection_names,
						 INSPECTION_COUNT, diag);
	f->disposal =
		(enum disposal)word_member(said, "/disposal", disposal_names, DISPOSAL_COUNT, diag);
	f->checked_on = act_date_at(said, "/checked_on", true, &checked, diag);
	f->rectify_by = act_date_at(said, "/rectify_by", false, &rectify, diag);
	if (rectify < checked)
		diag_add(diag, "/rectify_by", "lies before checked_on");
	read_penalty(json_object_get(said, "penalty"), f, diag);
	f->remark = p->remark = act_text(said, "remark", false, diag);
	f->closes = flag_member(said, "/close", diag);
	read_files(json_object_get(said, "files"), p, diag);
}

/* Of the hub's own making: the file is on disk already. */
static void read_attach(const json_t *said, struct act_params *p, struct diag *diag)
{
	p->file.hash = act_text(said, "file", true, diag);
	p->file.name = act_text(said, "name", true, diag);
	p->file.type = (enum file_type)json_integer_value(json_object_get(said, "type"));
	p->file.bytes = json_integer_value(json_object_get(said, "bytes"));
}

static void read_remark(const json_t *said, struct act_params *p, struct diag *diag)
{
	p->remark = act_text(said, "remark", false, diag);
}

static void read_fulfil(const json_t *said, struct act_params *p, struct diag *diag)
{
	const json_t *v = json_object_get(said, "clock");

	p->remark = act_text(said, "remark", false, diag);
	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    json_integer_value(v) >= RECORD_TERMS_MAX)
		diag_add(diag, "/clock", "must be the number of one of the notice's clocks");
	else
		p->clock = (int)json_integer_value(v);
}

static void read_letter_time(const json_t *said, struct act_params *p, struct diag *diag)
{
	size_t before = diag->count;
	struct duration d;

	p->time = act_text(said, "due", false, diag);
	if (diag->count > before || !*p->time)
		return;
	if (!duration_parse(p->time, &d) || d.unit > DURATION_DAYS || d.count < 1 ||
	    d.count > LETTER_DAYS_MAX)
		diag_add(diag, "/due", "must be 1 to %d working days or days, like 5wd or 7d",
			 LETTER_DAYS_MAX);
}

static void read_reply(const json_t *said, struct act_params *p, struct diag *diag)
{
	p->remark = act_text(said, "text", true, diag);
	read_letter_time(said, p, diag);
	read_files(json_object_get(said, "files"), p, diag);
}

static void read_letter(const json_t *said, struct act_params *p, struct diag *diag)
{
	p->kind = (enum letter_kind)word_member(said, "/kind", letter_kind_names, LETTER_KIND_COUNT,
						diag);
	p->to = act_text(said, "to", true, diag);
	p->subject = act_text(said, "subject", true, diag);
	read_reply(said, p, diag);
}

static void read_pause(const json_t *said, struct act_params *p, struct diag *diag)
{
	p->until = INT32_MIN;
	p->remark = act_text(said, "reason", true, diag);
	(void)act_date_at(said, "/until", false, &p->until, diag);
}

void act_read(enum answer a, const json_t *said, struct arena *arena, struct act_params *ret,
	      struct diag *diag)
{
	static void (*const readers[ANSWER_COUNT])(const json_t *, struct act_params *,
						   struct diag *) = {
		[ANSWER_RETURN] = read_return,	   [ANSWER_TRANSFER] = read_transfer,
		[ANSWER_FEEDBACK] = read_feedback, [ANSWER_CLOSE] = read_remark,
		[ANSWER_UNDO] = read_remark,	   [ANSWER_FULFIL] = read_fulfil,
		[ANSWER_PAUSE] = read_pause,	   [ANSWER_RESUME] = read_remark,
		[ANSWER_ATTACH] = read_attach,	   [ANSWER_LETTER] = read_letter,
		[ANSWER_REPLY] = read_reply,
	};

	memset(ret, 0, sizeof(*ret));
	ret->remark = ret->to = ret->subject = ret->time = "";
	diag_init(diag, arena);
	if (readers[a])
		readers[a](said, ret, diag);
}
