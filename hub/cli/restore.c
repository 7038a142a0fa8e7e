/*
 * tandem restore: a backup into a data folder that holds none. Every file is looked at before the
 * first is put there; afterwards the private Redis is started on what was put there, and what it
 * holds is compared with what the backup says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/manifest.h"
#include "cli/store_state.h"

/* How a Redis that keeps a log finds what it begins with (its own names, appendonly.aof). */
static const char log_list[] =
	"file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n";

struct run {
	struct arena arena;
	struct config config;
	struct manifest manifest;
	const char *dir, *redis; /* the backup; where the private Redis keeps its data */
	int users_fd;		 /* that no hub runs on the folder */
};

static const char *path_in(struct run *r, const char *folder, const char *name)
{
	return arena_printf(&r->arena, "%s/%s", folder, name);
}

static bool is_whole(struct run *r)
{
	bool good = true;

	for (int i = 0; i < r->manifest.count; i++) {
		const struct manifest_file *f = &r->manifest.files[i];
		const char *path = path_in(r, r->dir, f->name);
		struct copied is;

		if (!copy_look(path, &is))
			good = false;
		else if (is.bytes != f->is.bytes || strcmp(is.hash, f->is.hash) != 0)
			good = fprintf(stderr, "%s: not as it was written\n", path) < 0;
	}
	return good;
}

static int refuse_other(const struct run *r)
{
	fprintf(stderr,
		"tandem restore: redis.url names another Redis than the private one; nothing is put there. Restore into a folder of its own:\n"
		"  tandem restore %s --redis.url embedded --data FOLDER\n"
		"stop that Redis, give it FOLDER/redis/appendonlydir as its own (in its dir, appendonly yes) and start it; FOLDER/files belongs\n"
		"into the hub's data folder.\n",
		r->dir);
	return 2;
}

/* Locked as by its only user until all is there: no hub runs, and none can start meanwhile. */
static int lock_folder(struct run *r)
{
	static const char *const data[] = {"redis/appendonlydir", "redis/appendonly.aof",
					   "redis/dump.rdb", "files"};

	if (!copy_folder(r->config.data) || !copy_folder(r->redis))
		return 3;
	r->users_fd = open(path_in(r, r->redis, "users.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (r->users_fd < 0 || flock(r->users_fd, LOCK_EX | LOCK_NB) != 0) {
		fprintf(stderr, "%s: a hub runs on this folder, or a command; stop it first\n",
			r->config.data);
		return 3;
	}
	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
		struct stat st;
		const char *path = path_in(r, r->config.data, data[i]);

		if (lstat(path, &st) != 0 || (S_ISDIR(st.st_mode) && copy_is_empty(path)))
			continue;
		fprintf(stderr, "%s: there are data already; restore into an empty folder\n", path);
		return 2;
	}
	return 0;
}

static bool put_files(struct run *r)
{
	const char *files = path_in(r, r->config.data, "files");
	bool good = r->manifest.count == 1 || copy_folder(files);

	for (int i = 1; good && i < r->manifest.count; i++) {
		const struct manifest_file *f = &r->manifest.files[i];
		const char *to = path_in(r, r->config.data, f->name);
		const char *folder = arena_strndup(&r->arena, to, (size_t)(strrchr(to, '/') - to));
		struct copied is;

		good = copy_folder(folder) && copy_file(path_in(r, r->dir, f->name), to, &is) &&
		       copy_sync_folder(folder);
	}
	return good && (r->manifest.count == 1 || copy_sync_folder(files));
}

/* Under another name first: what Redis finds is whole. */
static bool put_redis(struct run *r)
{
	const char *draft = path_in(r, r->redis, "restoring"),
		   *folder = path_in(r, r->redis, "appendonlydir");
	struct copied is;

	if (!copy_folder(draft) ||
	    !copy_file(path_in(r, r->dir, MANIFEST_REDIS),
		       path_in(r, draft, "appendonly.aof.1.base.rdb"), &is) ||
	    !copy_text(path_in(r, draft, "appendonly.aof.1.incr.aof"), "", 0) ||
	    !copy_text(path_in(r, draft, "appendonly.aof.manifest"), log_list, strlen(log_list)) ||
	    !copy_sync_folder(draft))
		return false;
	if (rename(draft, folder) != 0) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		return false;
	}
	return copy_sync_folder(r->redis) && copy_sync_folder(r->config.data) &&
	       copy_sync_folder(path_in(r, r->config.data, ".."));
}

static int compare(const struct run *r, struct store_call *c, bool json)
{
	const struct manifest *m = &r->manifest;
	struct evidence_chain chain = {0};
	struct store_state is;
	enum err e = store_state_read(c, &is);
	bool good;

	if (e == ERR_OK && m->seal.n)
		e = store_state_chain(c, m->seal.n, &chain);
	if (e != ERR_OK)
		return store_call_failed(e);
	good = is.events >= m->events && is.audit_lines >= m->audit_lines && chain.n == m->seal.n &&
	       memcmp(chain.hash, m->seal.hash, sizeof(chain.hash)) == 0;
	if (json)
		printf("{\"good\":%s,\"moment\":\"%s\",\"events\":%lld,\"audit_lines\":%lld,\"audit_sealed\":%lld,\"files\":%d}\n",
		       good ? "true" : "false", m->moment, (long long)is.events,
		       (long long)is.audit_lines, (long long)chain.n, m->count - 1);
	else if (good)
		printf("%s: as it was at %s: %lld events, %lld lines of the audit log, of which %lld fit their seal, %d files\n",
		       r->config.data, m->moment, (long long)is.events, (long long)is.audit_lines,
		       (long long)chain.n, m->count - 1);
	if (!good)
		fprintf(stderr,
			"%s: not all is there: %lld events of %lld, %lld lines of the audit log of %lld, %s; is it the backup of the settings' "
			"jurisdiction (this is of %s)?\n",
			r->config.data, (long long)is.events, (long long)m->events,
			(long long)is.audit_lines, (long long)m->audit_lines,
			chain.n == m->seal.n ? "sealed lines that do not fit"
					     : "fewer lines than were sealed",
			m->cell);
	return good ? 0 : 1;
}

static int look_at_it(const struct run *r, const struct args *args, bool json)
{
	struct store_call c;
	int status = store_call_open(&c, args);

	if (status == 0)
		status = compare(r, &c, json);
	if (status == 0 && store_state_audit(&c, "restore", r->manifest.moment) != ERR_OK) {
		fprintf(stderr, "%s: all is there, but the audit log cannot be written\n",
			r->config.data);
		status = 3;
	}
	store_call_close(&c);
	return status;
}

static int restore(struct run *r, const struct args *args, bool json)
{
	int status;

	if (strcmp(r->config.redis_url, "embedded") != 0)
		return refuse_other(r);
	if (!manifest_read(r->dir, &r->arena, &r->manifest))
		return 2;
	if (!is_whole(r))
		return 1;
	r->redis = path_in(r, r->config.data, "redis");
	status = lock_folder(r);
	if (status == 0 && (!put_files(r) || !put_redis(r))) {
		fprintf(stderr,
			"%s: only half of it is there; empty the folder before trying again\n",
			r->config.data);
		status = 3;
	}
	if (r->users_fd >= 0)
		close(r->users_fd);
	return status ? status : look_at_it(r, args, json);
}

int cli_restore(int argc, char **argv)
{
	bool json = false;
	const struct args_option known[] = {{"--json", NULL, &json}, {0}};
	struct run r = {.users_fd = -1};
	struct args args;
	int status = args_read(argc, argv, known, &args);

	if (status)
		return status;
	if (args.word_count != 1) {
		fputs("usage: tandem restore DIR [--config FILE] [--SETTING VALUE]... [--json]\n"
		      "Puts what tandem backup wrote into the data folder of the settings, which holds none and which no hub runs on. What was\n"
		      "answered after the backup is not in it: sources send it again, and texts sent since may go out again.\n",
		      stderr);
		return 2;
	}
	r.dir = args.words[0];
	umask(077);
	arena_init(&r.arena);
	status = args_config(&args, &r.arena, &r.config);
	if (status == 0)
		status = restore(&r, &args, json);
	arena_clear(&r.arena);
	return status;
}
