/*
 * api_export.c: a list as a file for office programs. It is made whole before the first byte is
 * sent, so that what cannot be made is answered as any fault is; then it is sent piece by piece, as
 * fast as the client reads.
 */
#include <string.h>

#include "base/digits.h"
#include "flow/export.h"
#include "net/api.h"

static bool is_xlsx(const struct call *c)
{
	return !strcmp(strrchr(c->req->path, '.'), ".xlsx");
}

static void on_sheet(void *arg, const struct exported *sheet)
{
	struct call *c = arg;

	call_send_file(
		c,
		&(struct sent_file){
			.fd = sheet->fd,
			.name = sheet->name,
			.type = is_xlsx(c)
					? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
					: "text/csv; charset=utf-8"});
}

static const struct {
	const char *path;
	enum export_list list;
} lists[] = {
	{"/api/v1/notices.", EXPORT_NOTICES},
	{"/api/v1/pool.", EXPORT_POOL},
	{"/api/v1/cases.", EXPORT_CASES},
	{"/api/v1/disputes.", EXPORT_DISPUTES},
	{"/api/v1/board.", EXPORT_BOARD},
	{"/api/v1/meetings/agenda.", EXPORT_AGENDA},
	{"/api/v1/reconciliation.", EXPORT_STATEMENT},
	{"/api/v1/report.", EXPORT_REPORT},
};

static void on_evidence(void *arg, const struct exported *file)
{
	call_send_file(arg, &(struct sent_file){.fd = file->fd,
						.name = file->name,
						.type = "application/x-ndjson"});
}

void api_audit_file(struct call *c)
{
	const char *from = call_query(c, "from");
	int64_t first = *from ? digits_at(from) : 1;

	if (first < 1 || strspn(from, "0123456789") != strlen(from))
		reply_invalid(call_on_reply, c, "from", "must be the number of a line, from 1 on");
	else if (call_may_send(c))
		export_audit_start(c->api->flow, c->who, first, on_evidence, call_on_reply, c);
}

void api_case_evidence(struct call *c)
{
	const struct export_case_in in = {c->who, c->args[0]};

	if (call_may_send(c))
		export_case_start(c->api->flow, &in, on_evidence, call_on_reply, c);
}

void api_export(struct call *c)
{
	struct export_in in = {.who = c->who, .format = is_xlsx(c) ? BOOK_XLSX : BOOK_CSV};
	const char *lang = call_query(c, "lang");
	const char *const *params;

	if (*lang && strcmp(lang, "zh") && strcmp(lang, "en")) {
		reply_invalid(call_on_reply, c, "lang", "must be zh or en");
		return;
	}
	in.english = !strcmp(lang, "en");
	if (*c->args[0]) /* the only one of something that is named */
		in.list = EXPORT_MINUTES;
	for (size_t i = 0; !*c->args[0] && i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!strncmp(c->req->path, lists[i].path, strlen(lists[i].path)))
			in.list = lists[i].list;
	}
	params = export_params(in.list);
	for (int i = 0; params[i]; i++)
		in.values[i] = in.list == EXPORT_MINUTES ? c->args[0] : call_query(c, params[i]);
	if (call_may_send(c))
		export_list_start(c->api->flow, &in, on_sheet, call_on_reply, c);
}
