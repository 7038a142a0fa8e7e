/* tandem policy check: whether a pack can be read, and the proof of what it decides. */
#include <stdio.h>

#include "check.h"
#include "cli/policy.h"

static void print_faults(const struct policy_options *o, const struct diag *diag)
{
	const struct fault *f;

	for (f = diag->first; f; f = f->next)
		printf("%s/%s: %s\n", o->args.words[1], f->where, f->what);
	printf("%zu faults; the pack cannot be used\n", diag->count);
}

static enum err write_answer(const struct policy_options *o, const struct check *c, struct buf *out)
{
	const struct check_grid_ask ask = {o->item, o->region, o->json};
	enum err err = ERR_OK;

	if (o->matrix)
		err = check_grid(c, &ask, out);
	else if (o->json)
		check_to_json(c, out);
	else
		check_to_text(c, o->args.words[1], out);
	if (o->json)
		buf_add_char(out, '\n');
	return err;
}

/* Notes tell what is worth knowing; only warnings and errors are something found. */
static int prove(const struct policy_options *o, const struct pack *pack, int32_t today)
{
	struct check *c = check_pack(pack, &(struct check_options){today});
	const struct check_sums *sums = check_sums(c);
	int status =
		sums->by_severity[CHECK_ERROR] || sums->by_severity[CHECK_WARNING] ? EXIT_FOUND : 0;
	struct buf out;

	buf_init(&out, OUTPUT_BYTES_MAX);
	if (write_answer(o, c, &out)) {
		fputs("--item, --region: there is no such item or region in the jurisdiction\n",
		      stderr);
		status = EXIT_USAGE;
	} else if (policy_print(&out)) {
		status = EXIT_NO_WORK;
	}
	buf_clear(&out);
	check_free(c);
	return status;
}

int policy_check(const struct policy_options *o, struct arena *arena)
{
	struct pack *pack = NULL;
	struct diag diag;
	int32_t today;
	int status;

	if (o->args.word_count > 2 || o->body || o->holder ||
	    (!o->matrix && (o->item || o->region)))
		return policy_usage();
	if (!policy_today(o, &today))
		return EXIT_USAGE;
	diag_init(&diag, arena);
	status = policy_open(o->args.words[1], &pack, &diag);
	if (status && o->json)
		policy_print_faults_json(o->args.words[1], &diag);
	else if (status == EXIT_USAGE)
		args_print_faults(&diag);
	else if (status)
		print_faults(o, &diag);
	if (status)
		return status;
	status = prove(o, pack, today);
	pack_unref(pack);
	return status;
}
