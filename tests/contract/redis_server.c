#include "contract/redis_server.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void run_server(struct redis_server *s)
{
	const char *const args[] = {"redis-server",
				    "--port",
				    "0",
				    "--unixsocket",
				    "redis.sock",
				    "--dir",
				    s->folder,
				    "--save",
				    "",
				    "--appendonly",
				    "yes",
				    "--appendfsync",
				    "always",
				    "--aof-load-truncated",
				    "no",
				    "--maxmemory-policy",
				    "noeviction",
				    "--hash-max-listpack-value",
				    "1500",
				    "--hash-max-listpack-entries",
				    "256",
				    "--enable-debug-command",
				    "yes",
				    "--logfile",
				    "redis.log",
				    "--loglevel",
				    "warning",
				    NULL};

	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no server behind */
		if (chdir(s->folder) == 0)
			execvp(args[0], (char *const *)args);
		_exit(127);
	}
}

static bool try_ctl(struct redis_server *s)
{
	redisReply *r;
	bool pong;

	s->ctl = redisConnectUnix(s->socket);
	if (!s->ctl)
		return false;
	r = s->ctl->err ? NULL : redisCommand(s->ctl, "PING");
	pong = r && r->type == REDIS_REPLY_STATUS;
	if (r)
		freeReplyObject(r);
	if (!pong) {
		redisFree(s->ctl);
		s->ctl = NULL;
	}
	return pong;
}

static void await_server(struct redis_server *s)
{
	for (int tries = 0; tries < 2000 && !try_ctl(s); tries++) {
		assert_int_equal(waitpid(s->pid, NULL, WNOHANG), 0);
		poll(NULL, 0, 10);
	}
	assert_non_null(s->ctl);
}

void server_start(struct redis_server *s)
{
	const char *tmp = getenv("TMPDIR");

	memset(s, 0, sizeof(*s));
	snprintf(s->folder, sizeof(s->folder), "%s/tdm-XXXXXX",
		 tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->socket, sizeof(s->socket), "%s/redis.sock", s->folder);
	snprintf(s->url, sizeof(s->url), "unix:%s", s->socket);
	run_server(s);
	await_server(s);
}

void server_kill(struct redis_server *s)
{
	if (s->ctl)
		redisFree(s->ctl);
	s->ctl = NULL;
	if (s->pid <= 0)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

void server_restart(struct redis_server *s)
{
	run_server(s);
	await_server(s);
}

void server_wipe(struct redis_server *s)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/appendonlydir", s->folder);
	remove_folder(path);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void remove_folder(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void server_stop(struct redis_server *s)
{
	server_kill(s);
	remove_folder(s->folder);
}

static redisReply *ask(struct redis_server *s, const char *fmt, va_list ap)
{
	redisReply *r = redisvCommand(s->ctl, fmt, ap);

	assert_non_null(r);
	if (r->type == REDIS_REPLY_ERROR)
		fail_msg("%s: %s", fmt, r->str);
	return r;
}

redisReply *server_ask(struct redis_server *s, const char *fmt, ...)
{
	redisReply *r;
	va_list ap;

	va_start(ap, fmt);
	r = ask(s, fmt, ap);
	va_end(ap);
	return r;
}

long long server_number(struct redis_server *s, const char *fmt, ...)
{
	redisReply *r;
	va_list ap;
	long long n;

	va_start(ap, fmt);
	r = ask(s, fmt, ap);
	va_end(ap);
	n = r->type == REDIS_REPLY_INTEGER ? r->integer : r->str ? strtoll(r->str, NULL, 10) : -1;
	freeReplyObject(r);
	return n;
}

void server_do(struct redis_server *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	freeReplyObject(ask(s, fmt, ap));
	va_end(ap);
}

/* None of those that clients are given by themselves, and marked for all other tests. */
static bool port_is_free(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un mark = {.sun_family = AF_UNIX};
	int len =
		snprintf(mark.sun_path + 1, sizeof(mark.sun_path) - 1, "tandem-test-port-%d", port);
	socklen_t mark_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
	int marked = socket(AF_UNIX, SOCK_STREAM, 0), probe = socket(AF_INET, SOCK_STREAM, 0);
	bool ok = bind(marked, (struct sockaddr *)&mark, mark_len) == 0 &&
		  bind(probe, (struct sockaddr *)&at, sizeof(at)) == 0;

	close(probe);
	if (!ok)
		close(marked);
	return ok;
}

int server_free_port(void)
{
	int port = 20000 + getpid() % 12000;

	while (!port_is_free(port))
		port = port < 31999 ? port + 1 : 20000;
	return port;
}
