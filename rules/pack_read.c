#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack_in.h"
#include "sha256.h"

#define TRADES_MAX	    1000
#define CANONICAL_BYTES_MAX ((size_t)256 << 20)

/* The order of the columns is the order of the enums in pack_in.h; what must be there stands first.
 */
const struct sheet_spec sheet_specs[SHEET_COUNT] = {
	[SHEET_REGIONS] = {"regions.csv", {"code", "name", "level", "parent"}, 3, false, 20000},
	[SHEET_BODIES] = {"bodies.csv",
			  {"id", "name", "kind", "region", "sectors", "parent", "code"},
			  4,
			  false,
			  20000},
	[SHEET_ITEMS] = {"items.csv",
			 {"code", "name", "sector", "assist", "devolution", "regions", "basis"},
			 2,
			 false,
			 50000},
	[SHEET_RULES] = {"rules.csv",
			 {"id", "role", "to", "from", "until", "event", "item", "sector",
			  "devolution", "region", "due", "feedback", "via", "overrides", "basis"},
			 3,
			 true,
			 TABLE_ROWS_MAX},
	[SHEET_SCOPE] = {"scope.csv", {"phrase", "item"}, 2, false, 50000},
	[SHEET_CONTACTS] =
		{"contacts.csv", {"body", "name", "post", "phone", "email"}, 2, false, 50000},
};
static const bool is_optional[SHEET_COUNT] = {[SHEET_SCOPE] = true, [SHEET_CONTACTS] = true};

static const struct pack_file *file_find(const struct pack_file *files, int count, const char *name)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	}
	return NULL;
}

static void fault_missing(struct diag *diag, const char *name)
{
	char where[64];

	snprintf(where, sizeof(where), "%s:1:1", name);
	diag_add(diag, where, "the file is missing");
}

static void read_sheets(struct pack *p, const struct pack_file *files, int count, struct diag *diag)
{
	int i;

	for (i = 0; i < SHEET_COUNT; i++) {
		const struct pack_file *f = file_find(files, count, sheet_specs[i].file);

		p->sheets[i] = (struct sheet){.spec = &sheet_specs[i], .diag = diag};
		if (f)
			sheet_read(&p->sheets[i], &sheet_specs[i],
				   &(struct csv_source){sheet_specs[i].file, f->data, f->len},
				   &p->arena, diag);
		else if (!is_optional[i])
			fault_missing(diag, sheet_specs[i].file);
	}
}

/* Without a calendar every year is one that it does not list, and deadlines say so. */
static void read_calendar(struct pack *p, const struct pack_file *files, int count,
			  struct diag *diag)
{
	static const char empty[] = "{\"years\":{}}";
	const struct pack_file *f = file_find(files, count, "calendar.json");
	struct calendar_source from = {"calendar.json", empty, sizeof(empty) - 1};
	enum err err;

	if (f)
		from = (struct calendar_source){f->name, f->data, f->len};
	err = calendar_read(&from, &p->arena, &p->calendar, diag);
	/* Its faults stand in the diag, which is asked at the end. */
	(void)err;
}

static void prepare_trades(struct pack *p)
{
	static const char *const kinds[] = {"@enforcement", "@coordination"};
	int i;

	p->trade_room = TRADES_MAX;
	p->trade_names = arena_alloc(&p->arena, TRADES_MAX * sizeof(*p->trade_names));
	strmap_init(&p->trades, &p->arena, 64);
	for (i = 0; i < 2; i++)
		trade_add(p, kinds[i], strlen(kinds[i]));
}

static void read_settings(struct pack *p, const struct pack_file *files, int count,
			  struct diag *diag)
{
	const struct pack_file *f = file_find(files, count, "pack.json");

	if (f)
		pack_read_settings(p, f, diag);
	else
		fault_missing(diag, "pack.json");
}

static void name_version(struct pack *p)
{
	unsigned char hash[SHA256_BYTES];
	struct buf canonical;

	buf_init(&canonical, CANONICAL_BYTES_MAX);
	pack_canonical(p, &canonical);
	sha256_of(canonical.data, canonical.len, hash);
	buf_clear(&canonical);
	p->view.version = arena_printf(&p->arena, "%s@%02x%02x%02x%02x", p->view.id, hash[0],
				       hash[1], hash[2], hash[3]);
}

enum err pack_read(const struct pack_file *files, int count, struct pack **ret, struct diag *diag)
{
	struct pack *p = mem_zalloc(sizeof(*p));

	arena_init(&p->arena);
	p->ref_count = 1;
	p->findings_end = &p->findings;
	p->faults_before = diag->count;
	prepare_trades(p);
	read_calendar(p, files, count, diag);
	read_sheets(p, files, count, diag);
	pack_read_regions(p);
	read_settings(p, files, count, diag);
	pack_read_bodies(p);
	pack_read_items(p);
	pack_read_scope(p);
	pack_read_contacts(p);
	pack_read_texts(p, files, count, diag);
	pack_read_rules(p);
	if (diag->count == p->faults_before && !seats_build(p))
		diag_add(diag, "bodies.csv:1:1", "too many regions and sectors together");
	if (diag->count > p->faults_before) {
		pack_unref(p);
		return ERR_INVALID;
	}
	pack_place_items(p);
	pack_find_dangling(p);
	name_version(p);
	*ret = p;
	return ERR_OK;
}
