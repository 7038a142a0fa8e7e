/* files.c: see files.h. */
#include "flow/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/respond.h"
#include "flow/row.h"
#include "sha256.h"

#define HASH_HEX_BYTES (2 * SHA256_BYTES + 1)

struct filing {
	struct flow *flow;
	struct principal *who;
	reply_fn *fn;
	file_fn *got;
	void *arg;
	char *notice_id, *name, *folder;
	int64_t seq;
	int notice;
	struct bytes content;
	enum file_type type;
	bool is_full; /* the event takes no file that it has not */
	char hash[HASH_HEX_BYTES];
	int fd;
	enum err err;
};

static struct filing *filing_new(struct flow *f, struct principal *who, const char *notice,
				 reply_fn *fn, void *arg)
{
	struct filing *x = mem_zalloc(sizeof(*x));

	x->flow = f;
	x->who = principal_ref(who);
	x->fn = fn;
	x->arg = arg;
	x->notice_id = mem_strdup(notice);
	x->folder = mem_strdup(f->config->data);
	x->fd = -1;
	return x;
}

static void filing_free(struct filing *x)
{
	principal_unref(x->who);
	free(x->notice_id);
	free(x->name);
	free(x->folder);
	free(x);
}

static void refuse(struct filing *x, enum err e, const char *detail)
{
	reply_problem(x->fn, x->arg, e, detail);
	filing_free(x);
}

/* DATA/files/3f/3f9c…, or the folder that it lies in. */
static void put_path(const struct filing *x, bool folder, struct buf *out)
{
	buf_reset(out);
	buf_printf(out, "%s/files/%.2s", x->folder, x->hash);
	if (!folder)
		buf_printf(out, "/%s", x->hash);
	buf_cstr(out);
}

/* --- beside the loop: in --- */

static bool sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

static bool folder_made(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool write_all(int fd, struct bytes content)
{
	while (content.len) {
		ssize_t n = write(fd, content.data, content.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		content.data += n;
		content.len -= (size_t)n;
	}
	return fsync(fd) == 0;
}

/* Under another name first: what has the name is whole. */
static bool write_under(const struct filing *x, const char *folder, const char *path)
{
	struct buf draft;
	bool good;
	int fd;

	buf_init(&draft, 8192);
	buf_printf(&draft, "%s/draft-XXXXXX", folder);
	buf_cstr(&draft);
	fd = mkostemp(draft.data, O_CLOEXEC);
	good = fd >= 0 && write_all(fd, x->content) && rename(draft.data, path) == 0;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !good)
		unlink(draft.data);
	buf_clear(&draft);
	return good;
}

static bool is_there(const struct filing *x, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (size_t)st.st_size == x->content.len;
}

static enum err keep_at(const struct filing *x, const char *folder, const char *path)
{
	if (is_there(x, path))
		return ERR_OK;
	if (x->is_full)
		return ERR_CONFLICT;
	return write_under(x, folder, path) ? ERR_OK : ERR_UNAVAILABLE;
}

static void keep(void *arg)
{
	struct filing *x = arg;
	unsigned char hash[SHA256_BYTES];
	struct buf files, folder, path;
	bool good;

	sha256_of(x->content.data, x->content.len, hash);
	sodium_bin2hex(x->hash, sizeof(x->hash), hash, sizeof(hash));
	buf_init(&files, 4096);
	buf_init(&folder, 4096);
	buf_init(&path, 4096);
	buf_printf(&files, "%s/files", x->folder);
	put_path(x, true, &folder);
	put_path(x, false, &path);
	good = !path.overflow && folder_made(buf_cstr(&files)) && folder_made(folder.data);
	x->err = good ? keep_at(x, folder.data, path.data) : ERR_UNAVAILABLE;
	if (x->err == ERR_OK &&
	    !(sync_folder(folder.data) && sync_folder(files.data) && sync_folder(x->folder)))
		x->err = ERR_UNAVAILABLE;
	buf_clear(&files);
	buf_clear(&folder);
	buf_clear(&path);
}

/* --- on the loop: in --- */

/* It is on disk; now the record says that it is this notice's. */
static void kept(void *arg)
{
	struct filing *x = arg;
	struct respond_in in = {
		.who = x->who, .notice = x->notice_id, .answer = ANSWER_ATTACH, .channel = "http"};
	json_t *params;

	if (x->err == ERR_CONFLICT) {
		refuse(x, x->err, FILES_FULL);
		return;
	}
	if (x->err != ERR_OK) {
		log_at(LOG_ERROR, "", "a file cannot be kept in the data folder");
		refuse(x, x->err, "The file cannot be kept just now");
		return;
	}
	params = json_pack("{s:s, s:s, s:i, s:I}", "file", x->hash, "name", x->name, "type",
			   (int)x->type, "bytes", (json_int_t)x->content.len);
	in.params = params;
	respond(x->flow, &in, x->fn, x->arg);
	json_decref(params);
	filing_free(x);
}

/* Asked before the disk is: whoever may not answer for the notice leaves nothing there. */
static enum err may_put(struct filing *x, const struct loaded *items, int count)
{
	struct notice *n;
	struct row row;
	enum err e = count == 1 ? row_open(x->flow, x->who, &items[0], &row) : ERR_NOT_FOUND;

	if (e != ERR_OK)
		return e;
	n = x->notice < row.record.notice_count ? &row.record.notices[x->notice] : NULL;
	if (!n ||
	    principal_sees_notice(x->who, x->flow->pack, n, &row.event, &row.record) == SIGHT_NONE)
		e = ERR_NOT_FOUND;
	else
		e = file_may_put(x->who, x->flow->pack, &row.record, n);
	x->is_full =
		row.record.file_count >= RECORD_FILES_MAX || items[0].record.len > RECORD_SAID_MAX;
	row_close(&row);
	return e;
}

static void on_may_put(void *arg, enum err e, const struct loaded *items, int count)
{
	struct filing *x = arg;

	if (e == ERR_OK)
		e = may_put(x, items, count);
	if (e == ERR_OK)
		loop_work(x->flow->loop, keep, kept, x);
	else
		refuse(x, e, e == ERR_CONFLICT ? FILE_CONFLICT : err_title(e));
}

void file_put(struct flow *f, const struct file_in *in, reply_fn *fn, void *arg)
{
	struct filing *x = filing_new(f, in->who, in->notice, fn, arg);

	x->name = mem_strdup(in->name);
	x->content = in->content;
	x->type = file_type_of(in->content.data, in->content.len);
	if (in->content.len > FILE_BYTES_MAX)
		refuse(x, ERR_TOO_LARGE, "A file has at most 20971520 bytes");
	else if (x->type == FILE_TYPE_COUNT)
		refuse(x, ERR_MEDIA_TYPE, "The content is neither PDF, JPEG, PNG nor OFD");
	else if (!id_parse_notice(in->notice, &x->seq, &x->notice))
		refuse(x, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
	else
		store_load(f->store, &x->seq, 1, true, on_may_put, x);
}

/* --- out --- */

static void open_file(void *arg)
{
	struct filing *x = arg;
	struct buf path;

	buf_init(&path, 4096);
	put_path(x, false, &path);
	x->fd = path.overflow ? -1 : open(path.data, O_RDONLY | O_CLOEXEC);
	buf_clear(&path);
}

static void opened(void *arg)
{
	struct filing *x = arg;

	if (x->fd < 0) {
		log_at(LOG_ERROR, "", "a file that a record names is not in the data folder: %s",
		       x->hash);
		refuse(x, ERR_UNAVAILABLE, "The file is not on this hub's disk");
		return;
	}
	x->got(x->arg, &(struct file_got){.fd = x->fd, .type = x->type, .name = x->name});
	filing_free(x);
}

/* Its own body may read it at once, everybody else who sees the notice unmasked when feedback or a
 * letter names it. Of the names that one content was given, the last. */
static const struct attachment *file_of(const struct filing *x, const struct row *row)
{
	const struct record *r = &row->record;
	const struct notice *n = x->notice < r->notice_count ? &r->notices[x->notice] : NULL;

	if (!n || principal_sees_notice(x->who, x->flow->pack, n, &row->event, r) != SIGHT_FULL)
		return NULL;
	for (int i = r->file_count - 1; i >= 0; i--) {
		const struct attachment *f = &r->files[i];

		if (f->notice == x->notice && !strcmp(f->hash, x->hash) &&
		    (f->feedback >= 0 || f->writing >= 0 || principal_answers(x->who, n->body)))
			return f;
	}
	return NULL;
}

static void on_may_get(void *arg, enum err e, const struct loaded *items, int count)
{
	struct filing *x = arg;
	const struct attachment *f;
	struct row row;

	if (e == ERR_OK)
		e = count == 1 ? row_open(x->flow, x->who, &items[0], &row) : ERR_NOT_FOUND;
	if (e == ERR_OK) {
		f = file_of(x, &row);
		x->name = f ? mem_strdup(f->name) : NULL;
		x->type = f ? f->type : FILE_TYPE_COUNT;
		row_close(&row);
	}
	if (x->name)
		loop_work(x->flow->loop, open_file, opened, x);
	else
		refuse(x, e == ERR_OK ? ERR_NOT_FOUND : e,
		       err_title(e == ERR_OK ? ERR_NOT_FOUND : e));
}

void file_get(struct flow *f, const struct file_wish *wish, file_fn *got, reply_fn *refused,
	      void *arg)
{
	struct filing *x = filing_new(f, wish->who, wish->notice, refused, arg);

	x->got = got;
	if (!id_parse_notice(wish->notice, &x->seq, &x->notice) ||
	    strspn(wish->hash, "0123456789abcdef") != HASH_HEX_BYTES - 1 ||
	    wish->hash[HASH_HEX_BYTES - 1]) {
		refuse(x, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
		return;
	}
	memcpy(x->hash, wish->hash, HASH_HEX_BYTES);
	store_load(f->store, &x->seq, 1, true, on_may_get, x);
}
