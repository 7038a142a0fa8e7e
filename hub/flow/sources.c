/* sources.c: see sources.h. */
#include "flow/sources.h"

#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "flow/view.h"
#include "metrics.h"

#define DIGITS_MAX	   14
#define TIMES_MAX	   16
#define INTERVALS_MIN	   4  /* so few say nothing about what is usual */
#define SILENT_TIMES	   3  /* the usual interval */
#define SILENT_MINUTES_MIN 30 /* of office hours */

bool sources_number(const struct event *e, int64_t *ret)
{
	const char *s = node_text(node_member(e->root, "sequence"));
	size_t digits = s ? strspn(s, "0123456789") : 0;

	if (!digits || digits > DIGITS_MAX || s[digits])
		return false;
	*ret = strtoll(s, NULL, 10);
	return true;
}

struct noting {
	sources_noted_fn *fn;
	void *arg;
};

static void on_seen(void *arg, enum err e, const struct source_seen_out *out)
{
	struct noting *n = arg;

	if (e == ERR_OK) {
		metric_add(METRIC_SOURCE_MISSING, out->missing);
		metric_add(METRIC_SOURCE_FOUND, out->found);
		metric_add(METRIC_SOURCE_TWICE, out->twice);
	}
	n->fn(n->arg, e);
	free(n);
}

static const char *bureau_of(const struct event *e)
{
	return e->accepting ? e->accepting : e->deciding ? e->deciding : "";
}

void sources_note(struct flow *f, const struct source_note *in, sources_noted_fn *fn, void *arg)
{
	struct noting *n = mem_zalloc(sizeof(*n));

	*n = (struct noting){fn, arg};
	store_source_seen(f->store,
			  &(struct source_seen_in){.source = in->event->source,
						   .number = in->number,
						   .now_ms = clock_now_ms(&f->clock),
						   .body = bureau_of(in->event),
						   .region = in->event->region,
						   .is_repeat = in->is_repeat},
			  on_seen, n);
}

/* --- how long it usually is from one event to the next, in office hours --- */

struct silence {
	int64_t usual, now; /* minutes; usual -1: not known yet */
	bool is_long;
};

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct silence silence_of(struct flow *f, const json_t *kept)
{
	const struct calendar *calendar = pack_calendar(f->pack);
	const json_t *times = json_object_get(kept, "times");
	int64_t between[TIMES_MAX], before = -1, at;
	struct silence s = {.usual = -1};
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(times); i++, before = at) {
		at = json_integer_value(json_array_get(times, i));
		if (before >= 0 && count < TIMES_MAX)
			between[count++] = calendar_working_minutes(calendar, before, at);
	}
	if (before < 0)
		return s;
	s.now = calendar_working_minutes(calendar, before, clock_now_ms(&f->clock));
	if (count < INTERVALS_MIN)
		return s;
	qsort(between, count, sizeof(between[0]), by_size);
	s.usual = between[count / 2];
	s.is_long = s.now > SILENT_MINUTES_MIN && s.now > SILENT_TIMES * s.usual;
	return s;
}

/* --- what is told --- */

struct reading {
	struct flow *flow;
	struct principal *who; /* NULL: only counted */
	reply_fn *fn;
	void *arg;
};

static const char *word_of(const json_t *kept, const char *name)
{
	const char *s = json_string_value(json_object_get(kept, name));

	return s ? s : "";
}

static bool sees(const struct reading *r, const char *source, const json_t *kept)
{
	const struct record as = {.approvers = word_of(kept, "body")};
	const struct pack *pack = r->flow->pack;
	const char *region = word_of(kept, "region");

	return principal_approves(r->who, &as) ||
	       principal_oversees(r->who, pack, region, WHO_COORDINATOR) ||
	       principal_oversees(r->who, pack, region, WHO_AUDITOR) ||
	       (principal_is(r->who, WHO_SYSTEM) && *r->who->source &&
		principal_may_submit(r->who, source));
}

static void put_gaps(const json_t *gaps, struct buf *out)
{
	buf_add_str(out, ",\"gaps\":[");
	for (size_t i = 0; i + 1 < json_array_size(gaps); i += 2)
		buf_printf(out, "%s{\"from\":%lld,\"to\":%lld}", i ? "," : "",
			   (long long)json_integer_value(json_array_get(gaps, i)),
			   (long long)json_integer_value(json_array_get(gaps, i + 1)));
	buf_add_char(out, ']');
}

static void put_source(const struct reading *r, const char *source, const json_t *kept,
		       struct buf *out)
{
	const json_t *times = json_object_get(kept, "times");
	const char *body = word_of(kept, "body");
	int b = pack_find_body(r->flow->pack, body);
	struct silence s = silence_of(r->flow, kept);

	buf_add_str(out, out->data[out->len - 1] == '[' ? "{\"source\":" : ",{\"source\":");
	buf_add_json(out, source);
	buf_add_str(out, ",\"body\":");
	buf_add_json(out, *body ? body : NULL);
	buf_add_str(out, ",\"body_name\":");
	buf_add_json(out, b < 0 ? NULL : pack_view(r->flow->pack)->bodies[b].name);
	buf_printf(out, ",\"last\":%lld,\"missing\":%lld,\"twice\":%lld",
		   (long long)json_integer_value(json_object_get(kept, "last")),
		   (long long)json_integer_value(json_object_get(kept, "missing")),
		   (long long)json_integer_value(json_object_get(kept, "twice")));
	put_gaps(json_object_get(kept, "gaps"), out);
	buf_add_str(out, ",\"seen\":");
	view_time(out, json_integer_value(json_array_get(times, json_array_size(times) - 1)));
	buf_add_str(out, ",\"usual_minutes\":");
	if (s.usual < 0)
		buf_add_str(out, "null");
	else
		buf_add_int(out, s.usual);
	buf_printf(out, ",\"silent_minutes\":%lld,\"silent\":%s}", (long long)s.now,
		   s.is_long ? "true" : "false");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static void reading_answer(struct reading *r, enum err e, struct buf *out)
{
	struct reply reply = {.err = ERR_OK, .status = 200, .etag = ""};

	if (out->overflow)
		e = ERR_TOO_LARGE;
	if (e == ERR_OK) {
		reply.json = buf_cstr(out);
		reply.len = out->len;
		r->fn(r->arg, &reply);
	} else {
		reply_problem(r->fn, r->arg, e, err_title(e));
	}
	principal_unref(r->who);
}

static void on_list(void *arg, enum err e, const struct named *items, int count)
{
	struct reading *r = arg;
	struct named *sorted = mem_alloc(sizeof(*sorted) * (size_t)(count + 1));
	int64_t silent = 0;
	struct buf out;

	for (int i = 0; i < count; i++)
		sorted[i] = items[i];
	qsort(sorted, (size_t)count, sizeof(*sorted), by_name);
	buf_init(&out, 8 << 20);
	buf_add_str(&out, "{\"items\":[");
	for (int i = 0; i < count; i++) {
		json_t *kept = json_loadb(sorted[i].value.data, sorted[i].value.len, 0, NULL);

		silent += silence_of(r->flow, kept).is_long;
		if (r->who && sees(r, sorted[i].name, kept))
			put_source(r, sorted[i].name, kept, &out);
		json_decref(kept);
	}
	buf_add_str(&out, "],\"next\":null}");
	if (e == ERR_OK)
		metric_set(METRIC_SOURCES_SILENT, silent);
	if (r->who)
		reading_answer(r, e, &out);
	buf_clear(&out);
	free(sorted);
	free(r);
}

static void look(struct flow *f, struct principal *who, reply_fn *fn, void *arg)
{
	struct reading *r = mem_zalloc(sizeof(*r));

	*r = (struct reading){f, who ? principal_ref(who) : NULL, fn, arg};
	store_list(f->store, TABLE_SOURCES, on_list, r);
}

void sources_look(struct flow *f)
{
	look(f, NULL, NULL, NULL);
}

void query_sources(struct flow *f, struct principal *who, reply_fn *fn, void *arg)
{
	look(f, who, fn, arg);
}
