#include "args.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "phrase.h"

static int usage(const char *what, const char *argument)
{
	fprintf(stderr, "tandem: %s: %s\n", argument, what);
	return 2;
}

static const struct args_option *option_find(const struct args_option *options, const char *name)
{
	for (; options && options->name; options++)
		if (strcmp(options->name, name) == 0)
			return options;
	return NULL;
}

/* `--demo` is a setting as well, but stands alone on the command line. */
static const char *flag_setting(const char *name)
{
	return strcmp(name, "--demo") == 0 ? "yes" : NULL;
}

static int take_setting(struct args *a, const char *name, const char *value)
{
	if (strcmp(name, "--config") == 0) {
		a->config_file = value;
		return 0;
	}
	if (a->over_count == ARGS_OVERRIDES_MAX)
		return usage("too many arguments", name);
	a->over[a->over_count++] = (struct config_override){name + 2, value};
	return 0;
}

static int take_word(struct args *a, const char *word)
{
	if (a->word_count == ARGS_WORDS_MAX)
		return usage("too many arguments", word);
	a->words[a->word_count++] = word;
	return 0;
}

static bool is_known(const struct args_option *options, const char *name)
{
	return option_find(options, name) || strcmp(name, "--config") == 0 ||
	       config_is_setting(name + 2);
}

static int no_such_option(const struct args_option *options, const char *name)
{
	fprintf(stderr, "tandem: %s: there is no such option", name);
	for (const struct args_option *o = options; o && o->name; o++)
		fprintf(stderr, "%s %s", o == options ? "; there are" : "", o->name);
	fputc('\n', stderr);
	return 2;
}

static bool is_option(const char *s)
{
	return strncmp(s, "--", 2) == 0 && s[2];
}

int args_read(int argc, char **argv, const struct args_option *options, struct args *ret)
{
	int status = 0;

	*ret = (struct args){0};
	for (int i = 1; i < argc && status == 0; i++) {
		const struct args_option *o = option_find(options, argv[i]);
		const char *name = argv[i], *value = flag_setting(name);

		if (!is_option(name)) {
			status = take_word(ret, name);
			continue;
		}
		if (o && !o->ret_value) {
			*o->ret_flag = true;
			continue;
		}
		if (!is_known(options, name))
			return no_such_option(options, name);
		if (!value && i + 1 == argc)
			return usage("needs a value", name);
		if (!value)
			value = argv[++i];
		if (o)
			*o->ret_value = value;
		else
			status = take_setting(ret, name, value);
	}
	return status;
}

void args_print_faults(const struct diag *diag)
{
	for (const struct fault *f = diag->first; f; f = f->next)
		fprintf(stderr, "%s: %s\n", f->where, f->what);
	if (diag->count > DIAG_MAX)
		fprintf(stderr, "and %zu more\n", diag->count - DIAG_MAX);
}

void args_fault_json(const char *where, const char *what, struct buf *out)
{
	buf_add_str(out, "{\"where\":");
	buf_add_json(out, where);
	buf_add_str(out, ",\"what\":");
	buf_add_json(out, what);
	phrase_print(what, out);
	buf_add_char(out, '}');
}

void args_faults_json(const struct diag *diag, struct buf *out)
{
	buf_printf(out, "\"fault_count\":%zu,\"faults\":[", diag->count);
	for (const struct fault *f = diag->first; f; f = f->next) {
		if (f != diag->first)
			buf_add_char(out, ',');
		args_fault_json(f->where, f->what, out);
	}
	buf_add_char(out, ']');
}

/* What is not below the current folder is looked for beside the build folder that this program lies
 * in. */
static const char *find_folder(const char *folder, struct arena *arena)
{
	char exe[1024];
	const char *beside;
	ssize_t len;

	if (folder[0] == '/' || access(folder, F_OK) == 0)
		return folder;
	len = readlink("/proc/self/exe", exe, sizeof(exe));
	while (len > 0 && len < (ssize_t)sizeof(exe) && exe[len - 1] != '/')
		len--;
	if (len <= 0)
		return folder;
	beside = arena_printf(arena, "%.*s../%s", (int)len, exe, folder);
	return access(beside, F_OK) == 0 ? beside : folder;
}

void args_find_folders(struct arena *arena, struct config *c)
{
	c->policy = find_folder(c->policy, arena);
	c->dashboard = find_folder(c->dashboard, arena);
}

int args_config(const struct args *args, struct arena *arena, struct config *ret)
{
	const struct config_source from = {args->config_file, args->over, args->over_count};
	struct diag diag;

	diag_init(&diag, arena);
	if (config_read(&from, arena, ret, &diag)) {
		args_print_faults(&diag);
		return 2;
	}
	args_find_folders(arena, ret);
	return 0;
}
