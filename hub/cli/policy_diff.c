/* tandem policy diff: what another pack says and decides otherwise, on events given or on every
 * combination. */
#include <stdio.h>

#include "cli/policy.h"
#include "diff.h"

#define INPUT_BYTES_MAX ((size_t)1 << 30)

/* 0, or 2 when some events could not be read; those are told and left out. */
static int compare_events(struct diff *d, const struct policy_events *events)
{
	struct event event;
	int faulty = 0;
	size_t i;

	for (i = 0; i < events->count; i++) {
		struct decide_in in = {0};

		if (!policy_event_parse(&events->parts[i], i + 1, &event)) {
			faulty++;
			continue;
		}
		in.at_ms = event.time_ms;
		diff_event(d, &event, &in);
		event_clear(&event);
	}
	return faulty ? EXIT_USAGE : 0;
}

static int compare(const struct policy_options *o, struct diff *d, struct arena *arena,
		   bool *ret_is_read)
{
	struct policy_events events;
	int status;

	if (o->args.word_count < 4) {
		diff_combinations(d);
		return 0;
	}
	buf_init(&events.bytes, INPUT_BYTES_MAX);
	status = policy_events_read(o->args.words[3], arena, &events);
	*ret_is_read = !status;
	if (*ret_is_read)
		status = compare_events(d, &events);
	buf_clear(&events.bytes);
	return status;
}

static int answer(const struct policy_options *o, const struct diff *d)
{
	struct buf out;
	int status;

	buf_init(&out, OUTPUT_BYTES_MAX);
	if (o->json) {
		diff_to_json(d, &out);
		buf_add_char(&out, '\n');
	} else {
		diff_to_text(d, &out);
	}
	status = policy_print(&out);
	buf_clear(&out);
	if (status)
		return status;
	return diff_is_empty(d) ? 0 : EXIT_FOUND;
}

/* Two packs that say the same in different rows are no difference in decisions, but one in content.
 */
static int run(const struct policy_options *o, struct pack *const packs[2], struct arena *arena)
{
	struct diff *d;
	int32_t today;
	int status, found = 0;
	bool is_read = true;

	if (!policy_today(o, &today))
		return EXIT_USAGE;
	d = diff_new(packs[0], packs[1], today);
	status = compare(o, d, arena, &is_read);
	if (is_read) /* of no events it would say that nothing changes */
		found = answer(o, d);
	diff_free(d);
	return status ? status : found;
}

/* A missing folder is unreadable input as well, which --json gives as a fault of the pack. */
static void tell_faults(const struct policy_options *o, const char *pack, const struct diag *diag)
{
	if (o->json) {
		policy_print_faults_json(pack, diag);
		return;
	}
	fprintf(stderr, "%s cannot be used\n", pack);
	args_print_faults(diag);
}

int policy_diff(const struct policy_options *o, struct arena *arena)
{
	struct pack *packs[2] = {NULL, NULL};
	struct diag diag;
	int status = 0, i;

	if (o->args.word_count < 3 || o->args.word_count > 4 || o->body || o->holder || o->matrix ||
	    o->item || o->region)
		return policy_usage();
	diag_init(&diag, arena);
	for (i = 0; i < 2 && !status; i++) {
		status = policy_open(o->args.words[1 + i], &packs[i], &diag);
		if (status)
			tell_faults(o, o->args.words[1 + i], &diag);
	}
	if (!status)
		status = run(o, packs, arena);
	pack_unref(packs[0]);
	pack_unref(packs[1]);
	return status;
}
