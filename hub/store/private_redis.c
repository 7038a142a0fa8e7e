#include "store/private_redis.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/private_wire.h"

#define START_LIMIT_MS 20000
#define STOP_LIMIT_MS  20000
#define STEP_MS	       10
#define EXIT_NOT_FOUND 127

/* Paths are relative to the folder, because a socket's name must be short whatever the folder's is.
 */
static const char *const server_args[] = {
	"redis-server",
	"--port",
	"0",
	"--unixsocket",
	"redis.sock",
	"--unixsocketperm",
	"700",
	"--dir",
	".",
	"--daemonize",
	"no",
	"--pidfile",
	"redis.pid",
	"--logfile",
	"redis.log",
	"--loglevel",
	"warning",
	"--save",
	"",
	"--appendonly",
	"yes",
	"--appendfsync",
	"always",
	"--no-appendfsync-on-rewrite",
	"no",
	"--aof-load-truncated",
	"no",
	"--maxmemory-policy",
	"noeviction",
	"--hash-max-listpack-value",
	"1500",
	"--hash-max-listpack-entries",
	"256",
	/* In a packed sorted set each insertion walks it all; what bodies still have to do is added
	   to at its end. */
	"--zset-max-listpack-entries",
	"8",
	/* Rewriting a log that is read back in some five seconds costs more than it saves: while it
	   is rewritten each page that an event touches is copied, 20 to 30 us of the kernel's time
	   an event. */
	"--auto-aof-rewrite-min-size",
	"512mb",
	NULL,
};

static const char *folder_of(const char *data_dir, struct arena *arena)
{
	return arena_printf(arena, "%s/redis", data_dir);
}

static bool fits_socket(const char *path)
{
	struct sockaddr_un sun;

	return strlen(path) < sizeof(sun.sun_path);
}

/* The absolute path if that fits into a socket's address, else the one that begins at the working
 * directory. */
static const char *socket_of(const char *data_dir, struct arena *arena)
{
	const char *as_given = arena_printf(arena, "%s/redis/redis.sock", data_dir);
	char *real = realpath(data_dir, NULL);
	const char *absolute = real ? arena_printf(arena, "%s/redis/redis.sock", real) : as_given;

	free(real);
	return fits_socket(absolute) ? absolute : as_given;
}

const char *redis_url_resolve(const char *url, const char *data_dir, struct arena *arena)
{
	if (strcmp(url, "embedded") != 0)
		return url;
	return arena_printf(arena, "unix:%s", socket_of(data_dir, arena));
}

static enum err make_folder(const char *path, mode_t mode, struct diag *diag)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return ERR_OK;
	diag_add(diag, path, "the folder cannot be made: %s", strerror(errno));
	return ERR_UNAVAILABLE;
}

/* In the child: a session of its own, so that a signal from the keyboard ends the hub first and
 * Redis after it. */
_Noreturn static void become_redis(const char *folder)
{
	sigset_t none;
	int nothing;

	setsid();
	umask(077);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	nothing = open("/dev/null", O_RDWR);
	if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(nothing, 2) < 0 ||
	    chdir(folder) < 0)
		_exit(1);
	execvp(server_args[0], (char *const *)server_args);
	_exit(EXIT_NOT_FOUND);
}

static bool is_listening(const char *socket)
{
	int fd = wire_connect(socket);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool is_answering(const char *socket)
{
	int fd = wire_connect(socket);
	bool answers = fd >= 0 && wire_ask(fd, "PING", 1000);

	if (fd >= 0)
		close(fd);
	return answers;
}

static enum err wait_started(const struct private_redis *r, struct diag *diag)
{
	int status;

	for (int waited_ms = 0; waited_ms < START_LIMIT_MS; waited_ms += STEP_MS) {
		if (is_answering(r->socket))
			return ERR_OK;
		if (waitpid(r->pid, &status, WNOHANG) == r->pid) {
			if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_FOUND)
				diag_add(
					diag, "redis.url",
					"there is no redis-server to start; install it, or name another Redis");
			else
				diag_add(
					diag, r->folder,
					"redis-server ended at once; redis.log in this folder says why");
			return ERR_UNAVAILABLE;
		}
		wire_pause(STEP_MS);
	}
	kill(r->pid, SIGTERM);
	waitpid(r->pid, &status, 0);
	diag_add(diag, r->folder,
		 "redis-server did not answer in time; redis.log in this folder may say why");
	return ERR_UNAVAILABLE;
}

static pid_t fork_redis(const char *folder)
{
	pid_t pid = fork();

	if (pid == 0)
		become_redis(folder);
	return pid;
}

/* Under an exclusive lock, so that of two hubs starting at once one starts a Redis and the other
 * finds it. */
static enum err start_or_share(struct private_redis *r, struct diag *diag)
{
	if (is_answering(r->socket))
		return ERR_OK;
	r->pid = fork_redis(r->folder);
	if (r->pid < 0) {
		diag_add(diag, "redis.url", "redis-server cannot be started: %s", strerror(errno));
		return ERR_UNAVAILABLE;
	}
	return wait_started(r, diag);
}

static int open_lock(const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return -1;
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

enum err private_redis_leaves_none(const char *data_dir, struct arena *arena, struct diag *diag)
{
	const struct passwd *owner;
	struct stat st;

	if (geteuid() != 0 || stat(data_dir, &st) < 0 || st.st_uid == 0 ||
	    is_listening(socket_of(data_dir, arena)))
		return ERR_OK;
	owner = getpwuid(st.st_uid);
	diag_add(diag, data_dir,
		 "the folder is %s's and not root's: do this as its owner (sudo -u)",
		 owner ? owner->pw_name : "another");
	return ERR_UNAVAILABLE;
}

enum err private_redis_start(const char *data_dir, struct arena *arena, struct private_redis *ret,
			     struct diag *diag)
{
	struct private_redis r = {
		.folder = folder_of(data_dir, arena), .users_fd = -1, .start_fd = -1};
	int start_fd;
	enum err e;

	if (make_folder(data_dir, 0750, diag) != ERR_OK ||
	    make_folder(r.folder, 0700, diag) != ERR_OK)
		return ERR_UNAVAILABLE;
	r.socket = socket_of(data_dir, arena);
	if (!fits_socket(r.socket)) {
		diag_add(
			diag, "data",
			"the folder's path is too long for a unix socket; give a shorter one or a relative one");
		return ERR_INVALID;
	}
	start_fd = open_lock(r.folder, "start.lock");
	r.users_fd = open_lock(r.folder, "users.lock");
	e = ERR_UNAVAILABLE;
	if (start_fd < 0 || r.users_fd < 0 || flock(start_fd, LOCK_EX) < 0 ||
	    flock(r.users_fd, LOCK_SH) < 0)
		diag_add(diag, r.folder, "the folder cannot be locked: %s", strerror(errno));
	else
		e = start_or_share(&r, diag);
	if (start_fd >= 0)
		close(start_fd);
	if (e == ERR_OK)
		*ret = r;
	else if (r.users_fd >= 0)
		close(r.users_fd);
	return e;
}

static void close_start(struct private_redis *r)
{
	if (r->start_fd >= 0)
		close(r->start_fd);
	r->start_fd = -1;
}

/* The lock is kept until the new one listens, so that no other hub starts a second one meanwhile.
 */
bool private_redis_keep(struct private_redis *r)
{
	int status;

	if (r->pid > 0 && waitpid(r->pid, &status, WNOHANG) == r->pid)
		r->pid = 0;
	if (is_listening(r->socket)) {
		close_start(r);
		return false;
	}
	if (r->start_fd >= 0 && r->pid > 0)
		return false;
	if (r->start_fd < 0)
		r->start_fd = open_lock(r->folder, "start.lock");
	if (r->start_fd < 0 || flock(r->start_fd, LOCK_EX | LOCK_NB) < 0 ||
	    is_listening(r->socket)) {
		close_start(r);
		return false;
	}
	r->pid = fork_redis(r->folder);
	return r->pid > 0;
}

/* Every answered write is in the log already, so even killing it loses nothing. */
static void await_child(pid_t pid)
{
	int status;

	for (int waited_ms = 0; waited_ms < STOP_LIMIT_MS; waited_ms += STEP_MS) {
		if (waitpid(pid, &status, WNOHANG) != 0)
			return;
		wire_pause(STEP_MS);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void end_redis(const struct private_redis *r)
{
	int fd = wire_connect(r->socket);
	int status;

	if (fd >= 0) {
		if (!wire_ask(fd, "SHUTDOWN NOSAVE", STOP_LIMIT_MS) && r->pid == 0)
			wire_wait_end(fd, STOP_LIMIT_MS);
		close(fd);
	}
	/* Of several processes on one port only the parent gets here, and another may have started
	 * it: that one is not its child. */
	if (r->pid > 0 && waitpid(r->pid, &status, WNOHANG) == 0) {
		kill(r->pid, SIGTERM);
		await_child(r->pid);
	}
}

/* Ours or another hub's before us: one that nobody of us started has written no such file here. */
static bool was_started_here(const struct private_redis *r)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/redis.pid", r->folder) < (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}

void private_redis_stop(struct private_redis *r)
{
	if (!r->socket)
		return;
	/* The shared lock becomes an exclusive one only for the last user. */
	if (flock(r->users_fd, LOCK_EX | LOCK_NB) == 0 && (r->pid > 0 || was_started_here(r)))
		end_redis(r);
	close(r->users_fd);
	close_start(r);
	*r = (struct private_redis){.users_fd = -1, .start_fd = -1};
}
