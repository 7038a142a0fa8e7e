#include "cli/manifest.h"

#include <jansson.h>
#include <string.h>

#include "base/secret.h"
#include "timefmt.h"

struct manifest_file *manifest_add(struct manifest *m, struct arena *arena, const char *name)
{
	m->files = arena_grow(arena, m->files, m->count, sizeof(*m->files));
	m->files[m->count] = (struct manifest_file){.name = name};
	return &m->files[m->count++];
}

static void member(struct buf *out, const char *before, const char *value)
{
	buf_add_str(out, before);
	buf_add_json(out, value);
}

void manifest_print(const struct manifest *m, struct buf *out)
{
	char hash[EVIDENCE_HEX_BYTES];

	member(out, "{\"tandem\":\"backup\",\"version\":1,\n\"made_by\":", m->version);
	member(out, ",\"redis\":", m->redis);
	member(out, ",\n\"moment\":", m->moment);
	member(out, ",\"cell\":", m->cell);
	buf_printf(
		out,
		",\n\"keys\":%lld,\"events\":%lld,\"audit_lines\":%lld,\"audit_sealed\":%lld,\"audit_hash\":",
		(long long)m->keys, (long long)m->events, (long long)m->audit_lines,
		(long long)m->seal.n);
	evidence_hex(m->seal.hash, hash);
	buf_add_json(out, m->seal.n ? hash : NULL);
	buf_add_str(out, ",\n\"files\":[");
	for (int i = 0; i < m->count; i++) {
		member(out, i ? ",\n{\"name\":" : "\n{\"name\":", m->files[i].name);
		buf_printf(out, ",\"bytes\":%lld,\"sha256\":\"%s\"}",
			   (long long)m->files[i].is.bytes, m->files[i].is.hash);
	}
	buf_add_str(out, "]}\n");
}

/* "redis.rdb", or DATA/files' own names: no path leads out of the folder. */
static bool is_name(const char *s)
{
	unsigned char hash[EVIDENCE_HASH_BYTES];

	if (!strcmp(s, MANIFEST_REDIS))
		return true;
	return !strncmp(s, "files/", 6) && strlen(s) == 6 + 3 + EVIDENCE_HEX_BYTES - 1 &&
	       s[8] == '/' && !strncmp(s + 6, s + 9, 2) &&
	       evidence_unhex(s + 9, strlen(s + 9), hash);
}

static bool read_files(const json_t *root, struct arena *arena, struct manifest *ret)
{
	const json_t *list = json_object_get(root, "files"), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));
		const char *hash = json_string_value(json_object_get(one, "sha256"));
		unsigned char bytes[EVIDENCE_HASH_BYTES];
		struct manifest_file *f;

		if (!name || !hash || !is_name(name) || !evidence_unhex(hash, strlen(hash), bytes))
			return false;
		f = manifest_add(ret, arena, arena_strdup(arena, name));
		f->is.bytes = json_integer_value(json_object_get(one, "bytes"));
		evidence_hex(bytes, f->is.hash);
	}
	return ret->count > 0 && !strcmp(ret->files[0].name, MANIFEST_REDIS);
}

static bool read_members(const json_t *root, struct arena *arena, struct manifest *ret)
{
	const char *hash = json_string_value(json_object_get(root, "audit_hash"));
	int64_t moment_ms;
	const struct {
		const char **to, *name;
	} texts[] = {{&ret->version, "made_by"},
		     {&ret->redis, "redis"},
		     {&ret->moment, "moment"},
		     {&ret->cell, "cell"}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = json_string_value(json_object_get(root, texts[i].name));

		if (!text || !text_is_visible(text)) /* it is printed */
			return false;
		*texts[i].to = arena_strdup(arena, text);
	}
	ret->keys = json_integer_value(json_object_get(root, "keys"));
	ret->events = json_integer_value(json_object_get(root, "events"));
	ret->audit_lines = json_integer_value(json_object_get(root, "audit_lines"));
	ret->seal.n = json_integer_value(json_object_get(root, "audit_sealed"));
	return time_parse_rfc3339(ret->moment, strlen(ret->moment), &moment_ms) &&
	       (!ret->seal.n || (hash && evidence_unhex(hash, strlen(hash), ret->seal.hash)));
}

bool manifest_parse(const char *text, size_t len, struct arena *arena, struct manifest *ret)
{
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const char *kind = json_string_value(json_object_get(root, "tandem"));
	bool good;

	*ret = (struct manifest){0};
	good = kind && !strcmp(kind, "backup") &&
	       json_integer_value(json_object_get(root, "version")) == 1 &&
	       read_members(root, arena, ret) && read_files(root, arena, ret);
	json_decref(root);
	return good;
}
