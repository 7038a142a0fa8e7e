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

static void connector_json(const struct connector_settings *cs, struct buf *out)
{
	buf_add_str(out, "{\"name\":");
	buf_add_json(out, cs->name);
	buf_add_str(out, ",\"kind\":");
	buf_add_json(out, cs->kind);
	for (int i = 0; i < cs->count; i++) {
		buf_add_char(out, ',');
		buf_add_json(out, cs->values[i].key);
		buf_add_char(out, ':');
		buf_add_json(out, is_secret(cs->values[i].key) ? "***" : cs->values[i].value);
	}
	buf_add_char(out, '}');
}

void config_show_json(const struct config *c, struct buf *out)
{
	const struct config_row *row;
	struct buf value;

	buf_init(&value, CONFIG_TEXT_BYTES);
	for (int i = 0; (row = config_row_at(i)); i++) {
		buf_reset(&value);
		config_value_show(row, c, &value);
		buf_add_str(out, i ? ",{\"name\":" : "{\"settings\":[{\"name\":");
		buf_add_json(out, row->name);
		buf_add_str(out, ",\"value\":");
		buf_add_json(out, buf_cstr(&value));
		buf_add_str(out, ",\"default\":");
		buf_add_json(out, row->fallback);
		buf_add_str(out, ",\"meaning\":");
		buf_add_json(out, row->help);
		buf_printf(out, ",\"on_reload\":%s}", row->on_reload ? "true" : "false");
	}
	buf_clear(&value);
	buf_add_str(out, "],\"connectors\":[");
	for (int i = 0; i < c->connector_count; i++) {
		if (i)
			buf_add_char(out, ',');
		connector_json(&c->connectors[i], out);
	}
	buf_add_str(out, "]}\n");
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

static bool row_differs(const struct config_row *row, const struct config *a,
			const struct config *b)
{
	struct buf one, other;
	bool differs;

	buf_init(&one, CONFIG_TEXT_BYTES);
	buf_init(&other, CONFIG_TEXT_BYTES);
	config_value_show(row, a, &one);
	config_value_show(row, b, &other);
	differs = strcmp(buf_cstr(&one), buf_cstr(&other)) != 0;
	buf_clear(&one);
	buf_clear(&other);
	return differs;
}

/* Secrets are read from their files at the start, so the settings alone do not tell whether they
 * are others. */
static bool connectors_differ(const struct config *a, const struct config *b)
{
	bool differ = a->connector_count != b->connector_count;

	for (int i = 0; !differ && i < a->connector_count; i++) {
		const struct connector_settings *x = &a->connectors[i], *y = &b->connectors[i];

		differ = strcmp(x->name, y->name) != 0 || strcmp(x->kind, y->kind) != 0 ||
			 x->count != y->count;
		for (int k = 0; !differ && k < x->count; k++)
			differ = strcmp(x->values[k].key, y->values[k].key) != 0 ||
				 strcmp(x->values[k].value, y->values[k].value) != 0;
	}
	return differ;
}

void config_waiting(const struct config *in_force, const struct config *fresh, struct buf *out)
{
	const struct config_row *row;

	for (int i = 0; (row = config_row_at(i)); i++)
		if (!row->on_reload && row_differs(row, in_force, fresh))
			buf_printf(out, " %s", row->name);
	if (connectors_differ(in_force, fresh))
		buf_add_str(out, " connector");
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
	buf_add_str(out,
		    "| `connector.<name>.kind` | | restart | what kind of connector `<name>` is: "
		    "`sandbox` or `kannel`; its further keys are `connector.<name>.<key>` |\n");
}
