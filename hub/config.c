#include "config.h"

#include <string.h>

#include "config_table.h"

/* A key that ends in _file names a file and may be seen; the secret itself is in the file. */
static bool is_secret(const char *key)
{
	static const char *const words[] = {"secret", "password", "token", "key"};
	size_t len = strlen(key);

	if (len > 5 && strcmp(key + len - 5, "_file") == 0)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(key, words[i]))
			return true;
	return false;
}

static void show_connector(const struct connector_settings *cs, struct buf *out)
{
	buf_printf(out, "\n# How messages leave the hub by way of \"%s\".\n", cs->name);
	buf_printf(out, "connector.%s.kind = %s\n", cs->name, cs->kind);
	for (int i = 0; i < cs->count; i++)
		buf_printf(out, "connector.%s.%s = %s\n", cs->name, cs->values[i].key,
			   is_secret(cs->values[i].key) ? "***" : cs->values[i].value);
}

void config_show(const struct config *c, struct buf *out)
{
	const struct config_row *row;

	for (int i = 0; (row = config_row_at(i)); i++) {
		buf_printf(out, "%s# %s. Default: %s.%s\n", i ? "\n" : "", row->help,
			   row->fallback[0] ? row->fallback : "none",
			   row->on_reload ? " SIGHUP takes it." : "");
		buf_printf(out, "%s = ", row->name);
		config_value_show(row, c, out);
		buf_add_char(out, '\n');
	}
	for (int i = 0; i < c->connector_count; i++)
		show_connector(&c->connectors[i], out);
}

/* In a table of Markdown a bar would end the cell. */
static void add_cell(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			buf_add_char(out, '\\');
		buf_add_char(out, *text);
	}
}

void config_markdown(struct buf *out)
{
	const struct config_row *row;

	buf_add_str(out, "| setting | default | changes | meaning |\n|---|---|---|---|\n");
	for (int i = 0; (row = config_row_at(i)); i++) {
		buf_printf(out, "| `%s` | ", row->name);
		if (row->fallback[0])
			buf_printf(out, "`%s`", row->fallback);
		buf_printf(out, " | %s | ", row->on_reload ? "`SIGHUP`" : "restart");
		add_cell(out, row->help);
		buf_add_str(out, " |\n");
	}
	buf_add_str(out, "| `connector.<name>.kind` | | restart | what kind of connector `<name>` is: "
			 "`sandbox` or `kannel`; its further keys are `connector.<name>.<key>` |\n");
}
