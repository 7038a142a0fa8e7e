/*
 * export_audit.c: the audit log as a file that shows by itself whether it is as it was written. The
 * hashes are made of the lines as they stand in Redis now, the seals are those of their time: where
 * both differ, a line was changed in between.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "flow/evidence_out.h"
#include "flow/seals.h"
#include "timefmt.h"

#define SLICE		1000
#define SLICE_BYTES_MAX ((size_t)16 << 20)
#define TIME_MS_MAX	50000 /* the proxy in front waits a minute */

struct seal {
	struct evidence_chain chain;
	int64_t at_ms;
};
struct export
{
	struct evidence_out out;
	struct pack *pack;
	struct arena arena;
	int64_t from, to, total;
	struct seal *seals; /* in the order of their lines */
	int seal_count, seal_at;
	struct evidence_chain chain; /* how far it was read */
	unsigned char key[32];
	struct buf lines; /* of a slice, each with its length before it */
	bool begun;
};

static void export_free(void *arg)
{
	struct export *x = arg;

	pack_unref(x->pack);
	buf_clear(&x->lines);
	arena_clear(&x->arena);
	free(x);
}

static void refuse(struct export *x, enum err e, const char *detail)
{
	evidence_out_refuse(&x->out, e, detail);
}

/* --- beside the loop --- */

static bool is_visible(const struct export *x, const char *line, size_t len)
{
	json_t *entry = json_loadb(line, len, 0, NULL);
	const char *region = json_string_value(json_object_get(entry, "region"));
	bool visible = !region || principal_oversees(x->out.who, x->pack, region, WHO_AUDITOR);

	json_decref(entry);
	return visible;
}

static void put_seals(struct export *x, struct buf *out)
{
	for (; x->seal_at < x->seal_count && x->seals[x->seal_at].chain.n <= x->out.writer.chain.n;
	     x->seal_at++) {
		const struct seal *s = &x->seals[x->seal_at];
		char at[TIMEFMT_BYTES];

		time_format(s->at_ms, SHANGHAI_MIN, at);
		if (s->chain.n == x->out.writer.chain.n)
			evidence_seal(&x->out.writer, &s->chain, at, out);
	}
}

static void put_line(struct export *x, const char *line, size_t len, struct buf *out)
{
	unsigned char salt[EVIDENCE_SALT_BYTES], leaf[EVIDENCE_HASH_BYTES];

	seal_salt(x->key, x->chain.n + 1, salt);
	evidence_leaf(salt, line, len, leaf);
	if (x->chain.n + 1 < x->from) {
		evidence_link(&x->chain, leaf);
		return;
	}
	if (!x->begun)
		evidence_begin(&x->out.writer, EVIDENCE_AUDIT_LOG,
			       pack_view(x->pack)->regions[pack_view(x->pack)->jurisdiction].code,
			       &x->chain, out);
	x->begun = true;
	if (is_visible(x, line, len))
		evidence_put(&x->out.writer, salt, line, len, out);
	else
		evidence_hide(&x->out.writer, leaf, out);
	x->chain.n = x->out.writer.chain.n;
	put_seals(x, out);
}

static void write_slice(void *arg)
{
	struct export *x = arg;
	struct buf out;
	size_t len;

	buf_init(&out, 3 * SLICE_BYTES_MAX);
	for (size_t at = 0; at < x->lines.len; at += sizeof(len) + len) {
		memcpy(&len, x->lines.data + at, sizeof(len));
		put_line(x, x->lines.data + at + sizeof(len), len, &out);
	}
	evidence_out_write(&x->out, &out);
}

static void write_end(void *arg)
{
	struct export *x = arg;

	evidence_out_end(&x->out, x->total);
}

static void open_file(void *arg)
{
	struct export *x = arg;

	evidence_out_open(&x->out);
}

/* --- on the loop --- */

static void end_written(void *arg)
{
	struct export *x = arg;
	char detail[160], hex[EVIDENCE_HEX_BYTES];

	evidence_hex(x->out.writer.chain.hash, hex);
	snprintf(detail, sizeof(detail), "audit.ndjson, lines %lld-%lld, %s", (long long)x->from,
		 (long long)x->to, hex);
	evidence_out_give(&x->out,
			  &(struct audited){.act = "export",
					    .region = principal_region(x->out.who, x->pack),
					    .detail = detail});
}

static void ask_slice(struct export *x);

static void slice_written(void *arg)
{
	struct export *x = arg;

	if (x->out.failed)
		refuse(x, ERR_UNAVAILABLE, "The file could not be written");
	else if (x->out.flow->draining)
		refuse(x, ERR_UNAVAILABLE, "This hub is stopping; ask again");
	else if (x->chain.n == x->to)
		loop_work(x->out.flow->loop, write_end, end_written, x);
	else if (clock_now_ms(&x->out.flow->clock) - x->out.begun_ms > TIME_MS_MAX)
		refuse(x, ERR_TOO_LARGE,
		       "It takes too long to read so many lines: begin with a later one");
	else
		ask_slice(x);
}

static void on_lines(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct export *x = arg;

	(void)total;
	if (e != ERR_OK || !count) {
		refuse(x, e == ERR_OK ? ERR_UNAVAILABLE : e,
		       "The audit log cannot be read just now");
		return;
	}
	buf_reset(&x->lines);
	for (int i = 0; i < count && buf_add(&x->lines, &lines[i].len, sizeof(lines[i].len)); i++)
		buf_add(&x->lines, lines[i].data, lines[i].len);
	if (x->lines.overflow)
		refuse(x, ERR_INTERNAL, "A line of the audit log is too long");
	else
		loop_work(x->out.flow->loop, write_slice, slice_written, x);
}

static void ask_slice(struct export *x)
{
	int64_t left = x->to - x->chain.n;

	store_audit_from(x->out.flow->store, x->chain.n, left < SLICE ? (int)left : SLICE, on_lines,
			 x);
}

static int by_line(const void *a, const void *b)
{
	const struct seal *x = a, *y = b;

	return (x->chain.n > y->chain.n) - (x->chain.n < y->chain.n);
}

/* The last one stands under its day too. What lies before the newest one that the file is behind
 * need not be read again. */
static void on_seals(void *arg, enum err e, const struct named *items, int count)
{
	struct export *x = arg;

	if (e != ERR_OK) {
		refuse(x, e, err_title(e));
		return;
	}
	x->seals = arena_alloc(&x->arena, sizeof(*x->seals) * (size_t)(count + 1));
	for (int i = 0; i < count; i++) {
		struct seal *s = &x->seals[x->seal_count];

		if (strcmp(items[i].name, "last") != 0 &&
		    seal_read(items[i].value.data, items[i].value.len, &s->chain, &s->at_ms))
			x->seal_count++;
	}
	qsort(x->seals, (size_t)x->seal_count, sizeof(*x->seals), by_line);
	for (int i = 0; i < x->seal_count && x->seals[i].chain.n < x->from; i++)
		x->chain = x->seals[i].chain;
	ask_slice(x);
}

static void on_total(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct export *x = arg;

	(void)lines;
	(void)count;
	if (e != ERR_OK) {
		refuse(x, e, err_title(e));
		return;
	}
	if (x->from > total) {
		refuse(x, ERR_NOT_FOUND, "The audit log has no such line yet");
		return;
	}
	x->total = total;
	x->to = total < x->from + x->out.flow->config->export_rows - 1
			? total
			: x->from + x->out.flow->config->export_rows - 1;
	store_list(x->out.flow->store, TABLE_SEALS, on_seals, x);
}

static void file_opened(void *arg)
{
	struct export *x = arg;

	if (x->out.failed)
		refuse(x, ERR_UNAVAILABLE,
		       "There is no room for the file in the hub's data folder");
	else
		store_audit_read(x->out.flow->store, -1, 1, on_total, x);
}

void export_audit_start(struct flow *f, struct principal *who, int64_t from, export_fn *done,
			reply_fn *refused, void *arg)
{
	struct export *x;

	if (!evidence_out_may(f, refused, arg))
		return;
	x = mem_zalloc(sizeof(*x));
	x->out = (struct evidence_out){.flow = f,
				       .who = who,
				       .done = done,
				       .refused = refused,
				       .arg = arg,
				       .free = export_free,
				       .self = x};
	evidence_out_init(&x->out, "audit");
	x->pack = pack_ref(f->pack);
	x->from = from;
	arena_init(&x->arena);
	buf_init(&x->lines, SLICE_BYTES_MAX);
	memcpy(x->key, f->hash_key, sizeof(x->key));
	loop_work(f->loop, open_file, file_opened, x);
}
