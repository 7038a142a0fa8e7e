/* flow.c: the flow's parts put together, ids, and how a refusal is written. */
#include "flow/flow.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/cache.h"
#include "flow/contacts.h"
#include "flow/deadline.h"
#include "flow/deliver.h"
#include "flow/digest.h"
#include "flow/feed.h"
#include "flow/figures.h"
#include "flow/intake.h"
#include "flow/optout.h"
#include "flow/policies.h"
#include "flow/recount.h"
#include "flow/seals.h"
#include "flow/watchdog.h"
#include "phrase.h"

#define CACHE_BYTES (64u << 20)

struct flow *flow_new(const struct flow_options *opt)
{
	struct flow *f = mem_zalloc(sizeof(*f));

	snprintf(f->writer, sizeof(f->writer), "%06x", randombytes_random() & 0xffffff);
	f->loop = opt->loop;
	f->clock = loop_clock(opt->loop);
	f->store = opt->store;
	f->config = opt->config;
	f->pack = pack_ref(opt->pack);
	f->limits = event_limits_default;
	f->limits.event_bytes = (size_t)opt->config->event_bytes;
	f->limits.batch_bytes = (size_t)opt->config->batch_bytes;
	f->limits.batch_count = (int)opt->config->batch_count;
	f->cache = cache_new(CACHE_BYTES);
	f->feed = feed_new(f, opt->config->feed_ring);
	f->deadline = deadline_new(f);
	f->recount = recount_new(f);
	f->policies = policies_new(f);
	f->figures = figures_new(f);
	f->watchdog = watchdog_new(f);
	f->contacts = contacts_new(f);
	f->optouts = optouts_new(f);
	f->digest = digest_new(f);
	f->seals = seals_new(f);
	return f;
}

static void on_hash_key(void *arg, enum err e, const char *text)
{
	struct flow *f = arg;

	if (e != ERR_OK || !text || strlen(text) < 64) {
		log_at(LOG_ERROR, "", "the key for hashes of numbers could not be read: %s",
		       err_name(e));
		return;
	}
	sodium_hex2bin(f->hash_key, sizeof(f->hash_key), text, 64, NULL, NULL, NULL);
	contacts_look_over(f);
	if (f->draining)
		return;
	deadline_start(f->deadline);
	seals_start(f->seals);
}

/* Made by whichever hub comes first; texts go out only once it is known, so that replies find their
 * notice. */
static void read_hash_key(struct flow *f)
{
	unsigned char fresh[32];
	char hex[65];

	randombytes_buf(fresh, sizeof(fresh));
	sodium_bin2hex(hex, sizeof(hex), fresh, sizeof(fresh));
	store_put_expiring(
		f->store,
		&(struct expiring){
			.kind = "cellkey", .name = "hash", .value = {hex, 64}, .only_if_new = true},
		on_hash_key, f);
	sodium_memzero(fresh, sizeof(fresh));
}

void flow_start(struct flow *f)
{
	contacts_load(f->contacts); /* known before the clock runs, and so is the next */
	optouts_load(f->optouts);
	read_hash_key(f);
	policies_start(f->policies);
	feed_start(f->feed);
	intake_start_stream(f);
	recount_look(f->recount);
	watchdog_start(f->watchdog);
	digest_start(f->digest);
}

void flow_drain(struct flow *f)
{
	f->draining = true;
	deadline_stop(f->deadline);
	recount_stop(f->recount);
	policies_stop(f->policies);
	watchdog_stop(f->watchdog);
	digest_stop(f->digest);
	seals_stop(f->seals);
}

void flow_free(struct flow *f)
{
	feed_free(f->feed);
	deliver_forget(f);
	deadline_free(f->deadline);
	recount_free(f->recount);
	watchdog_free(f->watchdog);
	digest_free(f->digest);
	seals_free(f->seals);
	contacts_free(f->contacts);
	optouts_free(f->optouts);
	figures_free(f->figures);
	cache_free(f->cache);
	policies_free(f->policies);
	pack_unref(f->pack);
	flow_forget_people(f);
	free(f);
}

void flow_forget_people(struct flow *f)
{
	for (int i = 0; i < f->people_count; i++) {
		free((void *)(uintptr_t)f->people[i].body);
		free((void *)(uintptr_t)f->people[i].name);
		free((void *)(uintptr_t)f->people[i].phone);
	}
	free(f->people);
	f->people = NULL;
	f->people_count = 0;
}

void flow_add_person(struct flow *f, const char *body, const char *name, const char *phone)
{
	struct person_contact *p;

	f->people = mem_realloc(f->people, sizeof(*f->people) * (size_t)(f->people_count + 1));
	p = &f->people[f->people_count++];
	p->body = mem_strdup(body);
	p->name = mem_strdup(name);
	p->phone = mem_strdup(phone);
}

/* Written in one way only: e01 is nothing. */
static bool parse_number(const char **s, int64_t max, int64_t *ret)
{
	int64_t v = 0;
	int digits = 0;

	if (**s == '0' && (*s)[1] >= '0' && (*s)[1] <= '9')
		return false;
	for (; **s >= '0' && **s <= '9' && digits < 16; (*s)++, digits++)
		v = v * 10 + (**s - '0');
	if (!digits || v > max)
		return false;
	*ret = v;
	return true;
}

bool version_was_seen(const struct seen_versions *s, int version)
{
	bool was = !s->is_asked;

	for (int i = 0; i < s->count; i++)
		was = was || s->versions[i] == version;
	return was;
}

bool id_parse_event(const char *s, int64_t *ret_seq)
{
	return *s++ == 'e' && parse_number(&s, INT64_MAX, ret_seq) && !*s && *ret_seq > 0;
}

static bool parse_pair(const char *s, char letter, int64_t *ret_seq, int *ret_index)
{
	int64_t seq, index;

	if (*s++ != letter || !parse_number(&s, INT64_MAX, &seq) || *s++ != '.' ||
	    !parse_number(&s, 100000, &index) || *s)
		return false;
	*ret_seq = seq;
	*ret_index = (int)index;
	return seq > 0;
}

bool id_parse_notice(const char *s, int64_t *ret_seq, int *ret_notice)
{
	return parse_pair(s, 'n', ret_seq, ret_notice);
}

bool id_parse_dispute(const char *s, int64_t *ret_seq, int *ret_dispute)
{
	return parse_pair(s, 'u', ret_seq, ret_dispute);
}

bool id_parse_delivery(const char *s, int64_t *ret_seq, int *ret_delivery)
{
	return parse_pair(s, 'd', ret_seq, ret_delivery);
}

/* Where in a document a sentence has its code and its Chinese: a thousand faults of one document
 * mostly say the same. */
struct phrase_at {
	const char *what;
	size_t from, len;
};

static void add_phrase(struct buf *out, const char *what, struct phrase_at *last)
{
	if (!last->what || strcmp(last->what, what) != 0) {
		*last = (struct phrase_at){.what = what, .from = out->len};
		phrase_print(what, out);
		last->len = out->len - last->from;
	} else if (buf_reserve(out, last->len)) {
		buf_add(out, out->data + last->from, last->len);
	}
}

/* A place is a pointer, or of a pack's file "rules.csv:12:5", which becomes a pointer to the file
 * and the rest beside it. */
static void fault_json(struct buf *out, const struct fault *x, struct phrase_at *last)
{
	size_t len = *x->where == '/' ? 0 : strcspn(x->where, ":");
	const char *line = x->where + len;
	char *end = NULL;

	if (!len || *line != ':') {
		buf_add_str(out, "{\"pointer\":");
		buf_add_json(out, x->where);
	} else {
		buf_add_str(out, "{\"pointer\":\"/files/");
		for (size_t i = 0; i < len; i++)
			buf_add_str(out, x->where[i] == '/' ? "~1" : (char[]){x->where[i], '\0'});
		buf_add_str(out, "\",\"file\":");
		buf_add_jsonn(out, x->where, len);
		buf_printf(out, ",\"line\":%ld", strtol(line + 1, &end, 10));
		buf_printf(out, ",\"column\":%ld", *end == ':' ? strtol(end + 1, NULL, 10) : 1);
	}
	buf_add_str(out, ",\"detail\":");
	buf_add_json(out, x->what);
	add_phrase(out, x->what, last);
	buf_add_char(out, '}');
}

void problem_json(struct buf *out, enum err e, int status, const char *detail,
		  const struct diag *diag)
{
	struct phrase_at last = {0};
	const char *comma = "";

	buf_add_str(out, "{\"type\":\"urn:tandem:problem:");
	buf_add_str(out, err_name(e));
	buf_add_str(out, "\",\"title\":");
	buf_add_json(out, err_title(e));
	buf_printf(out, ",\"status\":%d,\"detail\":", status);
	buf_add_json(out, detail);
	phrase_print(detail, out);
	if (diag && diag->first) {
		buf_add_str(out, ",\"errors\":[");
		for (const struct fault *x = diag->first; x; x = x->next) {
			buf_add_str(out, comma);
			fault_json(out, x, &last);
			comma = ",";
		}
		buf_add_char(out, ']');
		if (diag->count > DIAG_MAX)
			buf_printf(out, ",\"further_errors\":%zu", diag->count - DIAG_MAX);
	}
	buf_add_char(out, '}');
}

void reply_problem(reply_fn *fn, void *arg, enum err e, const char *detail)
{
	struct reply r = {.err = e, .status = err_http_status(e), .etag = ""};
	struct buf out;

	buf_init(&out, 8192);
	problem_json(&out, e, r.status, detail, NULL);
	r.json = buf_cstr(&out);
	r.len = out.len;
	fn(arg, &r);
	buf_clear(&out);
}

void reply_faults(reply_fn *fn, void *arg, const char *detail, const struct diag *diag)
{
	struct reply r = {.err = ERR_INVALID, .status = err_http_status(ERR_INVALID), .etag = ""};
	struct buf out;

	buf_init(&out, 1 << 20);
	problem_json(&out, r.err, r.status, detail, diag);
	r.json = buf_cstr(&out);
	r.len = out.len;
	fn(arg, &r);
	buf_clear(&out);
}

void reply_invalid(reply_fn *fn, void *arg, const char *member, const char *why)
{
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	diag_add(&diag, arena_printf(&arena, "/%s", member), "%s", why);
	reply_faults(fn, arg, arena_printf(&arena, "%s %s", member, why), &diag);
	arena_clear(&arena);
}
