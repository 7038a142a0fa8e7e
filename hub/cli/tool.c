#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIECE_BYTES 4096

_Noreturn static void become(const struct tool *t, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    (t->secret && setenv(t->secret_name, t->secret, 1) != 0))
		_exit(126);
	execvp(t->argv[0], (char *const *)(uintptr_t)t->argv);
	_exit(127);
}

static void read_all(int fd, struct buf *out)
{
	char piece[PIECE_BYTES];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			buf_add(out, piece, (size_t)n);
	}
}

int tool_run(const struct tool *t, struct buf *out)
{
	int ends[2], status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0)
		become(t, ends[1]);
	close(ends[1]);
	if (pid > 0)
		read_all(ends[0], out);
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
