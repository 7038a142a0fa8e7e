/*
 * tandem backup: a copy of all that a hub keeps, while it runs. Redis gives its own data as it
 * would to a replica: one moment of it, whole. The files of feedback are copied after it: what a
 * record names was on disk before the record was, and no file ever goes.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/manifest.h"
#include "cli/store_state.h"
#include "cli/tool.h"
#include "config_redis.h"
#include "timefmt.h"

#define SAID_BYTES ((size_t)1 << 20)

struct run {
	struct store_call store;
	struct manifest manifest;
	const char *dir;
	int damaged; /* files whose content is not what they are named after */
};

static const char *now(struct arena *arena)
{
	char text[TIMEFMT_BYTES];
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	time_format((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000, SHANGHAI_MIN, text);
	return arena_strdup(arena, text);
}

static bool said(const char *what, struct buf *out, bool good)
{
	if (!good)
		fprintf(stderr, "%s failed: %s\n", what, buf_cstr(out));
	buf_clear(out);
	return good;
}

/* Which Redis, as redis-cli wants to be told; the password goes through its environment. */
static void place(struct run *r, const struct redis_url *u, const char **argv)
{
	struct arena *arena = &r->store.arena;
	int n = 0;

	argv[n++] = "redis-cli";
	argv[n++] = u->path ? "-s" : "-h";
	argv[n++] = u->path ? u->path : u->host;
	if (!u->path) {
		argv[n++] = "-p";
		argv[n++] = arena_printf(arena, "%d", u->port);
	}
	if (u->user && *u->user && u->password) {
		argv[n++] = "--user";
		argv[n++] = u->user;
	}
	argv[n++] = "--rdb";
	argv[n++] = arena_printf(arena, "%s/%s", r->dir, MANIFEST_REDIS);
	argv[n] = NULL;
}

static bool copy_redis(struct run *r)
{
	const struct redis_url *u = store_redis(r->store.store);
	const char *argv[16];
	struct buf out;
	int status;

	place(r, u, argv);
	buf_init(&out, SAID_BYTES);
	r->manifest.moment = now(&r->store.arena);
	status = tool_run(&(struct tool){argv, "REDISCLI_AUTH", u->password}, &out);
	return said("redis-cli --rdb", &out, status == 0);
}

static const char *behind(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? at + strlen(name) : NULL;
}

/* Redis' own look at the file: every part of it and its checksum; it says how many keys there are,
 * and who wrote it. */
static bool check_redis(struct run *r)
{
	const char *path = arena_printf(&r->store.arena, "%s/%s", r->dir, MANIFEST_REDIS), *version,
		   *keys;
	const char *const argv[] = {"redis-check-rdb", path, NULL};
	struct buf out;
	bool good;

	buf_init(&out, SAID_BYTES);
	good = tool_run(&(struct tool){.argv = argv}, &out) == 0;
	version = behind(buf_cstr(&out), "redis-ver = '");
	keys = behind(buf_cstr(&out), "Checksum OK");
	keys = keys ? behind(keys, "[info] ") : NULL;
	good = good && version && keys;
	if (good) {
		r->manifest.redis = arena_strndup(&r->store.arena, version, strcspn(version, "'"));
		r->manifest.keys = strtoll(keys, NULL, 10);
	}
	good = said("redis-check-rdb", &out, good);
	return good &&
	       copy_look(path, &manifest_add(&r->manifest, &r->store.arena, MANIFEST_REDIS)->is);
}

/* DATA/files/3f/3f9c…: 64 digits; a draft of a file that is just coming is none. */
static bool copy_one(struct run *r, const char *folder, const char *name)
{
	struct arena *arena = &r->store.arena;
	const char *inside = arena_printf(arena, "files/%s/%s", folder, name);
	struct manifest_file *f = manifest_add(&r->manifest, arena, inside);

	if (!copy_file(arena_printf(arena, "%s/%s", r->store.config.data, inside),
		       arena_printf(arena, "%s/%s", r->dir, inside), &f->is))
		return false;
	if (strcmp(f->is.hash, name) != 0) {
		fprintf(stderr,
			"%s/%s: its content is not what it is named after; copied as it is\n",
			r->store.config.data, inside);
		r->damaged++;
	}
	return true;
}

static bool copy_folder_of(struct run *r, const char *folder)
{
	struct arena *arena = &r->store.arena;
	const char *to = arena_printf(arena, "%s/files/%s", r->dir, folder);
	unsigned char hash[EVIDENCE_HASH_BYTES];
	DIR *dir = opendir(arena_printf(arena, "%s/files/%s", r->store.config.data, folder));
	struct dirent *e;
	bool good = dir && copy_folder(to);

	while (good && (e = readdir(dir))) {
		if (evidence_unhex(e->d_name, strlen(e->d_name), hash))
			good = copy_one(r, folder, e->d_name);
	}
	if (dir)
		closedir(dir);
	return good && copy_sync_folder(to);
}

static bool copy_files(struct run *r)
{
	struct arena *arena = &r->store.arena;
	const char *to = arena_printf(arena, "%s/files", r->dir);
	DIR *dir = opendir(arena_printf(arena, "%s/files", r->store.config.data));
	struct dirent *e;
	bool good = true;

	if (!dir)
		return errno == ENOENT;
	good = copy_folder(to);
	while (good && (e = readdir(dir))) {
		if (strlen(e->d_name) == 2 && strspn(e->d_name, "0123456789abcdef") == 2)
			good = copy_folder_of(r, e->d_name);
	}
	closedir(dir);
	return good && copy_sync_folder(to);
}

static void tell(const struct run *r, bool json)
{
	const struct manifest *m = &r->manifest;
	char hash[EVIDENCE_HEX_BYTES];
	struct buf out;

	evidence_hex(m->seal.hash, hash);
	if (!json) {
		printf("%s: all that was answered before %s: %lld events, %lld lines of the audit log, %lld keys, %d files\n",
		       r->dir, m->moment, (long long)m->events, (long long)m->audit_lines,
		       (long long)m->keys, m->count - 1);
		if (m->seal.n)
			printf("the audit log is sealed up to line %lld: %s\n",
			       (long long)m->seal.n, hash);
		return;
	}
	buf_init(&out, 65536);
	buf_add_str(&out, "{\"backup\":");
	buf_add_json(&out, r->dir);
	buf_printf(
		&out,
		",\"moment\":\"%s\",\"events\":%lld,\"audit_lines\":%lld,\"keys\":%lld,\"files\":%d,\"damaged\":%d,\"audit_sealed\":%lld,"
		"\"audit_hash\":",
		m->moment, (long long)m->events, (long long)m->audit_lines, (long long)m->keys,
		m->count - 1, r->damaged, (long long)m->seal.n);
	buf_add_json(&out, m->seal.n ? hash : NULL);
	buf_add_str(&out, "}\n");
	fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
}

static int backup(struct run *r, bool json)
{
	const struct pack_view *p = pack_view(r->store.pack);
	struct store_state state;
	enum err e;

	if (store_redis(r->store.store)->db) {
		fputs("tandem backup: redis.url names another database than 0; a copy of that is not made\n",
		      stderr);
		return 3;
	}
	if (!copy_is_empty(r->dir)) {
		fprintf(stderr, "%s: must be empty, or not there\n", r->dir);
		return 2;
	}
	if (!copy_folder(r->dir) ||
	    !copy_sync_folder(arena_printf(&r->store.arena, "%s/..", r->dir)))
		return 3;
	e = store_state_audit(&r->store, "backup", NULL);
	if (e == ERR_OK)
		e = store_state_read(&r->store, &state);
	if (e != ERR_OK)
		return store_call_failed(e);
	r->manifest.version = TANDEM_VERSION;
	r->manifest.cell = p->regions[p->jurisdiction].code;
	r->manifest.events = state.events;
	r->manifest.audit_lines = state.audit_lines;
	r->manifest.seal = state.seal;
	if (!copy_redis(r) || !check_redis(r) || !copy_files(r) || !copy_sync_folder(r->dir) ||
	    !manifest_write(&r->manifest, r->dir))
		return 3;
	tell(r, json);
	return r->damaged ? 1 : 0;
}

int cli_backup(int argc, char **argv)
{
	bool json = false;
	const struct args_option known[] = {{"--json", NULL, &json}, {0}};
	struct run r = {0};
	struct args args;
	int status = args_read(argc, argv, known, &args);

	if (status)
		return status;
	if (args.word_count != 1) {
		fputs("usage: tandem backup DIR [--config FILE] [--SETTING VALUE]... [--json]\n"
		      "DIR must be empty or not there. The hub may run. DIR/manifest.json comes last: without it a copy is not whole.\n",
		      stderr);
		return 2;
	}
	r.dir = args.words[0];
	umask(077);
	status = store_call_open(&r.store, &args);
	if (status == 0)
		status = backup(&r, json);
	store_call_close(&r.store);
	return status;
}
