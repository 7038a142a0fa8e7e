/* meeting_call.c: minutes written down, and what became of a decision. Each is on disk before it is
 * said. */
#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "flow/meeting_in.h"
#include "flow/respond_in.h"
#include "timefmt.h"

#define TRIES		  10
#define MEETING_BYTES_MAX ((size_t)1 << 20)

struct call {
	struct flow *flow;
	struct principal *who;
	struct arena arena;
	struct diag diag;
	struct meeting meeting;
	const char *act;
	int64_t number;
	int decision, tries; /* decision: -1 the meeting is new */
	struct seen_versions if_match;
	bool is_done; /* what the decision shall be */
	const char *remark;
	struct bytes was; /* as it stood when it was read */
	char fingerprint[33];
	reply_fn *fn;
	void *arg;
};

static struct call *call_new(struct flow *f, const struct meeting_in *in, reply_fn *fn, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));

	c->flow = f;
	c->who = principal_ref(in->who);
	c->if_match = in->if_match;
	c->decision = -1;
	c->fn = fn;
	c->arg = arg;
	arena_init(&c->arena);
	diag_init(&c->diag, &c->arena);
	return c;
}

static void call_free(struct call *c)
{
	principal_unref(c->who);
	arena_clear(&c->arena);
	free(c);
}

static void refuse(struct call *c, enum err e, const char *detail)
{
	if (e == ERR_INVALID)
		reply_faults(c->fn, c->arg, detail, &c->diag);
	else
		reply_problem(c->fn, c->arg, e, detail);
	call_free(c);
}

static void answer(struct call *c, int status)
{
	const struct meeting_view v = {c->flow->pack, c->who,
				       day_of_ms(clock_now_ms(&c->flow->clock), SHANGHAI_MIN)};
	struct reply r = {.err = ERR_OK, .status = status};
	struct buf out;
	char etag[16];

	snprintf(etag, sizeof(etag), "%d", c->meeting.version);
	buf_init(&out, MEETING_BYTES_MAX);
	meeting_print(&v, &c->meeting, &out);
	r.json = buf_cstr(&out);
	r.len = out.len;
	r.etag = etag;
	c->fn(c->arg, &r);
	buf_clear(&out);
	call_free(c);
}

/* --- writing --- */

static void begin(struct call *c);
static void load(struct call *c);

static void on_written(void *arg, enum err e, int64_t number)
{
	struct call *c = arg;

	if (e == ERR_STALE && ++c->tries < TRIES) {
		begin(c);
	} else if (e == ERR_CONFLICT) { /* it is here already, and perhaps more has become of it */
		c->number = number;
		load(c);
	} else if (e != ERR_OK) {
		refuse(c, e == ERR_STALE ? ERR_UNAVAILABLE : e,
		       "Nothing was written; send it again");
	} else {
		answer(c, c->decision < 0 ? 201 : 200);
	}
}

static const char *subject_of(struct call *c)
{
	return c->decision < 0
		       ? arena_printf(&c->arena, "m%lld", (long long)c->number)
		       : arena_printf(&c->arena, "m%lld.%d", (long long)c->number, c->decision);
}

static void write(struct call *c)
{
	struct buf is, line;

	buf_init(&is, MEETING_BYTES_MAX);
	buf_init_brief(&line, 8192);
	meeting_encode(&c->meeting, &is);
	audit_line(&(struct audited){.at_ms = clock_now_ms(&c->flow->clock),
				     .who = c->who->name,
				     .act = c->act,
				     .notice = -1,
				     .body = c->meeting.body,
				     .region = c->meeting.region,
				     .channel = "http",
				     .detail = subject_of(c)},
		   &line);
	store_meeting_write(c->flow->store,
			    &(struct meeting_write){.number = c->number,
						    .was = c->was,
						    .is = {is.data, is.len},
						    .is_open = meeting_is_open(&c->meeting),
						    .fingerprint = c->fingerprint,
						    .audit = {line.data, line.len}},
			    on_written, c);
	buf_clear(&is);
	buf_clear(&line);
}

/* --- a decision that is done, or is not after all --- */

static void change(struct call *c)
{
	struct resolution *d = &c->meeting.decisions[c->decision];

	if (!version_was_seen(&c->if_match, c->meeting.version)) {
		refuse(c, ERR_STALE, "The minutes were changed in the meantime");
		return;
	}
	if (c->is_done == (d->done_ms != 0)) {
		answer(c, 200);
		return;
	}
	d->done_ms = c->is_done ? clock_now_ms(&c->flow->clock) : 0;
	d->done_by = c->who->name;
	d->remark = c->remark;
	c->meeting.version++;
	write(c);
}

static void on_loaded(void *arg, enum err e, const struct bytes *lines, int count, int64_t total)
{
	struct call *c = arg;
	const struct pack *pack = c->flow->pack;

	(void)total;
	if (e == ERR_OK && (!count || !meeting_decode(c->number, lines[0], &c->arena, &c->meeting)))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK && meeting_sight(c->who, pack, &c->meeting) != SIGHT_FULL)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK && c->decision >= c->meeting.decision_count)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK) {
		refuse(c, e, err_title(e));
	} else if (c->decision < 0) {
		answer(c, 200);
	} else if (!principal_oversees(c->who, pack, c->meeting.region, WHO_COORDINATOR)) {
		refuse(c, ERR_FORBIDDEN,
		       "Only who coordinates the meeting's region says what became of its decisions");
	} else {
		c->was = (struct bytes){arena_strndup(&c->arena, lines[0].data, lines[0].len),
					lines[0].len};
		change(c);
	}
}

static void load(struct call *c)
{
	store_meetings(c->flow->store, &c->number, 1, on_loaded, c);
}

static void on_counted(void *arg, enum err e, int64_t count)
{
	struct call *c = arg;

	if (e != ERR_OK) {
		refuse(c, e, err_title(e));
		return;
	}
	c->number = c->meeting.number = count + 1;
	write(c);
}

static void begin(struct call *c)
{
	if (c->decision < 0)
		store_meeting_count(c->flow->store, on_counted, c);
	else
		load(c);
}

/* --- the calls --- */

void meeting_create(struct flow *f, const struct meeting_in *in, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, in, fn, arg);

	c->act = "meeting";
	meeting_read(f, c->who, in->said, &c->meeting, &c->diag);
	if (c->diag.count) {
		refuse(c, ERR_INVALID, "The minutes have faults");
		return;
	}
	meeting_fingerprint(&c->meeting, c->fingerprint);
	begin(c);
}

static bool id_parse_decision(const char *id, int64_t *ret_number, int *ret_decision)
{
	size_t len = strcspn(id, ".");
	char meeting[24];

	if (len >= sizeof(meeting) || !id[len] || !id[len + 1] ||
	    strspn(id + len + 1, "0123456789") != strlen(id + len + 1) ||
	    strlen(id + len + 1) > 4 || (id[len + 1] == '0' && id[len + 2]))
		return false;
	snprintf(meeting, sizeof(meeting), "%.*s", (int)len, id);
	*ret_decision = (int)strtol(id + len + 1, NULL, 10);
	return meeting_id_parse(meeting, ret_number);
}

void meeting_decision_done(struct flow *f, const struct meeting_in *in, reply_fn *fn, void *arg)
{
	struct call *c = call_new(f, in, fn, arg);
	const json_t *done = json_object_get(in->said, "done");

	c->is_done = !json_is_false(done);
	c->act = c->is_done ? "decision-done" : "decision-reopened";
	c->remark = act_text(in->said, "remark", false, &c->diag);
	if (done && !json_is_boolean(done))
		diag_add(&c->diag, "/done", "must be true or false");
	if (!id_parse_decision(in->id, &c->number, &c->decision))
		refuse(c, ERR_NOT_FOUND, err_title(ERR_NOT_FOUND));
	else if (c->diag.count)
		refuse(c, ERR_INVALID, err_title(ERR_INVALID));
	else
		load(c);
}
