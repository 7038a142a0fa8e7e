/*
 * export_case.c: one case's evidence as a file that shows by itself whether it is as it was given
 * out: each document as it came, each event, notice, receipt and delivery as whoever asks sees
 * them, and what policy decided. The hashes cover what is in the file, so what is masked takes
 * nothing from them; the audit log, which is chained and sealed, has the last of them. No hash is
 * given of what is masked: a number of eleven digits with seven of them known is found in no time.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "flow/case_walk.h"
#include "flow/evidence_out.h"
#include "flow/policies.h"

#define ENTRIES_BYTES_MAX ((size_t)64 << 20)
#define MARK		  "{\"what\":" /* how an entry begins that need not be taken apart */

struct policy {
	const char *version;
	struct pack *pack; /* NULL: it is not known any more */
};
struct export
{
	struct evidence_out out;
	struct arena arena;
	const char *case_id;
	/* as they were rendered, each with its length before it; an event has its notices inside */
	struct buf views;
	struct buf entries; /* the same, taken apart */
	struct policy *policies;
	int policy_count;
	int64_t newest;
};

static void export_free(void *arg)
{
	struct export *x = arg;

	for (int i = 0; i < x->policy_count; i++)
		pack_unref(x->policies[i].pack);
	buf_clear(&x->views);
	buf_clear(&x->entries);
	arena_clear(&x->arena);
	free(x);
}

static void put_text(struct buf *out, const char *text, size_t len)
{
	if (buf_add(out, &len, sizeof(len)))
		buf_add(out, text, len);
}

/* --- beside the loop: what was rendered, taken apart, which takes longer than the rest --- */

static void put(struct export *x, const char *what, json_t *members)
{
	json_t *entry = json_pack("{s:s}", "what", what);
	char *text;

	json_object_update(entry, members);
	text = json_dumps(entry, JSON_COMPACT);
	if (text)
		put_text(&x->entries, text, strlen(text));
	x->entries.overflow |= !text;
	free(text);
	json_decref(entry);
}

static json_t *cut_out(json_t *from, const char *name)
{
	json_t *part = json_incref(json_object_get(from, name));

	json_object_del(from, name);
	return part;
}

static void put_each(struct export *x, const char *what, json_t *list, const char *notice)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		json_object_set_new(one, "notice", notice ? json_string(notice) : json_null());
		put(x, what, one);
	}
	json_decref(list);
}

/* A notice, or what the applicant was told; then its receipts and deliveries. */
static void put_told(struct export *x, const char *what, json_t *told)
{
	json_t *receipts = cut_out(told, "receipts"), *deliveries = cut_out(told, "deliveries");
	const char *id = json_string_value(json_object_get(told, "id"));

	put(x, what, told);
	put_each(x, "receipt", receipts, id);
	put_each(x, "delivery", deliveries, id);
}

static void put_event(struct export *x, json_t *event)
{
	json_t *notices = cut_out(event, "notices"), *told = cut_out(event, "applicant_told"), *one;
	size_t i;

	put(x, "event", event);
	json_array_foreach(notices, i, one)
		put_told(x, "notice", one);
	if (json_is_object(told))
		put_told(x, "applicant", told);
	json_decref(told);
	json_decref(notices);
}

/* A document stays as it came, but for line feeds between its members. */
static void put_view(struct export *x, char *text, size_t len)
{
	json_t *event = strncmp(text, MARK, strlen(MARK)) ? json_loadb(text, len, 0, NULL) : NULL;

	if (event) {
		put_event(x, event);
		json_decref(event);
		return;
	}
	for (size_t i = 0; i < len; i++)
		text[i] = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
	put_text(&x->entries, text, len);
}

/* --- on the loop: what there is --- */

static void view_document(struct export *x, const struct row *row)
{
	struct buf out;

	buf_init(&out, ENTRIES_BYTES_MAX);
	buf_printf(&out, MARK "\"document\",\"event\":\"e%lld\",\"masked\":%s,\"document\":",
		   (long long)row->view.seq, row->view.masked ? "true" : "false");
	view_event_document(&row->view, &out);
	buf_add_char(&out, '}');
	x->views.overflow |= out.overflow;
	put_text(&x->views, out.data, out.len);
	buf_clear(&out);
}

static void view_event(struct export *x, const struct row *row)
{
	struct buf out;

	buf_init(&out, ENTRIES_BYTES_MAX);
	view_case_event(&row->view, &out);
	x->views.overflow |= out.overflow;
	put_text(&x->views, out.data, out.len);
	buf_clear(&out);
}

static void note_policy(struct export *x, const struct row *row)
{
	const char *version = row->record.policy;
	bool known = !strcmp(pack_view(row->view.pack)->version, version);

	for (int i = 0; i < x->policy_count; i++) {
		if (!strcmp(x->policies[i].version, version))
			return;
	}
	x->policies = arena_grow(&x->arena, x->policies, x->policy_count, sizeof(*x->policies));
	x->policies[x->policy_count++] =
		(struct policy){arena_strdup(&x->arena, version),
				known ? pack_ref((struct pack *)(uintptr_t)row->view.pack) : NULL};
}

static void put_head(struct export *x)
{
	struct buf out;

	buf_init(&out, 65536);
	buf_add_str(&out, MARK "\"export\",\"case\":");
	buf_add_json(&out, x->case_id);
	buf_add_str(&out, ",\"by\":");
	buf_add_json(&out, x->out.who->name);
	buf_add_str(&out, ",\"at\":");
	view_time(&out, x->out.begun_ms);
	buf_add_char(&out, '}');
	put_text(&x->views, out.data, out.len);
	buf_clear(&out);
}

/* --- beside it: the file --- */

static void put_policies(struct export *x, struct buf *out)
{
	for (int i = 0; i < x->policy_count; i++) {
		unsigned char hash[EVIDENCE_HASH_BYTES];
		char hex[EVIDENCE_HEX_BYTES];
		struct buf content, entry;

		buf_init(&entry, 4096);
		buf_add_str(&entry, "{\"what\":\"policy\",\"version\":");
		buf_add_json(&entry, x->policies[i].version);
		buf_add_str(&entry, ",\"sha256\":");
		if (x->policies[i].pack) {
			buf_init(&content, PACK_CONTENT_BYTES);
			pack_canonical(x->policies[i].pack, &content);
			sha256_of(content.data, content.len, hash);
			evidence_hex(hash, hex);
			buf_clear(&content);
		}
		buf_add_json(&entry, x->policies[i].pack ? hex : NULL);
		buf_add_char(&entry, '}');
		evidence_put(&x->out.writer, NULL, entry.data, entry.len, out);
		buf_clear(&entry);
	}
}

static void write_file(void *arg)
{
	static const struct evidence_chain none;
	struct export *x = arg;
	struct buf out;
	size_t len;

	evidence_out_open(&x->out);
	for (size_t at = 0; at < x->views.len; at += sizeof(len) + len) {
		memcpy(&len, x->views.data + at, sizeof(len));
		put_view(x, x->views.data + at + sizeof(len), len);
	}
	x->out.failed |= x->entries.overflow;
	buf_init(&out, 4 * ENTRIES_BYTES_MAX);
	evidence_begin(&x->out.writer, EVIDENCE_CASE, x->case_id, &none, &out);
	for (size_t at = 0; at < x->entries.len; at += sizeof(len) + len) {
		memcpy(&len, x->entries.data + at, sizeof(len));
		evidence_put(&x->out.writer, NULL, x->entries.data + at + sizeof(len), len, &out);
	}
	put_policies(x, &out);
	evidence_out_write(&x->out, &out);
	evidence_out_end(&x->out, x->out.writer.chain.n);
}

static void file_written(void *arg)
{
	struct export *x = arg;
	char hex[EVIDENCE_HEX_BYTES];

	evidence_hex(x->out.writer.chain.hash, hex);
	evidence_out_give(
		&x->out,
		&(struct audited){.act = "evidence",
				  .seq = x->newest,
				  .region = principal_region(x->out.who, x->out.flow->pack),
				  .detail = arena_printf(&x->arena, "%s, %lld entries, %s",
							 x->case_id,
							 (long long)x->out.writer.chain.n, hex)});
}

static void on_event(void *arg, const struct row *row)
{
	struct export *x = arg;

	x->newest = row->view.seq;
	view_document(x, row);
	view_event(x, row);
	note_policy(x, row);
}

static void on_events(void *arg, enum err e)
{
	struct export *x = arg;

	if (e == ERR_OK && x->views.overflow)
		e = ERR_TOO_LARGE;
	if (e == ERR_OK)
		loop_work(x->out.flow->loop, write_file, file_written, x);
	else
		evidence_out_refuse(&x->out, e, err_title(e));
}

void export_case_start(struct flow *f, const struct export_case_in *in, export_fn *done,
		       reply_fn *refused, void *arg)
{
	struct export *x;

	if (!evidence_out_may(f, refused, arg))
		return;
	x = mem_zalloc(sizeof(*x));
	x->out = (struct evidence_out){.flow = f,
				       .who = in->who,
				       .done = done,
				       .refused = refused,
				       .arg = arg,
				       .free = export_free,
				       .self = x};
	evidence_out_init(&x->out, "evidence");
	arena_init(&x->arena);
	buf_init(&x->views, ENTRIES_BYTES_MAX);
	buf_init(&x->entries, 2 * ENTRIES_BYTES_MAX);
	x->case_id = arena_strdup(&x->arena, in->case_id);
	put_head(x);
	case_walk_start(&(struct case_walk){f, x->out.who, x->case_id, on_event, on_events, x});
}
