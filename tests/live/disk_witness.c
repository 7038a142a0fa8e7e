/*
 * disk_witness.c: put in front of the C library, it writes down what a program asks of the disk, in
 * the order in which it does: "fsync PATH" and "rename PATH PATH", a line each, in the file that
 * DISK_WITNESS names.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fsync(int fd);
int rename(const char *from, const char *to);

static void say(const char *what, const char *about, const char *more)
{
	const char *path = getenv("DISK_WITNESS");
	char line[4096];
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
	int len = snprintf(line, sizeof(line), "%s %s%s%s\n", what, about, *more ? " " : "", more);

	if (fd < 0)
		return;
	if (write(fd, line, (size_t)len) != len)
		abort();
	close(fd);
}

int fsync(int fd)
{
	int (*real)(int);
	char link[64], path[2048];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	say("fsync", path, "");
	*(void **)&real = dlsym(RTLD_NEXT, "fsync");
	return real(fd);
}

int rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *);

	say("rename", from, to);
	*(void **)&real = dlsym(RTLD_NEXT, "rename");
	return real(from, to);
}
