/* static.c: see static.h. */
#include "net/static.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "net/static_coding.h"

#define TOTAL_BYTES_MAX ((size_t)64 << 20)
#define FILES_MAX	4096
#define DEPTH_MAX	8
#define PATH_BYTES	512
#define ETAG_BYTES	35 /* two quotes, 32 digits, NUL */

const char static_security_headers[] =
	"Content-Security-Policy: default-src 'self'; script-src 'self'; style-src 'self'; "
	"img-src 'self' data:; connect-src 'self' wss:; object-src 'none'; base-uri 'none'; "
	"frame-ancestors 'none'; form-action 'self'\r\n"
	"X-Content-Type-Options: nosniff\r\n"
	"Referrer-Policy: no-referrer\r\n";

struct variant { /* one coding of one file; data is NULL where there is none */
	char *data, *headers;
	size_t len;
	char etag[ETAG_BYTES];
};
struct static_file {
	char *path; /* "/assets/x.js" */
	struct variant variants[STATIC_CODINGS];
};
struct static_files {
	struct static_file *files; /* sorted by path once all are read */
	int count;
	size_t total_bytes;
	bool is_full;
};

static const struct {
	const char *ending, *type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".mjs", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".json", "application/json"},
	{".svg", "image/svg+xml"},
	{".woff2", "font/woff2"},
	{".png", "image/png"},
	{".ico", "image/x-icon"},
	{".txt", "text/plain; charset=utf-8"},
	{".map", "application/json"},
};
static const char *const endings[STATIC_CODINGS] = {"", ".br", ".gz"};
static const char *const coding_lines[STATIC_CODINGS] = {"", "Content-Encoding: br\r\n",
							 "Content-Encoding: gzip\r\n"};

static const char not_built[] =
	"<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>Tandem</title></head><body>\n"
	"<h1>Tandem 审管联动与双告知中枢</h1>\n"
	"<p>服务正在运行,页面尚未构建。请执行 <code>cd dashboard &amp;&amp; npm ci &amp;&amp; npm run build</code>,然后重新启动;"
	"接口 <code>/api/v1</code> 不受影响。</p>\n"
	"<p lang=\"en\">The hub is running, but its page has not been built. Run "
	"<code>cd dashboard &amp;&amp; npm ci &amp;&amp; npm run build</code> and start the hub again; "
	"the interface under <code>/api/v1</code> works without it.</p>\n</body></html>\n";

static bool has_ending(const char *s, const char *ending)
{
	size_t len = strlen(s), end = strlen(ending);

	return len >= end && strcmp(s + len - end, ending) == 0;
}

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (has_ending(path, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}

static const char *caching_of(const char *path)
{
	return strncmp(path, "/assets/", 8) == 0 ? "public, max-age=31536000, immutable"
						 : "no-cache";
}

/* The tag is of the bytes that are sent, so each coding has its own, as a strong tag must. */
static void variant_describe(struct variant *v, const char *path, enum static_coding coding)
{
	unsigned char hash[16];
	char hex[33], line[512];

	crypto_generichash(hash, sizeof(hash), (unsigned char *)v->data, v->len, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(v->etag, sizeof(v->etag), "\"%s\"", hex);
	snprintf(line, sizeof(line),
		 "Content-Type: %s\r\n%sCache-Control: %s\r\nVary: Accept-Encoding\r\nETag: %s\r\n",
		 type_of(path), coding_lines[coding], caching_of(path), v->etag);
	v->headers = mem_strdup(line);
}

static int file_order(const void *a, const void *b)
{
	return strcmp(((const struct static_file *)a)->path, ((const struct static_file *)b)->path);
}

static struct static_file *file_find(const struct static_files *s, const char *path)
{
	struct static_file key = {.path = (char *)path};

	return s->count ? bsearch(&key, s->files, (size_t)s->count, sizeof(key), file_order) : NULL;
}

/* Links are not followed: what is served is what stands in the folder. */
static char *file_read(const char *name, size_t room, size_t *ret_len)
{
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	size_t len = 0;
	char *data = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 0 ||
	    (uint64_t)st.st_size > room)
		goto out;
	data = mem_alloc((size_t)st.st_size);
	while (len < (size_t)st.st_size) {
		ssize_t n = read(fd, data + len, (size_t)st.st_size - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
out:
	close(fd);
	return data;
}

static void file_add(struct static_files *s, const char *name, const char *path)
{
	struct variant v = {0};

	if (s->count == FILES_MAX) {
		s->is_full = true;
		return;
	}
	v.data = file_read(name, TOTAL_BYTES_MAX - s->total_bytes, &v.len);
	if (!v.data) {
		s->is_full = true;
		return;
	}
	s->total_bytes += v.len;
	s->files = mem_realloc(s->files, (size_t)(s->count + 1) * sizeof(*s->files));
	s->files[s->count++] =
		(struct static_file){.path = mem_strdup(path), .variants[STATIC_PLAIN] = v};
}

static void folder_add(struct static_files *s, const char *root, const char *path, int depth);

static void entry_add(struct static_files *s, const char *root, const char *path, int depth)
{
	char name[PATH_BYTES * 2];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", root, path);
	if (lstat(name, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
		folder_add(s, root, path, depth + 1);
	else if (S_ISREG(st.st_mode))
		file_add(s, name, path);
}

static void folder_add(struct static_files *s, const char *root, const char *path, int depth)
{
	char name[PATH_BYTES * 2];
	const struct dirent *e;
	DIR *dir;

	snprintf(name, sizeof(name), "%s%s", root, path);
	dir = opendir(name);
	if (!dir)
		return;
	while ((e = readdir(dir))) {
		char below[PATH_BYTES];
		int len = snprintf(below, sizeof(below), "%s/%s", path, e->d_name);

		if (e->d_name[0] != '.' && len < (int)sizeof(below))
			entry_add(s, root, below, depth);
	}
	closedir(dir);
}

static void file_clear(struct static_file *f)
{
	for (int i = 0; i < STATIC_CODINGS; i++) {
		free(f->variants[i].data);
		free(f->variants[i].headers);
	}
	free(f->path);
}

/* "x.js.br" becomes a variant of "x.js" and is no file of its own; without an "x.js" it stays one.
 */
static bool sibling_join(struct static_files *s, struct static_file *f)
{
	for (int i = STATIC_PLAIN + 1; i < STATIC_CODINGS; i++) {
		char base[PATH_BYTES];
		struct static_file *plain;

		if (!has_ending(f->path, endings[i]))
			continue;
		snprintf(base, sizeof(base), "%.*s", (int)(strlen(f->path) - 3), f->path);
		plain = file_find(s, base);
		if (!plain)
			continue;
		plain->variants[i] = f->variants[STATIC_PLAIN];
		f->variants[STATIC_PLAIN] = (struct variant){0};
		return true;
	}
	return false;
}

static void siblings_join(struct static_files *s)
{
	int kept = 0;
	bool *is_joined = mem_zalloc((size_t)s->count);

	for (int i = 0; i < s->count; i++)
		is_joined[i] = sibling_join(s, &s->files[i]);
	for (int i = 0; i < s->count; i++) {
		if (is_joined[i])
			file_clear(&s->files[i]);
		else
			s->files[kept++] = s->files[i];
	}
	s->count = kept;
	free(is_joined);
}

static void variants_describe(struct static_file *f)
{
	for (int i = 0; i < STATIC_CODINGS; i++)
		if (f->variants[i].data)
			variant_describe(&f->variants[i], f->path, (enum static_coding)i);
}

struct static_files *static_load(const char *dir)
{
	struct static_files *s = mem_zalloc(sizeof(*s));

	folder_add(s, dir, "", 0);
	if (s->is_full)
		log_at(LOG_WARN, "",
		       "the page's folder is too large or unreadable in part; only some of it is served");
	if (s->count) {
		qsort(s->files, (size_t)s->count, sizeof(*s->files), file_order);
		siblings_join(s);
	}
	for (int i = 0; i < s->count; i++)
		variants_describe(&s->files[i]);
	return s;
}

void static_free(struct static_files *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->count; i++)
		file_clear(&s->files[i]);
	free(s->files);
	free(s);
}

static const struct variant *variant_choose(const struct static_file *f, const char *accepts)
{
	const struct variant *best = &f->variants[STATIC_PLAIN];
	int best_weight = 0;

	for (int i = STATIC_PLAIN + 1; i < STATIC_CODINGS; i++) {
		int weight = static_coding_weight(accepts, (enum static_coding)i);

		if (!f->variants[i].data || weight <= best_weight)
			continue;
		best = &f->variants[i];
		best_weight = weight;
	}
	return best;
}

static bool answer_not_built(struct http_request *req)
{
	http_reply_static(req, 200,
			  "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-cache\r\n",
			  not_built, sizeof(not_built) - 1);
	return true;
}

bool static_handle(struct static_files *s, struct http_request *req)
{
	bool is_root = strcmp(req->path, "/") == 0,
	     is_index = is_root || strcmp(req->path, "/index.html") == 0;
	const struct static_file *f;
	const struct variant *v;

	if (strcmp(req->method, "GET") != 0 && strcmp(req->method, "HEAD") != 0)
		return false;
	f = file_find(s, is_root ? "/index.html" : req->path);
	if (!f)
		return is_index && answer_not_built(req);
	v = variant_choose(f, http_header(req, "Accept-Encoding"));
	if (static_tag_matches(http_header(req, "If-None-Match"), v->etag))
		http_reply_static(req, 304, v->headers, "", 0);
	else
		http_reply_static(req, 200, v->headers, v->data, v->len);
	return true;
}
