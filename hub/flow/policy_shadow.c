/* policy_shadow.c: see policy_shadow.h; and the calls that turn it on and off and ask what it
 * found. */
#include "flow/policy_shadow.h"

#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "flow/policy_call.h"
#include "flow/view.h"

struct shadow {
	struct policies *ps;
	struct pack *was, *is; /* that the comparison is of */
	struct diff *diff;
	struct diff_sums sums; /* not written yet */
	struct arena arena;    /* of the lines */
	struct bytes lines[SHADOW_LAST_MAX];
	int64_t line_count; /* the newest are kept, each in the place of an older one */
	struct diff_sums sent;
	const struct pack *sent_of;
	bool sending;
};

struct shadow *shadow_new(struct policies *ps)
{
	struct shadow *s = mem_zalloc(sizeof(*s));

	s->ps = ps;
	arena_init(&s->arena);
	return s;
}

static void compare_with(struct shadow *s, struct pack *was, struct pack *is)
{
	if (s->is != is) { /* what was counted for another one is not this one's */
		s->sums = (struct diff_sums){0};
		s->line_count = 0;
	}
	diff_free(s->diff);
	pack_unref(s->was);
	pack_unref(s->is);
	s->was = was ? pack_ref(was) : NULL;
	s->is = is ? pack_ref(is) : NULL;
	s->diff = was && is ? diff_new_counting(was, is) : NULL;
}

void shadow_free(struct shadow *s)
{
	compare_with(s, NULL, NULL);
	arena_clear(&s->arena);
	free(s);
}

static void add(struct diff_sums *to, const struct diff_sums *more)
{
	to->events += more->events;
	to->changed += more->changed;
	to->gained += more->gained;
	to->lost += more->lost;
	to->altered += more->altered;
}

static void member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_add_json(out, value);
}

static void keep_line(struct shadow *s, const struct shadow_event *e, const struct diff_sample *x)
{
	struct buf out;

	buf_init(&out, 64 << 10);
	buf_printf(&out, "{\"event\":\"e%lld\",\"at\":", (long long)e->seq);
	view_time(&out, e->in.at_ms);
	member(&out, "policy", pack_view(e->pack)->version);
	member(&out, "item", x->item);
	member(&out, "region", x->region);
	member(&out, "what", x->what);
	buf_add_char(&out, '}');
	s->lines[s->line_count++ % SHADOW_LAST_MAX] =
		(struct bytes){arena_strndup(&s->arena, out.data, out.len), out.len};
	buf_clear(&out);
}

void policies_shadow(struct policies *ps, const struct shadow_event *e)
{
	struct shadow *s = ps->shadowing;
	int count;

	if (!ps->shadow || !ps->shadow->pack)
		return;
	if (s->was != e->pack || s->is != ps->shadow->pack)
		compare_with(s, e->pack, ps->shadow->pack);
	if (diff_event(s->diff, e->event, &e->in)) {
		const struct diff_sample *x = diff_samples(s->diff, &count);

		if (count && s->arena.total_bytes < (1u << 20))
			keep_line(s, e, x);
	}
	add(&s->sums, diff_sums(s->diff));
	diff_forget(s->diff);
}

static void on_added(void *arg, enum err e, const char *text)
{
	struct shadow *s = arg;

	(void)text;
	s->sending = false;
	if (e != ERR_OK && s->sent_of == s->is)
		add(&s->sums, &s->sent); /* again with the next */
}

void shadow_flush(struct shadow *s)
{
	struct bytes lines[SHADOW_LAST_MAX];
	struct shadow_counts in = {.lines = lines};
	int64_t from = s->line_count > SHADOW_LAST_MAX ? s->line_count - SHADOW_LAST_MAX : 0;

	if (s->sending || !s->sums.events || !s->is)
		return;
	while (from < s->line_count)
		lines[in.line_count++] = s->lines[from++ % SHADOW_LAST_MAX];
	s->sent = s->sums;
	s->sums = (struct diff_sums){0};
	s->sent_of = s->is;
	s->sending = true;
	in.version = pack_view(s->is)->version;
	in.events = s->sent.events;
	in.changed = s->sent.changed;
	in.gained = s->sent.gained;
	in.lost = s->sent.lost;
	in.altered = s->sent.altered;
	store_policy_shadow_add(s->ps->flow->store, &in, on_added, s);
	s->line_count = 0;
	arena_reset(&s->arena);
}

/* --- what it found --- */

struct shadow_ask {
	struct policy_call call;
	struct buf out;
};

static void ask_end(struct shadow_ask *a, enum err e)
{
	if (e == ERR_OK)
		policy_answer(&a->call, buf_cstr(&a->out), a->out.len);
	else
		policy_refuse(&a->call, e, err_title(e));
	buf_clear(&a->out);
	free(a);
}

/* Of events only who oversees their region is told. */
static bool may_see(const struct policy_call *c, struct bytes line)
{
	json_t *o = json_loadb(line.data, line.len, 0, NULL);
	const char *region = json_string_value(json_object_get(o, "region"));
	const struct pack *pack = c->ps->flow->pack;
	bool may = region && (principal_administers(c->who, "") ||
			      principal_oversees(c->who, pack, region, WHO_COORDINATOR) ||
			      principal_oversees(c->who, pack, region, WHO_AUDITOR));

	json_decref(o);
	return may;
}

static void on_last(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct shadow_ask *a = arg;
	const char *comma = "";

	(void)total;
	for (int i = 0; e == ERR_OK && i < count; i++) {
		if (!may_see(&a->call, lines[i]))
			continue;
		buf_add_str(&a->out, comma);
		buf_add(&a->out, lines[i].data, lines[i].len);
		comma = ",";
	}
	buf_add_str(&a->out, "]}");
	ask_end(a, e);
}

static const char *value_of(const struct bytes *pairs, int count, const char *name)
{
	for (int i = 0; i + 1 < count; i += 2) {
		if (!strcmp(pairs[i].data, name))
			return pairs[i + 1].data;
	}
	return NULL;
}

static const struct policy_step *last_start(const struct policies *ps, const char *version)
{
	for (int i = ps->step_count - 1; i >= 0; i--) {
		if (ps->steps[i]->kind == STEP_SHADOW_ON && !strcmp(ps->steps[i]->version, version))
			return ps->steps[i];
	}
	return NULL;
}

static void on_counts(void *arg, enum err e, const struct bytes *pairs, int count, int64_t total)
{
	static const char *const names[] = {"events", "changed", "gained", "lost", "altered"};
	struct shadow_ask *a = arg;
	const struct policies *ps = a->call.ps;
	const char *version = value_of(pairs, count, "version");
	const struct policy_step *start = version ? last_start(ps, version) : NULL;

	(void)total;
	if (e != ERR_OK) {
		ask_end(a, e);
		return;
	}
	buf_printf(&a->out, "{\"on\":%s,\"version\":", ps->shadow ? "true" : "false");
	buf_add_json(&a->out, version);
	buf_add_str(&a->out, ",\"since\":");
	view_time(&a->out, start ? start->at_ms : 0);
	member(&a->out, "by", start ? start->by : NULL);
	member(&a->out, "against", pack_view(ps->flow->pack)->version);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = value_of(pairs, count, names[i]);

		buf_printf(&a->out, ",\"%s\":%lld", names[i], value ? strtoll(value, NULL, 10) : 0);
	}
	buf_add_str(&a->out, ",\"last\":[");
	store_policy_shadow_last(ps->flow->store, on_last, a);
}

static void on_fresh(void *arg, enum err e)
{
	struct shadow_ask *a = arg;

	if (e != ERR_OK)
		ask_end(a, e);
	else
		store_policy_shadow(a->call.ps->flow->store, on_counts, a);
}

void policy_shadow_found(struct flow *f, struct principal *who, reply_fn *fn, void *arg)
{
	struct shadow_ask *a = mem_zalloc(sizeof(*a));

	policy_call_begin(&a->call, &(struct policy_asked){f, who, ""}, fn, arg);
	buf_init(&a->out, ANSWER_BYTES);
	shadow_flush(f->policies->shadowing);
	policies_fresh(f->policies, on_fresh, a);
}
