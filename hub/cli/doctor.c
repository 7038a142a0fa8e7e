#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli.h"
#include "packdir.h"
#include "store_call.h"

#define FREE_MIB_MIN 1024
#define FILES_MIN    4096
#define JSON_BYTES   65536

struct doctor {
	const struct args *args;
	struct config config;
	struct arena arena;
	const char *detail; /* what was found, for the line printed */
};

static bool check_settings(struct doctor *d)
{
	d->detail = d->args->config_file ? d->args->config_file : "defaults and environment";
	return args_config(d->args, &d->arena, &d->config) == 0;
}

static bool check_policy(struct doctor *d)
{
	struct pack *pack = NULL;
	struct diag diag;

	diag_init(&diag, &d->arena);
	if (pack_read_dir(d->config.policy, &pack, &diag)) {
		d->detail =
			arena_printf(&d->arena, "%s has %zu faults", d->config.policy, diag.count);
		return false;
	}
	d->detail = arena_strdup(&d->arena, pack_view(pack)->version);
	pack_unref(pack);
	return true;
}

static bool check_page(struct doctor *d)
{
	const char *index = arena_printf(&d->arena, "%s/index.html", d->config.dashboard);

	d->detail = index;
	return access(index, R_OK) == 0;
}

/* libwebsockets loads its way onto our loop when it starts; the package is one of its own and
 * easily missing. */
static bool check_websockets(struct doctor *d)
{
	void *plugin = dlopen("libwebsockets-evlib_uv.so", RTLD_LAZY | RTLD_LOCAL);

	d->detail = "libwebsockets-evlib-uv";
	if (plugin)
		dlclose(plugin);
	return plugin;
}

static bool check_files(struct doctor *d)
{
	struct rlimit limit = {0};

	getrlimit(RLIMIT_NOFILE, &limit);
	d->detail = arena_printf(&d->arena, "%llu open files allowed, %d wanted",
				 (unsigned long long)limit.rlim_max, FILES_MIN);
	return limit.rlim_max >= FILES_MIN;
}

static bool check_data(struct doctor *d)
{
	const char *data = d->config.data;
	unsigned long long free_mib;
	struct statvfs fs;

	if (mkdir(data, 0700) && errno != EEXIST) {
		d->detail = arena_printf(&d->arena, "%s cannot be made", data);
		return false;
	}
	if (access(data, W_OK | X_OK) || statvfs(data, &fs)) {
		d->detail = arena_printf(&d->arena, "%s cannot be written to", data);
		return false;
	}
	free_mib = (unsigned long long)fs.f_bavail * fs.f_frsize / (1024 * 1024);
	d->detail = arena_printf(&d->arena, "%s, %llu MiB free", data, free_mib);
	return free_mib >= FREE_MIB_MIN;
}

static bool check_store(struct doctor *d)
{
	struct store_call c;
	int status = store_call_open(&c, d->args);

	d->detail = strcmp(d->config.redis_url, "embedded") == 0 ? "the private one" : "redis.url";
	if (status == 0)
		d->detail =
			arena_printf(&d->arena, "%s%s%s", d->detail, store_where(c.store, &c.arena),
				     store_may_forget(c.store) ? "; " STORE_MAY_FORGET : "");
	store_call_close(&c);
	return status == 0;
}

static const struct check {
	const char *name;
	bool (*run)(struct doctor *d);
	bool needed; /* what comes behind makes no sense without it */
	const char *remedy;
} checks[] = {
	{"settings", check_settings, true, "tandem config check names every fault"},
	{"policy", check_policy, true, "tandem policy check names every fault"},
	{"data folder", check_data, false, "make room, or let data name another folder"},
	{"Redis", check_store, false, "apt-get install redis-server, or see redis.url"},
	{"WebSockets", check_websockets, false, "apt-get install libwebsockets-evlib-uv"},
	{"open files", check_files, false,
	 "raise the limit (LimitNOFILE of the unit, or ulimit -n)"},
	{"page", check_page, false, "hub/start builds it; so does npm run build in dashboard/"},
};

static void tell(const struct check *c, const char *found, bool good)
{
	printf("%-4s %-12s %s\n", good ? "ok" : "BAD", c->name, found);
	if (!good)
		printf("     %s\n", c->remedy);
}

static void tell_json(const struct check *c, const char *found, bool good)
{
	struct buf out;

	buf_init(&out, JSON_BYTES);
	buf_printf(&out,
		   "%s{\"name\":\"%s\",\"good\":%s,\"found\":", c == checks ? "{\"checks\":[" : ",",
		   c->name, good ? "true" : "false");
	buf_add_json(&out, found);
	buf_add_str(&out, ",\"remedy\":");
	buf_add_json(&out, good ? NULL : c->remedy);
	buf_add_char(&out, '}');
	fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
}

int cli_doctor(int argc, char **argv)
{
	bool json = false;
	const struct args_option known[] = {{"--json", NULL, &json}, {0}};
	struct doctor d = {0};
	struct args args;
	int status = args_read(argc, argv, known, &args);

	if (status)
		return status;
	if (args.word_count) {
		fprintf(stderr,
			"usage: tandem doctor [--config FILE] [--SETTING VALUE]... [--json]\n");
		return 2;
	}
	d.args = &args;
	arena_init(&d.arena);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		bool good = checks[i].run(&d);

		(json ? tell_json : tell)(&checks[i], d.detail, good);
		if (good)
			continue;
		status = 1;
		if (checks[i].needed)
			break;
	}
	if (json)
		puts("]}");
	arena_clear(&d.arena);
	return status;
}
