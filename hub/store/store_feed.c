/*
 * store_feed.c: the feed's tail, on a connection of its own because it blocks. It begins with the
 * newest lines and then follows; after a reconnection it goes on from the last entry it has read,
 * if that is still there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "store/store_in.h"

#define BLOCK_MS	 5000
#define ENTRIES_PER_READ 256
/* Backwards in pieces that come in time on a busy machine too: an entry can have hundreds of lines.
 */
#define ENTRIES_PER_READ_BACK 32
#define ID_BYTES	      48

struct line { /* gathered from the newest backwards */
	struct line *older;
	char *cursor, *text;
};
struct feed_tail {
	struct store *store;
	struct link link;
	store_feed_fn *fn;
	void *arg;
	int backlog;	    /* lines still wanted */
	struct arena arena; /* of the lines gathered */
	struct line *newest_first, **oldest;
	int gathered;
	char last[ID_BYTES];   /* the newest entry read */
	char before[ID_BYTES]; /* where reading backwards goes on */
	bool is_following;     /* the backlog has been given */
};

static void read_on(struct feed_tail *t);

/* The entry's one field, or "" if it is no entry of ours. */
static char *lines_of(const struct redis_reply *entry)
{
	const struct redis_reply *fields;

	if (entry->type != REDIS_ARRAY || entry->count != 2)
		return NULL;
	fields = &entry->items[1];
	return fields->count >= 2 ? (char *)fields->items[1].str : NULL;
}

static void tail_drop(struct feed_tail *t, const struct redis_reply *r)
{
	if (r)
		link_drop(&t->link, r->type == REDIS_ERROR
					    ? r->str
					    : "an answer of another form than expected");
}

static void ask(struct feed_tail *t, const char *const *words, int64_t limit_ms, redis_fn *fn)
{
	struct args args;

	if (!t->link.is_up)
		return;
	args_init(&args, &t->store->arena);
	for (; *words; words++)
		args_str(&args, *words);
	link_ask(&t->link, &args, limit_ms, fn, t);
	args_clear(&args);
}

/* --- following --- */

int feed_count_lines(const char *lines)
{
	int n = 1;

	for (const char *s = lines; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

int feed_cut_lines(struct arena *arena, const char *id, char *lines, struct feed_entry *out)
{
	size_t id_len = strlen(id);
	char *end;
	int n = 0;

	for (char *s = lines; s; s = end, n++) {
		const char *at = args_digits(arena, n);
		char *cursor = arena_alloc(arena, id_len + strlen(at) + 2);

		end = strchr(s, '\n');
		if (end)
			*end++ = '\0';
		memcpy(cursor, id, id_len);
		cursor[id_len] = '.';
		memcpy(cursor + id_len + 1, at, strlen(at) + 1);
		out[n].cursor = cursor;
		out[n].line = s;
	}
	return n;
}

static int count_lines(const struct redis_reply *entries)
{
	int n = 0;

	for (int i = 0; i < entries->count; i++) {
		const char *s = lines_of(&entries->items[i]);

		n += s ? feed_count_lines(s) : 0;
	}
	return n;
}

/* Cuts the replies' own memory into lines. */
static void give(struct feed_tail *t, const struct redis_reply *entries)
{
	struct feed_entry *out;
	struct arena arena;
	int n = 0;

	arena_init(&arena);
	out = arena_alloc(&arena, sizeof(*out) * (size_t)(count_lines(entries) + 1));
	for (int i = 0; i < entries->count; i++) {
		char *s = lines_of(&entries->items[i]);

		if (!s)
			continue;
		n += feed_cut_lines(&arena, entries->items[i].items[0].str, s, out + n);
		snprintf(t->last, sizeof(t->last), "%s", entries->items[i].items[0].str);
	}
	if (n)
		t->fn(t->arg, out, n);
	arena_clear(&arena);
}

/* XREAD answers nil when nothing came in time, else one stream: its name and its entries. */
static void on_new(void *arg, const struct redis_reply *r)
{
	struct feed_tail *t = arg;

	if (r && r->type == REDIS_NIL) {
		read_on(t);
	} else if (r && r->type == REDIS_ARRAY && r->count == 1 && r->items[0].count == 2) {
		give(t, &r->items[0].items[1]);
		read_on(t);
	} else {
		tail_drop(t, r);
	}
}

static void read_on(struct feed_tail *t)
{
	char block[16], count[16];

	snprintf(block, sizeof(block), "%d", BLOCK_MS);
	snprintf(count, sizeof(count), "%d", ENTRIES_PER_READ);
	ask(t,
	    (const char *const[]){"XREAD", "COUNT", count, "BLOCK", block, "STREAMS",
				  t->store->keys.feed, t->last, NULL},
	    BLOCK_MS + t->store->limit_ms, on_new);
}

/* --- after a reconnection --- */

static void on_newest(void *arg, const struct redis_reply *r)
{
	struct feed_tail *t = arg;
	char cursor[ID_BYTES + 2];

	if (!r || r->type != REDIS_ARRAY) {
		tail_drop(t, r);
		return;
	}
	snprintf(t->last, sizeof(t->last), "%s",
		 r->count && lines_of(&r->items[0]) ? r->items[0].items[0].str : "0-0");
	snprintf(cursor, sizeof(cursor), "%s.0", t->last);
	t->fn(t->arg, &(struct feed_entry){.cursor = cursor, .line = ""}, -1);
	read_on(t);
}

static void gap(struct feed_tail *t)
{
	log_at(LOG_WARN, "", "the feed was trimmed beyond where this hub had read it");
	ask(t,
	    (const char *const[]){"XREVRANGE", t->store->keys.feed, "+", "-", "COUNT", "1", NULL},
	    t->store->limit_ms, on_newest);
}

/* As long as the entry read last is still there, nothing behind it can have been trimmed. */
static void on_last_seen(void *arg, const struct redis_reply *r)
{
	struct feed_tail *t = arg;

	if (r && r->type == REDIS_ARRAY && r->count == 0)
		gap(t);
	else if (r && r->type == REDIS_ARRAY)
		read_on(t);
	else
		tail_drop(t, r);
}

/* Nothing had been read yet: something can be missing only if the stream has grown to where it is
 * trimmed. */
static void on_length(void *arg, const struct redis_reply *r)
{
	struct feed_tail *t = arg;

	if (r && r->type == REDIS_INTEGER && r->integer >= STORE_FEED_ENTRIES)
		gap(t);
	else if (r && r->type == REDIS_INTEGER)
		read_on(t);
	else
		tail_drop(t, r);
}

static void go_on(struct feed_tail *t)
{
	const char *feed = t->store->keys.feed;

	if (strcmp(t->last, "0-0") != 0)
		ask(t, (const char *const[]){"XRANGE", feed, t->last, t->last, NULL},
		    t->store->limit_ms, on_last_seen);
	else
		ask(t, (const char *const[]){"XLEN", feed, NULL}, t->store->limit_ms, on_length);
}

/* --- the beginning --- */

static void forget_backlog(struct feed_tail *t)
{
	arena_clear(&t->arena);
	t->newest_first = NULL;
	t->oldest = &t->newest_first;
	t->gathered = 0;
}

static void backlog_end(struct feed_tail *t)
{
	struct feed_entry *out = arena_alloc(&t->arena, sizeof(*out) * (size_t)(t->gathered + 1));
	int at = t->gathered;

	for (struct line *l = t->newest_first; l; l = l->older)
		out[--at] = (struct feed_entry){.cursor = l->cursor, .line = l->text};
	t->is_following = true;
	t->fn(t->arg, out, t->gathered);
	forget_backlog(t);
	go_on(t);
}

/* One entry's lines, its last first, until there are enough. */
static void gather(struct feed_tail *t, const struct redis_reply *entry)
{
	char *s = lines_of(entry), *at;
	int line = 0;

	if (!s)
		return;
	for (at = s; (at = strchr(at, '\n')); at++)
		line++;
	for (; line >= 0 && t->gathered < t->backlog; line--) {
		struct line *l = arena_zalloc(&t->arena, sizeof(*l));

		at = strrchr(s, '\n');
		l->text = arena_strdup(&t->arena, at ? at + 1 : s);
		l->cursor = arena_printf(&t->arena, "%s.%d", entry->items[0].str, line);
		if (at)
			*at = '\0';
		*t->oldest = l;
		t->oldest = &l->older;
		t->gathered++;
	}
}

static void read_back(struct feed_tail *t);

static void on_older(void *arg, const struct redis_reply *r)
{
	struct feed_tail *t = arg;

	if (!r || r->type != REDIS_ARRAY) {
		tail_drop(t, r);
		return;
	}
	for (int i = 0; i < r->count; i++)
		gather(t, &r->items[i]);
	if (r->count && lines_of(&r->items[0]) && !strcmp(t->last, "0-0"))
		snprintf(t->last, sizeof(t->last), "%s", r->items[0].items[0].str);
	if (r->count < ENTRIES_PER_READ_BACK || t->gathered >= t->backlog) {
		backlog_end(t);
		return;
	}
	snprintf(t->before, sizeof(t->before), "(%s", r->items[r->count - 1].items[0].str);
	read_back(t);
}

static void read_back(struct feed_tail *t)
{
	char count[16];

	snprintf(count, sizeof(count), "%d", ENTRIES_PER_READ_BACK);
	ask(t,
	    (const char *const[]){"XREVRANGE", t->store->keys.feed, t->before, "-", "COUNT", count,
				  NULL},
	    t->store->limit_ms, on_older);
}

static void on_up(struct link *l)
{
	struct feed_tail *t = l->opt.owner;

	/* What has been gathered stays: entries do not change. Beginning anew each time might never
	 * end. */
	if (t->is_following)
		go_on(t);
	else
		read_back(t);
}

static void on_down(struct link *l, const char *why)
{
	(void)l;
	/* at large the main connection tells it */
	log_at(LOG_DEBUG, "", "the feed's connection: %s", why);
}

static void on_closed(struct link *l)
{
	struct feed_tail *t = l->opt.owner;

	store_part_closed(t->store);
}

static const struct link_events tail_events = {on_up, on_down, on_closed};

void store_feed_start(struct store *s, int backlog, store_feed_fn *fn, void *arg)
{
	struct feed_tail *t = mem_zalloc(sizeof(*t));
	struct link_options link;

	t->store = s;
	t->fn = fn;
	t->arg = arg;
	t->backlog = backlog;
	arena_init(&t->arena);
	forget_backlog(t);
	snprintf(t->last, sizeof(t->last), "0-0");
	snprintf(t->before, sizeof(t->before), "+");
	s->feed = t;
	store_link_options(s, &link, t);
	link_open(&t->link, &link, &tail_events);
}

void feed_tail_follow(struct feed_tail *t)
{
	link_follow(&t->link);
}

void feed_tail_close(struct feed_tail *t)
{
	link_close(&t->link);
}

void feed_tail_free(struct feed_tail *t)
{
	if (!t)
		return;
	arena_clear(&t->arena);
	free(t);
}
