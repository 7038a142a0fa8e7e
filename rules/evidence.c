/* evidence.c: see evidence.h. */
#include "evidence.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/secret.h"

#define SALT_HEX (2 * EVIDENCE_SALT_BYTES)
#define HASH_HEX (2 * EVIDENCE_HASH_BYTES)

static const char *const kinds[EVIDENCE_KINDS] = {"audit-log", "case"};

/* --- the chain --- */

void evidence_leaf(const unsigned char *salt, const char *entry, size_t len,
		   unsigned char ret[EVIDENCE_HASH_BYTES])
{
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, "", 1);
	if (salt)
		sha256_add(&s, salt, EVIDENCE_SALT_BYTES);
	sha256_add(&s, entry, len);
	sha256_end(&s, ret);
}

void evidence_link(struct evidence_chain *c, const unsigned char leaf[EVIDENCE_HASH_BYTES])
{
	unsigned char both[1 + 2 * EVIDENCE_HASH_BYTES] = {1};

	memcpy(both + 1, c->hash, EVIDENCE_HASH_BYTES);
	memcpy(both + 1 + EVIDENCE_HASH_BYTES, leaf, EVIDENCE_HASH_BYTES);
	sha256_of(both, sizeof(both), c->hash);
	c->n++;
}

void evidence_hex(const unsigned char hash[EVIDENCE_HASH_BYTES], char ret[EVIDENCE_HEX_BYTES])
{
	sodium_bin2hex(ret, EVIDENCE_HEX_BYTES, hash, EVIDENCE_HASH_BYTES);
}

/* Small letters only, so that a hash is written in one way. */
static bool unhex(const char *hex, size_t len, unsigned char *ret, size_t bytes)
{
	if (len != 2 * bytes)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!((hex[i] >= '0' && hex[i] <= '9') || (hex[i] >= 'a' && hex[i] <= 'f')))
			return false;
	}
	return sodium_hex2bin(ret, bytes, hex, len, NULL, NULL, NULL) == 0;
}

bool evidence_unhex(const char *hex, size_t len, unsigned char ret[EVIDENCE_HASH_BYTES])
{
	return unhex(hex, len, ret, EVIDENCE_HASH_BYTES);
}

/* --- writing --- */

static void add_hash(const char *before, const unsigned char hash[EVIDENCE_HASH_BYTES],
		     struct buf *out)
{
	char hex[EVIDENCE_HEX_BYTES];

	evidence_hex(hash, hex);
	buf_add_str(out, before);
	buf_add_str(out, hex);
	buf_add_char(out, '"');
}

static void add_up(struct evidence_writer *w, const struct buf *out, size_t from)
{
	if (!out->overflow)
		sha256_add(&w->sum, out->data + from, out->len - from);
}

void evidence_begin(struct evidence_writer *w, enum evidence_kind kind, const char *about,
		    const struct evidence_chain *before, struct buf *out)
{
	size_t from = out->len;

	w->chain = *before;
	sha256_init(&w->sum);
	buf_printf(out, "{\"tandem\":\"%s\",\"version\":1,\"about\":", kinds[kind]);
	buf_add_json(out, about);
	buf_printf(out, ",\"from\":%lld", (long long)before->n + 1);
	add_hash(",\"before\":\"", before->hash, out);
	buf_add_str(out, "}\n");
	add_up(w, out, from);
}

static void line_end(struct evidence_writer *w, size_t from, struct buf *out)
{
	add_hash(",\"hash\":\"", w->chain.hash, out);
	buf_add_str(out, "}\n");
	add_up(w, out, from);
}

void evidence_put(struct evidence_writer *w, const unsigned char *salt, const char *entry,
		  size_t len, struct buf *out)
{
	unsigned char leaf[EVIDENCE_HASH_BYTES];
	char hex[SALT_HEX + 1];
	size_t from = out->len;

	evidence_leaf(salt, entry, len, leaf);
	evidence_link(&w->chain, leaf);
	buf_printf(out, "{\"n\":%lld", (long long)w->chain.n);
	if (salt)
		buf_printf(out, ",\"salt\":\"%s\"",
			   sodium_bin2hex(hex, sizeof(hex), salt, EVIDENCE_SALT_BYTES));
	buf_add_str(out, ",\"entry\":");
	buf_add(out, entry, len);
	line_end(w, from, out);
}

void evidence_hide(struct evidence_writer *w, const unsigned char leaf[EVIDENCE_HASH_BYTES],
		   struct buf *out)
{
	size_t from = out->len;

	evidence_link(&w->chain, leaf);
	buf_printf(out, "{\"n\":%lld", (long long)w->chain.n);
	add_hash(",\"leaf\":\"", leaf, out);
	line_end(w, from, out);
}

void evidence_seal(struct evidence_writer *w, const struct evidence_chain *sealed, const char *at,
		   struct buf *out)
{
	size_t from = out->len;

	buf_printf(out, "{\"seal\":%lld", (long long)sealed->n);
	add_hash(",\"hash\":\"", sealed->hash, out);
	buf_printf(out, ",\"at\":\"%s\"}\n", at);
	add_up(w, out, from);
}

void evidence_end(struct evidence_writer *w, int64_t of, struct buf *out)
{
	unsigned char sum[EVIDENCE_HASH_BYTES];
	size_t from = out->len;

	buf_printf(out, "{\"end\":%lld,\"of\":%lld", (long long)w->chain.n, (long long)of);
	add_hash(",\"hash\":\"", w->chain.hash, out);
	add_up(w, out, from);
	sha256_end(&w->sum, sum);
	add_hash(",\"sum\":\"", sum, out);
	buf_add_str(out, "}\n");
}

void evidence_drop(struct evidence_writer *w)
{
	sha256_drop(&w->sum);
}

/* --- reading: what is not byte for byte as it is written above is no such line --- */

struct text {
	const char *at, *end;
};
struct reader {
	const char *data, *name;
	struct text line;
	int64_t line_number;
	struct evidence_chain chain;
	const unsigned char *wanted;
	struct evidence_check *ret;
	struct diag *faults;
	bool ended;
};

static PRINTF_LIKE(2, 3) void fault(struct reader *r, const char *fmt, ...)
{
	const char *where =
		arena_printf(r->faults->arena, "%s:%lld", r->name, (long long)r->line_number);
	char what[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	diag_add(r->faults, where, "%s", what);
}

static bool line_next(const char *data, size_t len, size_t *at, struct text *ret)
{
	const char *end;

	if (*at >= len)
		return false;
	end = memchr(data + *at, '\n', len - *at);
	ret->at = data + *at;
	ret->end = end ? end : data + len;
	*at = (size_t)(ret->end - data) + 1;
	return true;
}

static bool take(struct text *t, const char *literal)
{
	size_t len = strlen(literal);

	if ((size_t)(t->end - t->at) < len || memcmp(t->at, literal, len) != 0)
		return false;
	t->at += len;
	return true;
}

/* Written as the hub writes it: no sign, no zero in front. */
static bool take_number(struct text *t, int64_t *ret)
{
	const char *begin = t->at;
	int64_t v = 0;

	while (t->at < t->end && *t->at >= '0' && *t->at <= '9' && t->at - begin < 18)
		v = v * 10 + (*t->at++ - '0');
	*ret = v;
	return t->at > begin && (*begin != '0' || t->at == begin + 1);
}

static bool take_hash(struct text *t, const char *before, unsigned char ret[EVIDENCE_HASH_BYTES])
{
	if (!take(t, before) || t->end - t->at < HASH_HEX + 1 ||
	    !evidence_unhex(t->at, HASH_HEX, ret) || t->at[HASH_HEX] != '"')
		return false;
	t->at += HASH_HEX + 1;
	return true;
}

/* The line's end, which is taken off it: ,"hash":"…"} */
static bool take_end(struct text *t, unsigned char ret[EVIDENCE_HASH_BYTES])
{
	static const char before[] = ",\"hash\":\"";
	const int len = (int)sizeof(before) - 1 + HASH_HEX + 2;
	struct text end;

	if (t->end - t->at < len)
		return false;
	end = (struct text){t->end - len, t->end};
	if (!take_hash(&end, before, ret) || !take(&end, "}"))
		return false;
	t->end -= len;
	return true;
}

static bool take_about(struct reader *r, struct text *t)
{
	struct text rest = {t->at, t->end};
	json_t *about;
	bool is_good;

	if (!take(t, "\""))
		return false;
	while (t->at < t->end && *t->at != '"')
		t->at += *t->at == '\\' && t->at + 1 < t->end ? 2 : 1;
	if (!take(t, "\""))
		return false;
	about = json_loadb(rest.at, (size_t)(t->at - rest.at), JSON_DECODE_ANY, NULL);
	/* codes and ids are, and it is printed */
	is_good = about && text_is_visible(json_string_value(about));
	if (is_good)
		r->ret->about = arena_strdup(r->faults->arena, json_string_value(about));
	json_decref(about);
	return is_good;
}

static bool read_head(struct reader *r)
{
	struct text *t = &r->line;
	struct evidence_check *c = r->ret;

	if (!take(t, "{\"tandem\":\""))
		return false;
	for (c->kind = 0; c->kind < EVIDENCE_KINDS && !take(t, kinds[c->kind]);)
		c->kind++;
	if (c->kind == EVIDENCE_KINDS || !take(t, "\",\"version\":1,\"about\":") ||
	    !take_about(r, t) || !take(t, ",\"from\":") || !take_number(t, &c->from) ||
	    c->from < 1 || !take_hash(t, ",\"before\":\"", r->chain.hash) || !take(t, "}"))
		return false;
	r->chain.n = c->from - 1;
	return t->at == t->end;
}

static void look_for_wanted(struct reader *r)
{
	if (r->wanted && sodium_memcmp(r->chain.hash, r->wanted, EVIDENCE_HASH_BYTES) == 0)
		r->ret->wanted_at = r->chain.n;
}

/* The leaf of what is left of the line, its number and its end being off; false: it is no entry. */
static bool take_leaf(struct reader *r, unsigned char leaf[EVIDENCE_HASH_BYTES])
{
	unsigned char salt[EVIDENCE_SALT_BYTES];
	struct text *t = &r->line;
	bool salted;

	if (take_hash(t, ",\"leaf\":\"", leaf)) {
		r->ret->hidden++;
		return t->at == t->end;
	}
	salted = take(t, ",\"salt\":\"");
	if (salted) {
		if (t->end - t->at < SALT_HEX || !unhex(t->at, SALT_HEX, salt, sizeof(salt)))
			return false;
		t->at += SALT_HEX;
		if (!take(t, "\""))
			return false;
	}
	if (!take(t, ",\"entry\":") || t->at == t->end)
		return false;
	evidence_leaf(salted ? salt : NULL, t->at, (size_t)(t->end - t->at), leaf);
	return true;
}

static bool read_entry(struct reader *r)
{
	unsigned char said[EVIDENCE_HASH_BYTES], leaf[EVIDENCE_HASH_BYTES];
	int64_t n;

	if (!take_number(&r->line, &n) || !take_end(&r->line, said) || !take_leaf(r, leaf))
		return false;
	if (n != r->chain.n + 1)
		fault(r, "entry %lld stands where entry %lld must stand", (long long)n,
		      (long long)r->chain.n + 1);
	r->chain.n = n - 1;
	evidence_link(&r->chain, leaf);
	if (sodium_memcmp(r->chain.hash, said, sizeof(said)) != 0) {
		fault(r, "entry %lld is not as it was, or one before it is missing or was put in",
		      (long long)n);
		memcpy(r->chain.hash, said, sizeof(said)); /* what follows is looked at by itself */
	} else {
		look_for_wanted(r);
	}
	return true;
}

static bool read_seal(struct reader *r)
{
	unsigned char sealed[EVIDENCE_HASH_BYTES];
	int64_t n;

	if (!take_number(&r->line, &n) || !take_hash(&r->line, ",\"hash\":\"", sealed) ||
	    !take(&r->line, ",\"at\":\""))
		return false;
	r->ret->seals++;
	if (n != r->chain.n || sodium_memcmp(sealed, r->chain.hash, sizeof(sealed)) != 0)
		fault(r, "the entries up to %lld are not those that the hub sealed", (long long)n);
	return true;
}

static bool read_end(struct reader *r)
{
	unsigned char said[EVIDENCE_HASH_BYTES], sum[EVIDENCE_HASH_BYTES];
	struct text *t = &r->line;
	size_t summed;

	if (!take_number(t, &r->ret->end) || !take(t, ",\"of\":") || !take_number(t, &r->ret->of) ||
	    !take_hash(t, ",\"hash\":\"", said))
		return false;
	summed = (size_t)(t->at - r->data);
	if (r->ret->end != r->chain.n || sodium_memcmp(said, r->chain.hash, sizeof(said)) != 0)
		fault(r, "the file ends with entry %lld and not with that which it names last",
		      (long long)r->chain.n);
	if (!take_hash(t, ",\"sum\":\"", said) || !take(t, "}") || t->at != t->end)
		return false;
	sha256_of(r->data, summed, sum);
	if (sodium_memcmp(sum, said, sizeof(sum)) != 0)
		fault(r, "the file is not, byte for byte, as it was written");
	r->ended = true;
	return true;
}

static void read_line(struct reader *r)
{
	bool is_known;

	if (r->ended) {
		fault(r, "something stands behind the end");
		return;
	}
	if (take(&r->line, "{\"n\":"))
		is_known = read_entry(r);
	else if (take(&r->line, "{\"seal\":"))
		is_known = read_seal(r);
	else
		is_known = take(&r->line, "{\"end\":") && read_end(r);
	if (!is_known)
		fault(r, "this is no line of such a file");
}

enum err evidence_read(const struct evidence_file *file, const unsigned char *wanted,
		       struct evidence_check *ret, struct diag *faults)
{
	struct reader r = {.data = file->data,
			   .name = file->name,
			   .line_number = 1,
			   .wanted = wanted,
			   .ret = ret,
			   .faults = faults};
	size_t at = 0, before = faults->count, len = file->len;
	const char *data = file->data;

	*ret = (struct evidence_check){.about = "", .wanted_at = -1};
	if (!line_next(data, len, &at, &r.line) || !read_head(&r)) {
		fault(&r, "this is no evidence that a hub has exported");
		return ERR_SYNTAX;
	}
	look_for_wanted(&r);
	while (line_next(data, len, &at, &r.line)) {
		r.line_number++;
		read_line(&r);
	}
	if (!r.ended || data[len - 1] != '\n')
		fault(&r, "the end is missing: the file was cut off");
	if (wanted && ret->wanted_at < 0)
		fault(&r, "the hash that was kept elsewhere stands nowhere here");
	evidence_hex(r.chain.hash, ret->hash);
	return faults->count == before ? ERR_OK : ERR_INVALID;
}

bool evidence_entry(const struct evidence_file *file, size_t *at, const char **ret_entry,
		    size_t *ret_len)
{
	unsigned char hash[EVIDENCE_HASH_BYTES];
	struct text t;

	while (line_next(file->data, file->len, at, &t)) {
		const char *entry;

		if (!take(&t, "{\"n\":") || !take_end(&t, hash))
			continue;
		entry = memmem(t.at, (size_t)(t.end - t.at), ",\"entry\":", strlen(",\"entry\":"));
		if (!entry)
			continue;
		*ret_entry = entry + strlen(",\"entry\":");
		*ret_len = (size_t)(t.end - *ret_entry);
		return true;
	}
	return false;
}
