#include "contract/harness.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void on_look(void *arg)
{
	struct harness *h = arg;

	if (*h->counter >= h->wanted)
		loop_stop(h->loop);
}

static void on_guard(void *arg)
{
	struct harness *h = arg;

	fail_msg("waited in vain: %d of %d (%s)", *h->counter, h->wanted, h->why);
}

void harness_until(struct harness *h, const int *counter, int wanted)
{
	h->counter = counter;
	h->wanted = wanted;
	loop_timer_start(h->look, 0, 1);
	loop_timer_start(h->guard, HARNESS_LIMIT_MS, 0);
	loop_run(h->loop);
	loop_timer_stop(h->look);
	loop_timer_stop(h->guard);
}

static void on_state(void *arg, bool up, const char *why_not)
{
	struct harness *h = arg;

	if (up)
		h->ups++;
	else
		h->downs++;
	snprintf(h->why, sizeof(h->why), "%s", why_not ? why_not : "");
}

static void on_closed(void *arg)
{
	((struct harness *)arg)->closes++;
}

void harness_loop(struct harness *h)
{
	/* as the hub does: a Redis that was killed is written to until that shows */
	signal(SIGPIPE, SIG_IGN);
	memset(h, 0, sizeof(*h));
	h->timeout_ms = 60000; /* a test that is about it says its own */
	h->hub_id = "hub-a";
	server_start(&h->server);
	h->loop = loop_new();
	h->look = loop_timer_new(h->loop, on_look, h);
	h->guard = loop_timer_new(h->loop, on_guard, h);
}

void harness_try(struct harness *h)
{
	const struct store_options opt = {.url = h->server.url,
					  .cell = CELL,
					  .timeout_ms = h->timeout_ms,
					  .wait_replicas = h->wait_replicas,
					  .hub_id = h->hub_id,
					  .on_state = on_state,
					  .arg = h};

	h->store = store_open(h->loop, &opt);
	assert_non_null(h->store);
}

void harness_connect(struct harness *h)
{
	int before = h->ups;

	harness_try(h);
	harness_until(h, &h->ups, before + 1);
}

void harness_open(struct harness *h)
{
	harness_loop(h);
	harness_connect(h);
}

void harness_disconnect(struct harness *h)
{
	int before = h->closes;

	store_close(h->store, on_closed, h);
	harness_until(h, &h->closes, before + 1);
	h->store = NULL;
}

void harness_close(struct harness *h)
{
	if (h->store)
		harness_disconnect(h);
	loop_timer_free(h->look);
	loop_timer_free(h->guard);
	loop_free(h->loop);
	server_stop(&h->server);
}

int harness_setup(void **state)
{
	struct harness *h = calloc(1, sizeof(*h));

	harness_open(h);
	*state = h;
	return 0;
}

int harness_teardown(void **state)
{
	harness_close(*state);
	free(*state);
	return 0;
}

void sample_event(struct sample *s, int i, const char *bodies)
{
	char *rest = s->names, *name;

	memset(s, 0, sizeof(*s));
	snprintf(s->case_id, sizeof(s->case_id), "case-%d", i);
	snprintf(s->doc, sizeof(s->doc), "{\"event\":%d,\"case\":\"%s\"}", i, s->case_id);
	snprintf(s->record, sizeof(s->record), "1\tfirst record of %d\n", i);
	snprintf(s->names, sizeof(s->names), "%s", bodies);
	for (int b = 0; b < 4; b++)
		s->in.identity[b] = s->in.fingerprint[b] = (unsigned char)(i >> (8 * b));
	s->in.identity[13] = 7;
	s->in.case_id = s->case_id;
	s->in.type = "granted";
	s->in.version = 1;
	s->in.doc = (struct bytes){s->doc, strlen(s->doc)};
	s->in.record = (struct bytes){s->record, strlen(s->record)};
	s->in.due_ms = 1000 + i;
	s->in.bodies = s->bodies;
	while (*rest && s->in.body_count < 16) {
		name = rest;
		rest += strcspn(rest, ",");
		if (*rest)
			*rest++ = '\0';
		s->bodies[s->in.body_count++] = name;
	}
}

static void heard(struct heard *h, enum err e, int64_t seq, int result, const char *text)
{
	assert_true(h->count < 1024);
	h->e[h->count] = e;
	h->seq[h->count] = seq;
	h->result[h->count] = result;
	snprintf(h->text[h->count], sizeof(h->text[0]), "%s", text ? text : "(null)");
	h->count++;
}

void heard_accept(void *arg, enum err e, const struct accept_out *out)
{
	bool is_new = e == ERR_OK && out->result == ACCEPT_NEW;

	heard(arg, e, e ? 0 : out->seq, e ? -1 : (int)out->result,
	      e	       ? ""
	      : is_new ? out->earlier
		       : out->record.data);
}

void heard_commit(void *arg, enum err e, struct bytes current)
{
	heard(arg, e, 0, 0, current.data);
}

void heard_text(void *arg, enum err e, const char *text)
{
	heard(arg, e, 0, 0, text);
}

void heard_load(void *arg, enum err e, const struct loaded *items, int count)
{
	char text[256];

	for (int i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%s|%s", items[i].doc.data ? items[i].doc.data : "-",
			 items[i].record.data ? items[i].record.data : "-");
		heard(arg, e, items[i].seq, 0, text);
	}
	heard(arg, e, 0, count, "end");
}

void heard_refs(void *arg, enum err e, const struct ref *refs, int count, int64_t total)
{
	char text[256] = "";

	for (int i = 0; i < count && strlen(text) < 240; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%lld.%d",
			 i ? " " : "", (long long)refs[i].seq, refs[i].notice);
	heard(arg, e, total, count, text);
}

void heard_scan(void *arg, enum err e, const struct loaded *items, int count, int64_t next)
{
	for (int i = 0; i < count; i++)
		heard(arg, e, items[i].seq, 0, items[i].record.data);
	heard(arg, e, next, count, "end");
}

void heard_list(void *arg, enum err e, const struct named *items, int count)
{
	char text[256];

	for (int i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%s=%s", items[i].name, items[i].value.data);
		heard(arg, e, (int64_t)items[i].value.len, 0, text);
	}
	heard(arg, e, 0, count, "end");
}

void heard_feed(void *arg, const struct feed_entry *entries, int count)
{
	char text[256];

	for (int i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%s", entries[i].line);
		heard(arg, ERR_OK, 0, 0, text);
	}
	if (count <= 0)
		heard(arg, ERR_OK, count, 0, count ? "gap" : "nothing yet");
}

void heard_intake(void *arg, const char *entry_id, struct bytes event)
{
	char text[256];

	snprintf(text, sizeof(text), "%s %.*s", entry_id, (int)event.len,
		 event.data ? event.data : "");
	heard(arg, ERR_OK, 0, 0, text);
}

void accept_samples(struct harness *h, struct sample *s, int first, int count, struct heard *to)
{
	int before = to->count;

	for (int i = first; i < first + count; i++)
		store_accept(h->store, &s[i].in, heard_accept, to);
	assert_int_equal(to->count, before);
	harness_until(h, &to->count, before + count);
}
