#include "config.h"

#include <stdio.h>
#include <string.h>

#include "args.h"
#include "cli.h"
#include "hub_connectors.h"
#include "packdir.h"

static void print(struct buf *out)
{
	fwrite(out->data, 1, out->len, stdout);
	buf_clear(out);
}

static void print_check_json(const char *file, const struct diag *diag)
{
	struct buf out;

	buf_init(&out, CONFIG_TEXT_BYTES);
	buf_add_str(&out, "{\"file\":");
	buf_add_json(&out, file);
	buf_add_char(&out, ',');
	args_faults_json(diag, &out);
	buf_add_str(&out, "}\n");
	print(&out);
}

/* That the hub could begin with it; what is wrong inside is told with the file's whole name. */
static enum err check_policy(const struct config *c, struct arena *arena, struct diag *diag)
{
	struct pack *pack;
	struct diag inside;
	enum err e;

	diag_init(&inside, arena);
	e = pack_read_dir(c->policy, &pack, &inside);
	if (e == ERR_NOT_FOUND)
		diag_add(diag, c->policy_where, "there is no such folder");
	for (const struct fault *f = inside.first; f && e != ERR_NOT_FOUND; f = f->next)
		diag_add(diag, arena_printf(arena, "%s/%s", c->policy, f->where), "%s", f->what);
	if (e == ERR_OK)
		pack_unref(pack);
	return e == ERR_OK ? ERR_OK : ERR_INVALID;
}

/* All faults at once: neither the connectors nor the policy wait for the settings to be mended. */
static enum err check_rest(struct config *c, struct arena *arena, struct diag *diag, enum err e)
{
	if (hub_connectors_check(c, arena, diag))
		e = ERR_INVALID;
	args_find_folders(arena, c);
	return check_policy(c, arena, diag) ? ERR_INVALID : e;
}

static int config_check(const struct args *args, bool json)
{
	struct config_source from = {args->config_file, args->over, args->over_count};
	struct arena arena;
	struct config config;
	struct diag diag;
	enum err e;

	if (args->word_count > 1)
		from.file = args->words[1];
	arena_init(&arena);
	diag_init(&diag, &arena);
	e = config_read(&from, &arena, &config, &diag);
	if (e != ERR_NOT_FOUND)
		e = check_rest(&config, &arena, &diag, e);
	if (json)
		print_check_json(from.file, &diag);
	else
		args_print_faults(&diag);
	arena_clear(&arena);
	if (e == ERR_NOT_FOUND)
		return 2;
	if (e)
		return 1;
	if (!json)
		printf("%s: all well\n", from.file ? from.file : "settings");
	return 0;
}

static int config_print(const struct args *args, bool json)
{
	struct arena arena;
	struct config config;
	struct buf out;
	int status;

	arena_init(&arena);
	status = args_config(args, &arena, &config);
	if (status == 0) {
		buf_init(&out, CONFIG_TEXT_BYTES);
		(json ? config_show_json : config_show)(&config, &out);
		print(&out);
	}
	arena_clear(&arena);
	return status;
}

static int config_table(const struct args *args, bool json)
{
	struct buf out;

	(void)args;
	(void)json;
	buf_init(&out, CONFIG_TEXT_BYTES);
	config_markdown(&out);
	print(&out);
	return 0;
}

static const struct verb {
	const char *name;
	int (*run)(const struct args *args, bool json);
	int words_max;
	bool has_json;
} verbs[] = {
	{"check", config_check, 2, true},
	{"show", config_print, 1, true},
	{"markdown", config_table, 1, false},
};

int cli_config(int argc, char **argv)
{
	bool json = false;
	const struct args_option known[] = {{"--json", NULL, &json}, {0}};
	struct args args;
	int status = args_read(argc, argv, known, &args);

	if (status)
		return status;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (args.word_count && strcmp(args.words[0], verbs[i].name) == 0 &&
		    args.word_count <= verbs[i].words_max && (!json || verbs[i].has_json))
			return verbs[i].run(&args, json);
	fprintf(stderr, "usage: tandem config check [FILE] [--json]\n"
			"       tandem config show [--config FILE] [--SETTING VALUE]... [--json]\n"
			"       tandem config markdown\n");
	return 2;
}
