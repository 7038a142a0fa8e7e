/* A spreadsheet of items or bodies, columns in any order and under any usual heading, becomes the
 * pack's own file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_in.h"
#include "item_code.h"

#define COLUMNS_MAX 8

/* What a cell becomes; NULL is a fault that was told. */
struct table_run;
typedef const char *cell_fn(struct table_run *r, const char *heading, const char *text);
struct column {
	const char *name, *headings; /* folded, | between them */
	cell_fn *fn;
	bool required;
};
struct table_spec {
	const struct column *columns;
	int count;
};
struct table_run {
	struct import *imp;
	const struct table_spec *spec;
	struct csv csv;
	struct diag diag;
	struct buf *out;
	int at[COLUMNS_MAX]; /* where in the sheet; -1: nowhere */
	const char *heading[COLUMNS_MAX];
	const char *headings[CSV_CELLS_MAX]; /* all of them */
	struct import_kept kept;
	struct buf line;
	struct strmap by_name; /* of bodies: the sheet's own, each with its id; NULL: two have it */
	const char **ids;
	int id_count, id_room;
};
struct word {
	const char *from, *to;
};

static const char *as_text(struct table_run *r, const char *heading, const char *text)
{
	(void)r, (void)heading;
	return text;
}

/* Spreadsheets take codes for numbers and eat the zeros in front. */
static const char *as_code(struct table_run *r, const char *heading, const char *text)
{
	char basic[ITEM_CODE_LEN + 1];
	size_t len;

	text = import_narrow(&r->imp->row, text);
	len = strlen(text);
	if (len >= 6 && len < ITEM_CODE_LEN && strspn(text, "0123456789") == len) {
		text = arena_printf(&r->imp->row, "%.*s%s", (int)(ITEM_CODE_LEN - len),
				    "000000000000", text);
		import_doubt(r->imp, heading, "zeros in front were missing and were put back");
		return text;
	}
	if (item_code_basic(text, len, basic))
		return arena_strdup(&r->imp->row, basic);
	import_fault(r->imp, heading,
		     strpbrk(text, "+.") ? "a number in short form: save the column as text"
					 : "not a code of 12, 31 or 33 letters and digits");
	return NULL;
}

static size_t separator_len(const char *text)
{
	static const char *const separators[] = {"、", "，", "；", ",", ";", "/", "|", "\n"};
	size_t i;

	for (i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
		if (strncmp(text, separators[i], strlen(separators[i])) == 0)
			return strlen(separators[i]);
	}
	return 0;
}

static const char *as_list(struct table_run *r, const char *heading, const char *text)
{
	char *list = arena_alloc(&r->imp->row, strlen(text) + 1), *w = list;

	(void)heading;
	while (*text) {
		size_t len = separator_len(text);

		if (len && w > list && w[-1] != '|')
			*w++ = '|';
		else if (!len && *text != ' ' && *text != '\r')
			*w++ = *text;
		text += len ? len : 1;
	}
	while (w > list && w[-1] == '|')
		w--;
	*w = '\0';
	return strcmp(list, "无") == 0 || strcmp(list, "-") == 0 ? "" : list;
}

static const char *as_word(struct table_run *r, const char *heading, const char *text,
			   const struct word *words)
{
	const char *folded = import_fold(&r->imp->row, text), *known = "";

	for (; words->from; words++) {
		if (strcmp(words->from, folded) == 0 ||
		    strcmp(import_fold(&r->imp->row, words->to), folded) == 0)
			return words->to;
		known = arena_printf(&r->imp->row, "%s%s%s", known, *known ? "、" : "",
				     words->from);
	}
	import_fault(r->imp, heading, arena_printf(&r->imp->row, "must be one of %s", known));
	return NULL;
}

static const char *as_devolution(struct table_run *r, const char *heading, const char *text)
{
	static const struct word words[] = {{"直接下放", "direct"},
					    {"下放实质性审核权", "review"},
					    {"实质性审核权下放", "review"},
					    {"下放审核权", "review"},
					    {"服务窗口前移", "window"},
					    {"窗口前移", "window"},
					    {"全部下放", "full"},
					    {"部分下放", "partial"},
					    {"委托", "entrusted"},
					    {"委托实施", "entrusted"},
					    {"未下放", "retained"},
					    {"市级保留", "retained"},
					    {NULL, NULL}};

	return as_word(r, heading, text, words);
}

static const char *as_kind(struct table_run *r, const char *heading, const char *text)
{
	static const struct word words[] = {
		{"审批", "approval"},	      {"审批部门", "approval"},
		{"审批机构", "approval"},     {"行政审批", "approval"},
		{"监管", "supervision"},      {"监管部门", "supervision"},
		{"主管部门", "supervision"},  {"行业主管部门", "supervision"},
		{"执法", "enforcement"},      {"综合执法", "enforcement"},
		{"执法部门", "enforcement"},  {"协调", "coordination"},
		{"协调机构", "coordination"}, {"编办", "coordination"},
		{"职能办", "coordination"},   {NULL, NULL}};

	return as_word(r, heading, text, words);
}

/* Names become codes where a pack knows them. */
static const char *as_regions(struct table_run *r, const char *heading, const char *text)
{
	const char *list = as_list(r, heading, text), *out = "";
	const struct pack *p = r->imp->job->items;

	while (*list) {
		size_t len = strcspn(list, "|"), i;
		const char *code =
			import_narrow(&r->imp->row, arena_strndup(&r->imp->row, list, len));

		if (p)
			code = import_region_code(p, code);
		for (i = 0; code[i]; i++) {
			if ((unsigned char)code[i] > 0x7e) {
				import_fault(r->imp, heading,
					     "a region by a name that no code is known for");
				return NULL;
			}
		}
		out = *out ? arena_printf(&r->imp->row, "%s|%s", out, code) : code;
		list += len + (list[len] == '|');
	}
	return out;
}

static const char *as_id(struct table_run *r, const char *heading, const char *text)
{
	const char *id = import_narrow(&r->imp->row, text), *p;

	/* A row of a pack that begins with # is a comment. */
	for (p = id; *p > 0x20 && *p < 0x7f && !strchr("|,\"", *p) && (*p != '#' || p > id); p++)
		;
	if (*p) {
		import_fault(r->imp, heading,
			     "an id is visible ASCII without | and comma, and # does not begin it");
		return NULL;
	}
	return id;
}

/* Sheets name the superior body; the pack wants its id. */
static const char *as_parent(struct table_run *r, const char *heading, const char *text)
{
	const char *name = import_fold(&r->imp->row, text), *id = NULL;
	int at = strmap_find(&r->by_name, name, strlen(name));

	if (at >= 0)
		id = r->ids[at];
	else if (r->imp->job->items)
		id = import_body_find(r->imp->job->items, NULL, text);
	if (id)
		return id;
	if (at < 0 && (unsigned char)*import_narrow(&r->imp->row, text) < 0x80)
		return as_id(r, heading, text);
	import_fault(r->imp, heading,
		     at < 0 ? "a body by a name that neither the sheet nor the pack has"
			    : "several bodies of the sheet have this name");
	return NULL;
}

enum { ITEM_CODE = 0, ITEM_REGIONS = 5, BODY_ID = 0, BODY_NAME = 1 };
static const struct column item_columns[] = {
	{"code",
	 "CODE|事项编码|基本编码|编码|事项代码|许可事项编码|实施编码|业务办理项编码|ITEMCODE|ITEMNO",
	 as_code, true},
	{"name", "NAME|事项名称|名称|许可事项|许可事项名称|行政许可事项|ITEM|ITEMNAME|TITLE",
	 as_text, true},
	{"sector",
	 "SECTOR|主管领域|主管部门|主管单位|行业主管部门|业务主管部门|监管部门|监管主体|行业领域|DEPARTMENT",
	 as_text, false},
	{"assist", "ASSIST|协管领域|协管部门|协同监管部门|配合部门|COSUPERVISORS", as_list, false},
	{"devolution", "DEVOLUTION|放权方式|下放方式|下放形式|MODE", as_devolution, false},
	{"regions", "REGIONS|REGION|适用区划|区划|实施区域|适用区域|行政区划", as_regions, false},
	{"basis", "BASIS|设定依据|法律依据|依据|实施依据|LEGALBASIS", as_text, false},
	{"note", "NOTE|NOTES|备注|说明|REMARK", as_text, false},
};
static const struct column body_columns[] = {
	{"id",
	 "ID|机构编号|编号|标识|机构标识|机构编码|机构代码|部门编码|部门代码|单位编码|单位代码|BODY|BODYID",
	 as_id, true},
	{"name", "NAME|机构名称|名称|部门名称|单位名称|机构全称|部门全称|单位全称|全称|BODYNAME",
	 as_text, true},
	{"kind", "KIND|类别|机构类别|机构类型|类型|机构性质|性质|TYPE", as_kind, true},
	{"region",
	 "REGION|REGIONS|区划|行政区划|所属区划|所在区划|所在地|所属地区|所在地区|区划代码|行政区划代码",
	 as_regions, true},
	{"sectors", "SECTORS|SECTOR|主管领域|监管领域|领域|行业领域|职责领域", as_list, false},
	{"parent", "PARENT|上级机构|上级|上级单位|上级部门|上级机构编号|主管机构", as_parent,
	 false},
	{"code", "CODE|统一社会信用代码|信用代码|CREDITCODE", as_id, false},
	{"note", "NOTE|NOTES|备注|说明|REMARK", as_text, false},
};
static const struct table_spec specs[] = {
	[IMPORT_ITEMS] = {item_columns, sizeof(item_columns) / sizeof(item_columns[0])},
	[IMPORT_BODIES] = {body_columns, sizeof(body_columns) / sizeof(body_columns[0])},
};

static void say(struct table_run *r, const char *what)
{
	const struct import_sink *s = &r->imp->job->sink;

	s->say(s->arg, r->imp->job->file, what);
}

static int column_find(const struct table_spec *spec, const char *folded)
{
	const char *lists[COLUMNS_MAX];
	int i;

	for (i = 0; i < spec->count; i++)
		lists[i] = spec->columns[i].headings;
	return import_name_find(lists, spec->count, folded);
}

/* Headings in English come with lines and without: Item_Code, item-code. */
static const char *fold_heading(struct arena *arena, const char *text)
{
	const char *folded = import_fold(arena, text);
	char *out = arena_alloc(arena, strlen(folded) + 1), *w = out;

	for (; *folded; folded++) {
		if (*folded != '_' && *folded != '-')
			*w++ = *folded;
	}
	*w = '\0';
	return out;
}

static int map_columns(struct table_run *r)
{
	int i, known = 0;

	for (i = 0; i < COLUMNS_MAX; i++)
		r->at[i] = -1;
	for (i = 0; i < r->csv.count; i++) {
		int c = column_find(r->spec, fold_heading(&r->imp->row, r->csv.cells[i].text));

		if (c < 0 || r->at[c] >= 0)
			continue;
		r->at[c] = i;
		r->heading[c] = arena_strdup(&r->imp->arena, r->csv.cells[i].text);
		known++;
	}
	return known;
}

static void tell_columns(struct table_run *r)
{
	int i;

	r->kept = (struct import_kept){.headings = r->headings, .count = r->csv.count};
	for (i = 0; i < r->csv.count; i++) {
		const char *text = r->csv.cells[i].text;
		int c = column_find(r->spec, fold_heading(&r->imp->row, text));

		r->headings[i] = arena_strdup(&r->imp->arena, text);
		if (c >= 0 && r->at[c] == i)
			say(r, arena_printf(&r->imp->row, "column %d, %s, is %s", i + 1, text,
					    r->spec->columns[c].name));
		else
			say(r,
			    arena_printf(&r->imp->row, "column %d, %s, is not used", i + 1, text));
	}
}

static bool find_header(struct table_run *r)
{
	int i, c;

	for (i = 0; i < IMPORT_HEADER_SEARCH; i++) {
		diag_init(&r->diag, &r->imp->row);
		if (!csv_next(&r->csv))
			break;
		if (!r->csv.faulty && map_columns(r) >= 2) {
			tell_columns(r);
			for (c = 0; c < r->spec->count; c++) {
				if (!r->spec->columns[c].required || r->at[c] >= 0)
					continue;
				say(r, arena_printf(&r->imp->row, "no column can be taken for %s",
						    r->spec->columns[c].name));
				return false;
			}
			return true;
		}
	}
	say(r, "no header row with headings that are known");
	return false;
}

static const char *cell_of(struct table_run *r, int c)
{
	const struct column *column = &r->spec->columns[c];
	const char *text =
		r->at[c] >= 0 && r->at[c] < r->csv.count ? r->csv.cells[r->at[c]].text : "";

	text = import_trim(&r->imp->row, text);
	if (!*text && column->required)
		import_fault(r->imp, r->heading[c], "is blank");
	return *text ? column->fn(r, r->heading[c], text) : "";
}

/* What a row is about: a body is its id, an item its code and where the row applies. */
static const char *id_of(struct table_run *r, const char *const *cells)
{
	return r->spec == &specs[IMPORT_BODIES]
		       ? cells[BODY_ID]
		       : arena_printf(&r->imp->row, "%s %s", cells[ITEM_CODE], cells[ITEM_REGIONS]);
}

static void write_row(struct table_run *r, const char *const *cells)
{
	const char *where = NULL;
	int c;

	buf_reset(&r->line);
	for (c = 0; c < r->spec->count; c++) {
		if (c)
			buf_add_char(&r->line, ',');
		csv_add_cell(&r->line, cells[c]);
	}
	buf_add_char(&r->line, '\n');
	switch (import_known(r->imp, id_of(r, cells), &r->line, &where)) {
	case IMPORT_NEW:
		buf_add(r->out, r->line.data, r->line.len);
		r->imp->counts.events++;
		break;
	case IMPORT_REPEAT:
		r->imp->counts.repeats++;
		break;
	case IMPORT_OTHER:
		import_fault(r->imp, "",
			     arena_printf(&r->imp->row,
					  "says something else about the matter of %s", where));
	}
}

static void read_row(struct table_run *r)
{
	const char *cells[COLUMNS_MAX];
	int c;

	if (r->csv.faulty) {
		import_fault(r->imp, "",
			     r->diag.first ? r->diag.first->what : "not well-formed CSV");
		return;
	}
	for (c = r->kept.count; c < r->csv.count; c++) {
		if (*import_trim(&r->imp->row, r->csv.cells[c].text)) {
			import_fault(r->imp, "",
				     arena_printf(&r->imp->row, "has %d cells, the header %d",
						  r->csv.count, r->kept.count));
			return;
		}
	}
	for (c = 0; c < r->spec->count; c++)
		cells[c] = cell_of(r, c);
	if (!r->imp->faulty)
		write_row(r, cells);
}

static void learn_name(struct table_run *r, const char *name, const char *id)
{
	const char *key = arena_strdup(&r->imp->arena, import_fold(&r->imp->row, name));
	int at;

	id = import_narrow(&r->imp->row, id);
	if (!*key || !*id)
		return;
	if (r->id_count == r->id_room) {
		r->id_room = r->id_room ? r->id_room * 2 : 64;
		r->ids = mem_realloc(r->ids, (size_t)r->id_room * sizeof(*r->ids));
	}
	at = strmap_add(&r->by_name, key, strlen(key), r->id_count);
	if (at == r->id_count)
		r->ids[r->id_count++] = arena_strdup(&r->imp->arena, id);
	else if (r->ids[at] && strcmp(r->ids[at], id) != 0)
		r->ids[at] = NULL;
}

/* The sheet is read ahead, because a body may stand above the one it is under. */
static void learn_names(struct table_run *r)
{
	struct csv *ahead = mem_alloc(sizeof(*ahead));
	const int id = r->at[BODY_ID], name = r->at[BODY_NAME];

	*ahead = r->csv;
	for (diag_init(&r->diag, &r->imp->row); csv_next(ahead);
	     diag_init(&r->diag, &r->imp->row)) {
		if (!ahead->faulty && id < ahead->count && name < ahead->count)
			learn_name(r, ahead->cells[name].text, ahead->cells[id].text);
		arena_reset(&r->imp->row);
	}
	free(ahead);
}

static void read_rows(struct table_run *r)
{
	char where[300];
	int i;

	if (r->spec == &specs[IMPORT_BODIES])
		learn_names(r);
	for (i = 0; i < r->spec->count; i++)
		buf_printf(r->out, "%s%s", i ? "," : "", r->spec->columns[i].name);
	buf_add_char(r->out, '\n');
	for (;;) {
		arena_reset(&r->imp->row);
		diag_init(&r->diag, &r->imp->row);
		if (!csv_next(&r->csv))
			return;
		if (import_record_is_empty(&r->csv))
			continue;
		snprintf(where, sizeof(where), "%.200s:%d", r->imp->job->file,
			 r->csv.cells[0].line);
		import_row_begin(r->imp, where);
		read_row(r);
		if (r->imp->faulty)
			import_keep_record(r->imp, &r->kept, &r->csv);
		import_row_end(r->imp);
	}
}

enum err import_table(const struct import_job *job, enum import_table which, struct buf *out,
		      struct import_counts *ret)
{
	struct table_run *r = mem_zalloc(sizeof(*r));
	struct import imp;
	enum err e = ERR_SYNTAX;

	r->imp = &imp;
	r->spec = &specs[which];
	r->out = out;
	buf_init(&r->line, IMPORT_BYTES_MAX);
	if (import_begin(&imp, job)) {
		strmap_init(&r->by_name, &imp.arena, 64);
		import_csv_open(&imp, &r->csv, &imp.row, &r->diag);
		if (find_header(r)) {
			read_rows(r);
			e = ERR_OK;
		}
	}
	import_end(&imp, ret);
	buf_clear(&r->line);
	free(r->ids);
	free(r);
	return e;
}
