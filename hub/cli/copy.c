#include "copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES 65536

static bool failed(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return false;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* Reads to the end and hashes; writes too where `to` is a file. */
static bool pass(int from, int to, struct copied *ret)
{
	unsigned char hash[EVIDENCE_HASH_BYTES];
	struct sha256 sum;
	char piece[PIECE_BYTES];
	ssize_t n;

	ret->bytes = 0;
	sha256_init(&sum);
	while ((n = read(from, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (to >= 0 && !write_all(to, piece, (size_t)n))) {
			sha256_drop(&sum);
			return false;
		}
		sha256_add(&sum, piece, (size_t)n);
		ret->bytes += n;
	}
	sha256_end(&sum, hash);
	evidence_hex(hash, ret->hash);
	return true;
}

bool copy_file(const char *from, const char *to, struct copied *ret)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out;
	bool good;

	if (in < 0)
		return failed(from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	good = out >= 0 && pass(in, out, ret) && fsync(out) == 0;
	if (!good)
		failed(to);
	if (out >= 0 && close(out) != 0)
		good = failed(to);
	close(in);
	return good;
}

bool copy_look(const char *path, struct copied *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool good = fd >= 0 && pass(fd, -1, ret) && fsync(fd) == 0;

	if (!good)
		failed(path);
	if (fd >= 0)
		close(fd);
	return good;
}

bool copy_text(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write_all(fd, text, len) && fsync(fd) == 0;

	if (!good)
		failed(path);
	if (fd >= 0 && close(fd) != 0)
		good = failed(path);
	return good;
}

bool copy_folder(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST || failed(path);
}

bool copy_sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (!good)
		failed(path);
	if (fd >= 0)
		close(fd);
	return good;
}

bool copy_is_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	bool empty = true;

	if (!dir)
		return errno == ENOENT;
	while (empty && (e = readdir(dir)))
		empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
	closedir(dir);
	return empty;
}
