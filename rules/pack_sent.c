#include "pack_sent.h"

#include <string.h>

#include "base/utf8.h"
#include "json_scan.h"
#include "packdir.h"

#define FILES_MAX 200

/* The document's own limits: its texts are files. */
static const struct event_limits sent_limits = {
	.event_bytes = PACK_SENT_BYTES,
	.depth = 4,
	.members = FILES_MAX + 1,
	.attributes = FILES_MAX + 1,
	.string_bytes = PACK_SENT_BYTES,
	.long_string_bytes = PACK_SENT_BYTES,
};

struct reading {
	struct pack_file files[FILES_MAX];
	int count;
	struct diag *diag;
};

static void take_file(struct reading *r, const struct node *file)
{
	char where[POINTER_BYTES];
	size_t at = pointer_add(where, 0, "files", 5);

	pointer_add(where, at, file->name, file->name_len);
	if (!pack_file_is_known(file->name))
		diag_add(r->diag, where, "is not a file of a pack");
	else if (!node_text(file))
		diag_add(r->diag, where, "must be the text of the file");
	else if (r->count < FILES_MAX)
		r->files[r->count++] = (struct pack_file){file->name, file->text, file->len};
}

static void take_files(struct reading *r, const struct node *files)
{
	const struct node *file;

	if (!node_is(files, NODE_OBJECT)) {
		diag_add(r->diag, "/files", "must be an object of file name and text");
		return;
	}
	for (file = files->first; file; file = file->next)
		take_file(r, file);
}

static const char *take_why(struct reading *r, const struct node *why)
{
	const char *text = node_text(why);

	if (!text || !text[strspn(text, " \t\r\n")] || utf8_chars(text, why->len) > WHY_CHARS) {
		diag_add(r->diag, "/why", "must say why, in at most %d characters", WHY_CHARS);
		return "";
	}
	return arena_strdup(r->diag->arena, text);
}

/* A member that is there twice would let one file hide the other. */
static enum err read_tree(const char *data, size_t len, struct arena *arena, struct diag *diag,
			  const struct node **ret)
{
	const struct scan_in_bytes in = {data, len, &sent_limits};
	struct scan_tree tree = {0};
	struct scan_end end = {0};
	enum err e = json_scan_tree(&in, arena, diag, &tree, &end);

	if (e != ERR_OK)
		return e;
	if (tree.has_repeats)
		json_scan_repeats(data, len, &sent_limits, diag);
	if (!node_is(tree.root, NODE_OBJECT))
		diag_add(diag, "", "must be an object");
	*ret = tree.root;
	return diag->count ? ERR_INVALID : ERR_OK;
}

enum err pack_sent_read(const char *data, size_t len, struct pack_sent *ret, struct diag *diag)
{
	struct reading r = {.diag = diag};
	const struct node *root = NULL;
	struct pack *pack = NULL;
	struct arena arena;
	const char *why;
	enum err e;

	arena_init(&arena);
	e = read_tree(data, len, &arena, diag, &root);
	if (e != ERR_OK)
		goto out;
	why = take_why(&r, node_member(root, "why"));
	take_files(&r, node_member(root, "files"));
	e = ERR_INVALID;
	/* Faults of the files are told beside those of the document. */
	if (r.count && pack_read(r.files, r.count, &pack, diag) == ERR_OK && !diag->count) {
		*ret = (struct pack_sent){pack, why};
		pack = NULL;
		e = ERR_OK;
	} else if (!diag->count) {
		diag_add(diag, "/files", "must hold the files of a pack");
	}
out:
	pack_unref(pack);
	arena_clear(&arena);
	return e;
}
