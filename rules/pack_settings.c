/* pack.json and the message texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "jsonfile.h"
#include "pack_in.h"
#include "text.h"
#include "timefmt.h"

#define TEXT_BYTES_MAX 4096

static const char *string_member(struct pack *p, struct jsonfile *f, const char *name,
				 bool required, const char *otherwise)
{
	char where[POINTER_BYTES];
	const json_t *v = json_object_get(f->root, name);

	if (!v && !required)
		return otherwise;
	if (v && json_is_string(v) && *json_string_value(v))
		return arena_strdup(&p->arena, json_string_value(v));
	pointer_add(where, 0, name, strlen(name));
	jsonfile_fault(f, v ? where : "",
		       v ? "must be a string that is not empty"
			 : arena_printf(&p->arena, "the member %s is missing", name));
	return otherwise;
}

static void read_id(struct pack *p, struct jsonfile *f)
{
	const char *c;

	p->view.id = string_member(p, f, "id", true, "");
	for (c = p->view.id; *c; c++) {
		if (*c > 0x20 && *c < 0x7f && *c != '@')
			continue;
		jsonfile_fault(f, "/id", "must be visible ASCII without @");
		return;
	}
}

static void read_jurisdiction(struct pack *p, struct jsonfile *f)
{
	const char *code = string_member(p, f, "jurisdiction", true, "");

	p->view.jurisdiction = pack_find_region(p, code, strlen(code));
	if (*code && p->view.jurisdiction < 0)
		jsonfile_fault(f, "/jurisdiction", "there is no such region in regions.csv");
}

static const char *duration_member(struct pack *p, struct jsonfile *f, const char *name,
				   const char *otherwise)
{
	const char *text = string_member(p, f, name, false, otherwise);
	struct duration d;

	if (!duration_parse(text, &d))
		jsonfile_fault(f, arena_printf(&p->arena, "/%s", name),
			       "not a duration like 2wd, 7d, 24h or 30m");
	return text;
}

static void read_join(struct pack *p, struct jsonfile *f)
{
	const char *text = string_member(p, f, "sms_join", false, "");
	struct duration d;

	if (*text && (!duration_parse(text, &d) || d.unit != DURATION_MINUTES || d.count < 1 ||
		      d.count > 60))
		jsonfile_fault(f, "/sms_join", "must be 1 to 60 minutes, like 2m");
	p->view.settings.sms_join = text;
}

static void read_durations(struct pack *p, struct jsonfile *f)
{
	struct pack_settings *s = &p->view.settings;
	struct duration d;

	s->pool_due = duration_member(p, f, "pool_due", "2wd");
	s->alarm_due = duration_member(p, f, "alarm_due", "3wd");
	s->negotiate = duration_member(p, f, "negotiate", "5wd");
	s->lamp_yellow = duration_member(p, f, "lamp_yellow", "1wd");
	if (duration_parse(s->lamp_yellow, &d) && d.unit != DURATION_WORKING_DAYS)
		jsonfile_fault(f, "/lamp_yellow", "must be working days, like 1wd");
	s->permit_ahead = duration_member(p, f, "permit_ahead", PERMIT_AHEAD);
	if (duration_parse(s->permit_ahead, &d) && d.unit > DURATION_DAYS)
		jsonfile_fault(f, "/permit_ahead", "must be days or working days, like 30d");
	s->letter_due = duration_member(p, f, "letter_due", LETTER_DUE);
	if (duration_parse(s->letter_due, &d) && d.unit > DURATION_DAYS)
		jsonfile_fault(f, "/letter_due", "must be days or working days, like 5wd");
	s->sms_after_ms = 0;
	if (!duration_parse(string_member(p, f, "sms_after", false, "30m"), &d) ||
	    (d.unit != DURATION_HOURS && d.unit != DURATION_MINUTES))
		jsonfile_fault(f, "/sms_after", "must be minutes or hours, like 30m or 2h");
	else
		s->sms_after_ms =
			d.count * (d.unit == DURATION_HOURS ? INT64_C(3600000) : INT64_C(60000));
}

static const char *hours_member(struct pack *p, struct jsonfile *f, const char *name,
				bool over_night)
{
	const char *text = string_member(p, f, name, false, "");
	int from, to;

	if (!*text)
		return text;
	if (!hours_parse(text, &from, &to) || to - from == 24 * 60 || (from > to && !over_night))
		jsonfile_fault(f, arena_printf(&p->arena, "/%s", name),
			       over_night ? "must be hours like 21:00-07:00, and not all of them"
					  : "must be hours of one day like 09:00-10:00");
	return text;
}

void pack_read_settings(struct pack *p, const struct pack_file *file, struct diag *diag)
{
	static const char *const members[] = {
		"id",	    "title",	 "jurisdiction", "timezone",	"sms_after", "pool_due",
		"sms_sign", "alarm_due", "negotiate",	 "lamp_yellow", "ladder",    "permit_ahead",
		"quiet",    "digest",	 "sms_join",	 "letter_due",	NULL};
	struct jsonfile f;

	if (!jsonfile_open(&f, file->name, file->data, file->len, diag))
		return;
	jsonfile_known_members(&f, members);
	read_id(p, &f);
	p->view.title = string_member(p, &f, "title", false, p->view.id);
	read_jurisdiction(p, &f);
	if (strcmp(string_member(p, &f, "timezone", false, "Asia/Shanghai"), "Asia/Shanghai") != 0)
		jsonfile_fault(&f, "/timezone", "Asia/Shanghai is the one time zone known here");
	read_durations(p, &f);
	p->view.settings.quiet = hours_member(p, &f, "quiet", true);
	p->view.settings.digest = hours_member(p, &f, "digest", false);
	read_join(p, &f);
	pack_read_ladder(p, &f);
	p->view.settings.sms_sign = string_member(p, &f, "sms_sign", false, "审管联动");
	jsonfile_close(&f);
}

static void text_fault(struct diag *diag, const struct pack_file *f, size_t at, const char *what)
{
	char where[256];
	int line = 1, column = 1;
	size_t i;

	for (i = 0; i < at; i++) {
		column = f->data[i] == '\n' ? 1
					    : column + (((unsigned char)f->data[i] & 0xc0) != 0x80);
		line += f->data[i] == '\n';
	}
	snprintf(where, sizeof(where), "%s:%d:%d", f->name, line, column);
	diag_add(diag, where, "%s", what);
}

static bool check_text(const char *name, const struct pack_file *f, struct diag *diag)
{
	size_t good = utf8_valid_bytes(f->data, f->len), at;
	const char *nul = memchr(f->data, '\0', f->len), *what;

	if (f->len > TEXT_BYTES_MAX)
		text_fault(diag, f, 0, "longer than 4096 bytes");
	else if (good < f->len)
		text_fault(diag, f, good, "these bytes are not UTF-8");
	else if (nul)
		text_fault(diag, f, (size_t)(nul - f->data), "a NUL byte");
	else if ((what = text_check(name, f->data, f->len, &at)))
		text_fault(diag, f, at, what);
	else
		return true;
	return false;
}

/*
 * "texts/sms-notice.txt" is the text `sms-notice`; line feeds at its end belong to the file, not to
 * the text, and so does every mark at its beginning: one that was left would be taken off when the
 * pack is read back, and the text be another.
 */
static struct pack_text text_take(struct pack *p, const char *name, const struct pack_file *f)
{
	const char *data = f->data;
	size_t len = f->len;

	for (; len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0; len -= 3)
		data += 3;
	while (len && (data[len - 1] == '\n' || data[len - 1] == '\r'))
		len--;
	return (struct pack_text){name, arena_strndup(&p->arena, data, len)};
}

static size_t text_name_len(const char *file)
{
	size_t len = strlen(file);

	if (strncmp(file, "texts/", 6) != 0 || len <= 10 || strcmp(file + len - 4, ".txt") != 0)
		return 0;
	return len - 10;
}

static int text_order(const void *a, const void *b)
{
	return strcmp(((const struct pack_text *)a)->name, ((const struct pack_text *)b)->name);
}

void pack_read_texts(struct pack *p, const struct pack_file *files, int count, struct diag *diag)
{
	struct pack_text *texts = arena_alloc(&p->arena, (size_t)(count + 1) * sizeof(*texts));
	int i, kept = 0;

	for (i = 0; i < count; i++) {
		size_t len = text_name_len(files[i].name);
		const char *name = len ? arena_strndup(&p->arena, files[i].name + 6, len) : NULL;

		if (name && check_text(name, &files[i], diag))
			texts[kept++] = text_take(p, name, &files[i]);
	}
	qsort(texts, (size_t)kept, sizeof(*texts), text_order);
	p->view.texts = texts;
	p->view.text_count = kept;
}
