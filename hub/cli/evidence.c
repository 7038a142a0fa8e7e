/* tandem evidence: whether a file that a hub has exported is as it was exported. */
#include "evidence.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/input.h"

#define FILE_BYTES_MAX ((size_t)1 << 30)
#define HEAD_FAULT                                                                                 \
	"must be a hash of 64 letters and digits, as a hub's log or the end of a file says it"

struct run {
	struct arena arena;
	struct diag faults;
	struct buf file;
	struct evidence_check found;
	const char *path, *log_path;
	const char *given; /* the line of the log that names the file; NULL */
	bool json;
};

static int usage(void)
{
	fputs("usage: tandem evidence verify FILE [--head HASH] [--log FILE] [--json]\n"
	      "FILE is what GET /api/v1/audit.ndjson or /cases/{case}/evidence gave. Each hash in it stands for all entries before it: an entry that was changed, taken\n"
	      "out, put in or moved does not fit, nor does a byte changed anywhere. Who can write the file can also make all hashes\n"
	      "anew: --head HASH is one that was kept elsewhere (the hub's log says one a minute), and must stand in the file.\n"
	      "--log FILE is an exported audit log: it is checked too, and has to say that a case's FILE was given out just so.\n",
	      stderr);
	return 2;
}

static const char *kind_name(enum evidence_kind kind)
{
	return kind == EVIDENCE_CASE ? "case" : "audit-log";
}

static void print_json(struct run *r, bool good)
{
	const struct evidence_check *c = &r->found;
	struct buf out;

	buf_init(&out, (size_t)1 << 24);
	buf_add_str(&out, "{\"file\":");
	buf_add_json(&out, r->path);
	buf_printf(&out, ",\"good\":%s,\"kind\":\"%s\",\"about\":", good ? "true" : "false",
		   kind_name(c->kind));
	buf_add_json(&out, c->about);
	buf_printf(
		&out,
		",\"from\":%lld,\"to\":%lld,\"of\":%lld,\"hidden\":%lld,\"seals\":%d,\"hash\":\"%s\",\"head_at\":",
		(long long)c->from, (long long)c->end, (long long)c->of, (long long)c->hidden,
		c->seals, c->hash);
	if (c->wanted_at < 0)
		buf_add_str(&out, "null,");
	else
		buf_printf(&out, "%lld,", (long long)c->wanted_at);
	if (r->log_path)
		buf_printf(&out, "\"given\":%s,", r->given ? r->given : "null");
	args_faults_json(&r->faults, &out);
	buf_add_str(&out, "}\n");
	fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
}

static void print_proof(const struct run *r)
{
	const struct evidence_check *c = &r->found;

	printf("%s: %s of %s, entries %lld to %lld of %lld, %lld of them hidden, %d seals: as the hub wrote it\n%lld %s\n",
	       r->path, kind_name(c->kind), c->about, (long long)c->from, (long long)c->end,
	       (long long)c->of, (long long)c->hidden, c->seals, (long long)c->end, c->hash);
	if (r->given)
		printf("the audit log %s says that just this was given out: %s\n", r->log_path,
		       r->given);
	if (c->wanted_at >= 0)
		printf("the hash that was kept elsewhere is that of entry %lld of %s: nothing up to there was changed since it was kept\n",
		       (long long)c->wanted_at, r->log_path ? r->log_path : r->path);
	else
		printf("no hash that was kept elsewhere was given (--head): a file whose hashes were all made anew would look like this too\n");
}

/* The entry of the log that names the hash that the file ends with. */
static void find_given(struct run *r, const struct evidence_file *log)
{
	const char *entry;
	size_t at = 0, len;

	while (!r->given && evidence_entry(log, &at, &entry, &len)) {
		json_t *line = json_loadb(entry, len, 0, NULL);
		const char *act = json_string_value(json_object_get(line, "act"));
		const char *detail = json_string_value(json_object_get(line, "detail"));

		if (act && detail && !strcmp(act, "evidence") && strstr(detail, r->found.hash))
			r->given = arena_strndup(&r->arena, entry, len);
		json_decref(line);
	}
}

/* With a log, a hash kept elsewhere is one of the log's. */
static enum err verify_log(struct run *r, const unsigned char *wanted)
{
	struct evidence_check log;
	struct buf text;
	enum err e;

	buf_init(&text, FILE_BYTES_MAX);
	if (!input_read(r->log_path, &text)) {
		buf_clear(&text);
		return ERR_SYNTAX;
	}
	e = evidence_read(&(struct evidence_file){text.data, r->log_path, text.len}, wanted, &log,
			  &r->faults);
	if (e == ERR_OK)
		find_given(r, &(struct evidence_file){text.data, r->log_path, text.len});
	if (e == ERR_OK && wanted)
		r->found.wanted_at = log.wanted_at;
	buf_clear(&text);
	if (e == ERR_OK && !r->given) {
		diag_add(&r->faults, r->log_path, "no line says that this file was given out");
		e = ERR_INVALID;
	}
	return e;
}

static int verify(struct run *r, const char *head)
{
	unsigned char wanted[EVIDENCE_HASH_BYTES];
	enum err e;

	if (head && !evidence_unhex(head, strlen(head), wanted)) {
		fprintf(stderr, "--head %s\n", HEAD_FAULT);
		return 2;
	}
	if (!input_read(r->path, &r->file))
		return 2;
	e = evidence_read(&(struct evidence_file){r->file.data, r->path, r->file.len},
			  head && !r->log_path ? wanted : NULL, &r->found, &r->faults);
	if (e == ERR_OK && r->log_path)
		e = verify_log(r, head ? wanted : NULL);
	if (r->json)
		print_json(r, e == ERR_OK);
	else if (e == ERR_OK)
		print_proof(r);
	else
		args_print_faults(&r->faults);
	return e == ERR_OK ? 0 : e == ERR_SYNTAX ? 2 : 1;
}

int cli_evidence(int argc, char **argv)
{
	struct run r = {0};
	const char *head = NULL;
	const struct args_option known[] = {{"--json", NULL, &r.json},
					    {"--head", &head, NULL},
					    {"--log", &r.log_path, NULL},
					    {0}};
	struct args args;
	int status = args_read(argc, argv, known, &args);

	if (status)
		return status;
	if (args.word_count != 2 || strcmp(args.words[0], "verify") != 0 || args.over_count ||
	    args.config_file)
		return usage();
	arena_init(&r.arena);
	diag_init(&r.faults, &r.arena);
	buf_init(&r.file, FILE_BYTES_MAX);
	r.path = args.words[1];
	status = verify(&r, head);
	buf_clear(&r.file);
	arena_clear(&r.arena);
	return status;
}
