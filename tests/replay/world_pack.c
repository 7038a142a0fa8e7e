/* world_pack.c: the pack of a driven world, and what becomes of it while the clocks run. */
#include "replay/world_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/policies.h"
#include "packdir.h"

void world_read_pack(struct world *w, const char *folder)
{
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	if (pack_read_dir(folder, &w->pack, &diag) != ERR_OK)
		fail_msg("%s: %s", folder, diag.first ? diag.first->what : "cannot be read");
	arena_clear(&arena);
}

/* As every hub does that has read its folder anew. */
static void offer_pack(struct world *w, struct pack *old)
{
	struct buf content;

	buf_init(&content, PACK_CONTENT_BYTES);
	pack_canonical(w->pack, &content);
	for (int i = 0; i < w->hub_count; i++)
		policies_offer_folder(w->hubs[i].flow->policies, w->pack,
				      (struct bytes){content.data, content.len});
	for (int i = 0; i < w->hub_count; i++)
		world_until_taken(w, i);
	buf_clear(&content);
	pack_unref(old);
}

void world_use_pack(struct world *w, const char *pack_folder)
{
	struct pack *old = w->pack;

	world_read_pack(w, pack_folder);
	offer_pack(w, old);
}

/* The canonical content with the len bytes at `at` made into something else. */
static void change_content(struct world *w, struct buf *content, const char *at, size_t len,
			   const char *is)
{
	struct pack *old = w->pack;
	struct buf fresh;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	buf_init(&fresh, 1 << 20);
	buf_add(&fresh, content->data, (size_t)(at - content->data));
	buf_printf(&fresh, "%s%s", is, at + len);
	if (pack_read_canonical(buf_cstr(&fresh), fresh.len, &w->pack, &diag) != ERR_OK)
		fail_msg("%s: %s", is, diag.first ? diag.first->what : "cannot be read");
	offer_pack(w, old);
	buf_clear(&fresh);
	buf_clear(content);
	arena_clear(&arena);
}

static const char *content_find(const struct world *w, struct buf *content, const char *text)
{
	const char *at;

	buf_init(content, 1 << 20);
	pack_canonical(w->pack, content);
	at = strstr(buf_cstr(content), text);
	assert_non_null(at);
	return at;
}

void world_amend(struct world *w, const char *file, const char *more)
{
	struct buf content;
	char mark[64], with[512];
	const char *at;

	snprintf(mark, sizeof(mark), "[\"%s\"", file);
	snprintf(with, sizeof(with), ",%s", more);
	at = content_find(w, &content, mark);
	change_content(w, &content, at + strcspn(at, "]"), 0, with);
}

void world_replace(struct world *w, const char *was, const char *is)
{
	struct buf content;
	const char *at = content_find(w, &content, was);

	change_content(w, &content, at, strlen(was), is);
}
