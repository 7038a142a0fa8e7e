#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "live/provider.h"

static bool log_read(struct provider *p)
{
	ssize_t n = read(p->from, p->log + p->log_len, sizeof(p->log) - 1 - p->log_len);

	assert_true(n >= 0);
	p->log_len += (size_t)n;
	p->log[p->log_len] = '\0';
	return n > 0;
}

void provider_start(struct provider *p)
{
	int in[2], out[2];

	*p = (struct provider){.pid = -1};
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execlp("python3", "python3", "tests/live/misbehaving_provider.py", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p->to = in[1];
	p->from = out[0];
	while (!strchr(p->log, '\n'))
		assert_true(log_read(p));
	p->port = (int)strtol(p->log, NULL, 10);
	assert_in_range(p->port, 1, 65535);
}

void provider_url(const struct provider *p, const char *mode, char ret[64])
{
	(void)snprintf(ret, 64, "http://127.0.0.1:%d/%s", p->port, mode);
}

void provider_stop(struct provider *p)
{
	close(p->to);
	while (log_read(p))
		;
	close(p->from);
	assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
}

bool provider_has_said(struct provider *p, const char *text)
{
	struct pollfd ready = {.fd = p->from, .events = POLLIN};

	while (poll(&ready, 1, 0) == 1 && log_read(p))
		;
	return strstr(p->log, text) != NULL;
}

static bool word_take(const char **pos, char *ret, size_t room)
{
	size_t len = strcspn(*pos, " \n");

	if (len == 0 || len >= room)
		return false;
	memcpy(ret, *pos, len);
	ret[len] = '\0';
	*pos += len + (*(*pos + len) == ' ');
	return true;
}

static bool line_read(const char *pos, struct provider_line *ret)
{
	char number[3][32], expects[32];

	if (!word_take(&pos, ret->path, sizeof(ret->path)) ||
	    !word_take(&pos, ret->id, sizeof(ret->id)))
		return false;
	for (int i = 0; i < 3; i++) {
		if (!word_take(&pos, number[i], sizeof(number[i])))
			return false;
	}
	if (!word_take(&pos, expects, sizeof(expects)))
		return false;
	ret->connection = (int)strtol(number[0], NULL, 10);
	ret->number = (int)strtol(number[1], NULL, 10);
	ret->body_bytes = strtol(number[2], NULL, 10);
	ret->expects = strcmp(expects, "expect") == 0;
	return true;
}

bool provider_line_at(const struct provider *p, int i, struct provider_line *ret)
{
	const char *pos = p->log;

	for (int skip = 0; skip <= i && pos; skip++) {
		pos = strchr(pos, '\n');
		if (pos)
			pos++;
	}
	return pos && *pos && line_read(pos, ret);
}

int provider_count(const struct provider *p, const char *id)
{
	struct provider_line line;
	int count = 0;

	for (int i = 0; provider_line_at(p, i, &line); i++)
		count += strcmp(line.id, id) == 0;
	return count;
}
