/*
 * bench_decide PACK [DIR]: decisions a second from parsed events, one core, by CPU time.
 *
 * Once on the pack as it is, then with its rules replaced by a hundred and by ten thousand made
 * ones of six columns. Events go through every item and region of the pack. Prints the median of
 * five runs, and how long the made packs took to read and compile and what they hold of memory.
 * With DIR, the table of ten thousand, the events and the rows that hold for each are written there
 * as well, for peers.mjs.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include <jansson.h>

#include "decide.h"
#include "event.h"
#include "pack.h"
#include "packdir.h"

#define EVENTS_MAX 2000
#define RUNS	   5
#define DECISIONS  400000
#define MADE_FEW   100
#define MADE_MANY  10000

static uint64_t state = 88172645463325252u;

static uint32_t number_next(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

_Noreturn static void fail(const struct diag *diag, const char *what)
{
	const struct fault *f;

	fprintf(stderr, "%s\n", what);
	for (f = diag ? diag->first : NULL; f; f = f->next)
		fprintf(stderr, "%s: %s\n", f->where, f->what);
	exit(3);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int double_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* An event as the hub gets it, about 700 bytes. */
static void event_write(const struct pack_view *v, int number, struct buf *out)
{
	static const char *const said[] = {"low", "high", "very-high"};
	const struct item *item = &v->items[number_next((uint32_t)v->item_count)];
	const struct region *region = &v->regions[number_next((uint32_t)v->region_count)];
	enum event_type type =
		number_next(10) < 7 ? EVENT_GRANTED : (enum event_type)number_next(8);

	buf_printf(
		out,
		"{\"specversion\":\"1.0\",\"type\":\"approval.%s\",\"source\":\"/sources/bench\","
		"\"id\":\"e%d\",\"time\":\"2026-11-23T10:15:00+08:00\",\"data\":{\"case\":\"C%d\","
		"\"item\":\"%s\",\"region\":\"%s\",",
		event_type_name(type), number, number, item->code, region->code);
	buf_printf(out,
		   "\"bodies\":{\"accepting\":\"%s\",\"deciding\":\"%s\"},\"applicant\":{\"kind\":"
		   "\"entity\","
		   "\"name\":\"示例公司\",\"code\":\"91320105780688132K\"},\"permit\":{\"number\":"
		   "\"P%d\","
		   "\"decided_on\":\"2026-11-23\"},",
		   v->bodies[0].id, v->bodies[0].id, number);
	buf_printf(out, "\"attributes\":{\"area_m2\":%u,\"risk\":\"%s\",\"unlicensed\":%s}}}",
		   number_next(3000), said[number_next(3)], number_next(2) ? "true" : "false");
}

static int events_make(const struct pack_view *v, struct event *events, struct arena *arena)
{
	struct buf text;
	struct diag diag;
	int i;

	buf_init(&text, 65536);
	diag_init(&diag, arena);
	for (i = 0; i < EVENTS_MAX; i++) {
		buf_reset(&text);
		event_write(v, i, &text);
		if (event_parse(arena_strndup(arena, text.data, text.len), text.len,
				&event_limits_default, &events[i], &diag))
			fail(&diag, "an event of the bench is faulty");
	}
	buf_clear(&text);
	return EVENTS_MAX;
}

/* A row as a large city might have it: for one item and kind of event, mostly for one place. */
struct made_row {
	int event, item, region, area, risk, flag; /* region -1: any */
};
static struct made_row made[MADE_MANY];
struct made_cell {
	const char *cell, *json;
};
static const struct made_cell areas[] = {{"", "null"},
					 {">=1000", "[1000,true,null,true]"},
					 {"<500", "[null,true,500,false]"},
					 {"[500..1000)", "[500,true,1000,false]"},
					 {">2500", "[2500,false,null,true]"}};
static const struct made_cell risks[] = {{"", "null"},
					 {"high|very-high", "[\"high\",\"very-high\"]"}};
static const struct made_cell flags[] = {{"", "null"}, {"true", "true"}};

static void rows_make(const struct pack_view *v)
{
	int i;

	for (i = 0; i < MADE_MANY; i++)
		made[i] = (struct made_row){
			.event = (int)number_next(8),
			.item = (int)number_next((uint32_t)v->item_count),
			.region = number_next(4) ? (int)number_next((uint32_t)v->region_count) : -1,
			.area = number_next(2) ? (int)number_next(5) : 0,
			.risk = !number_next(3),
			.flag = !number_next(4)};
}

/* One body for all, so that the rows of its notice are the rows that hold. */
static void rules_write(const struct pack_view *v, int rows, bool for_peers, struct buf *out)
{
	static const char *const roles[] = {"lead", "assist", "copy"};
	static const char *const tos[] = {"sector@here", "sector@city", "assist@here",
					  "coordination@city"};
	int i;

	buf_add_str(out,
		    "id,event,item,region,when:area_m2,when:risk,when:unlicensed,role,to,due,via,"
		    "basis\n");
	for (i = 0; i < rows; i++) {
		const struct made_row *r = &made[i];

		buf_printf(out, "M%d,%s,%s,%s,%s,%s,%s,", i,
			   event_type_name((enum event_type)r->event), v->items[r->item].code,
			   r->region < 0 ? "" : v->regions[r->region].code, areas[r->area].cell,
			   risks[r->risk].cell, flags[r->flag].cell);
		if (for_peers)
			buf_printf(out, "copy,body:%s,,,made\n", v->bodies[0].id);
		else
			buf_printf(out, "%s,%s,%dwd,push|sms,made\n", roles[i % 3], tos[i % 4],
				   i % 5 + 1);
	}
}

static char *file_read(const char *dir, const char *name, size_t *ret_len, struct arena *arena)
{
	char *path = arena_printf(arena, "%s/%s", dir, name), *data;
	FILE *f = fopen(path, "rb");

	if (!f)
		fail(NULL, path);
	data = arena_alloc(arena, 1 << 22);
	*ret_len = fread(data, 1, 1 << 22, f);
	fclose(f);
	return data;
}

static struct pack *made_pack(const char *dir, const struct buf *rules, struct arena *arena)
{
	static const char *const names[] = {"pack.json", "regions.csv", "bodies.csv", "items.csv",
					    "calendar.json"};
	struct pack_file files[6];
	struct pack *pack;
	struct diag diag;
	size_t before;
	double start;
	int i;

	for (i = 0; i < 5; i++) {
		files[i].name = names[i];
		files[i].data = file_read(dir, names[i], &files[i].len, arena);
	}
	files[5] = (struct pack_file){"rules.csv", rules->data, rules->len};
	diag_init(&diag, arena);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	start = cpu_seconds();
	if (pack_read(files, 6, &pack, &diag))
		fail(&diag, "the made pack is faulty");
	printf("%d made rows: read and compiled in %.1f ms, %.1f MB\n", pack_view(pack)->rule_count,
	       (cpu_seconds() - start) * 1e3,
	       (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / 1e6);
	return pack;
}

static double run_once(const struct pack *pack, const struct event *events, int count,
		       long *ret_notices)
{
	struct arena arena;
	struct decision d;
	double start = cpu_seconds(), spent;
	int i;

	arena_init(&arena);
	for (i = 0; i < DECISIONS; i++) {
		struct decide_in in = {.at_ms = events[i % count].time_ms};

		decide(pack, &events[i % count], &in, &arena, &d);
		*ret_notices += d.notice_count;
		arena_reset(&arena);
	}
	spent = cpu_seconds() - start;
	arena_clear(&arena);
	return DECISIONS / spent;
}

static void report(const char *what, const struct pack *pack, const struct event *events, int count)
{
	double rates[RUNS];
	long notices = 0;
	int i;

	for (i = 0; i < RUNS; i++)
		rates[i] = run_once(pack, events, count, &notices);
	qsort(rates, RUNS, sizeof(rates[0]), double_order);
	printf("%-28s %6d rules  %9.0f decisions/s  (%.2f us each, %.1f notices)\n", what,
	       pack_view(pack)->rule_count, rates[RUNS / 2], 1e6 / rates[RUNS / 2],
	       (double)notices / RUNS / DECISIONS);
}

static void json_regions(const struct pack *pack, int region, struct buf *out)
{
	const struct pack_view *v = pack_view(pack);
	const char *between = "[";
	int i;

	for (i = 0; region >= 0 && i < v->region_count; i++) {
		if (!region_within(pack, i, region))
			continue;
		buf_printf(out, "%s\"%s\"", between, v->regions[i].code);
		between = ",";
	}
	buf_add_str(out, region < 0 ? "null" : "]");
}

static void json_row(const struct pack *pack, int i, struct buf *out)
{
	const struct made_row *r = &made[i];

	buf_printf(out, "{\"id\":\"M%d\",\"event\":\"%s\",\"item\":\"%s\",\"regions\":", i,
		   event_type_name((enum event_type)r->event),
		   pack_view(pack)->items[r->item].code);
	json_regions(pack, r->region, out);
	buf_printf(out, ",\"area\":%s,\"risks\":%s,\"flag\":%s}\n", areas[r->area].json,
		   risks[r->risk].json, flags[r->flag].json);
}

static void json_event(const struct pack *pack, const struct event *e, struct buf *out)
{
	struct decide_in in = {.at_ms = e->time_ms};
	struct decision d;
	struct arena arena;
	int i;

	arena_init(&arena);
	decide(pack, e, &in, &arena, &d);
	buf_printf(out, "{\"event\":\"%s\",\"item\":\"%s\",\"region\":\"%s\",\"attributes\":",
		   event_type_name(e->type), e->item_code, e->region);
	node_canonical(e->attributes, out);
	buf_add_str(out, ",\"rows\":[");
	for (i = 0; d.notice_count && i < d.notices[0].rule_count; i++)
		buf_printf(out, "%s\"%s\"", i ? "," : "",
			   pack_view(pack)->rules[d.notices[0].rules[i]].id);
	buf_add_str(out, "]}\n");
	arena_clear(&arena);
}

static void file_write(const char *dir, const char *name, const struct buf *content,
		       struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(content->data, 1, content->len, f) != content->len || fclose(f))
		fail(NULL, path);
}

static void peers_write(const char *dir, const struct pack *pack, const struct event *events,
			struct arena *arena)
{
	struct buf out;
	int i;

	buf_init(&out, 1 << 26);
	for (i = 0; i < MADE_MANY; i++)
		json_row(pack, i, &out);
	file_write(dir, "rows.ndjson", &out, arena);
	buf_reset(&out);
	for (i = 0; i < EVENTS_MAX; i++)
		json_event(pack, &events[i], &out);
	file_write(dir, "events.ndjson", &out, arena);
	buf_clear(&out);
}

/* The pack with its rules replaced by made ones. */
static struct pack *pack_with(const char *dir, const struct pack_view *v, int rows, bool for_peers)
{
	struct pack *pack;
	struct arena arena;
	struct buf rules;

	arena_init(&arena);
	buf_init(&rules, 1 << 24);
	rules_write(v, rows, for_peers, &rules);
	pack = made_pack(dir, &rules, &arena);
	buf_clear(&rules);
	arena_clear(&arena);
	return pack;
}

static void measure_made(const char *dir, const struct pack_view *v, const struct event *events,
			 int count)
{
	static const int sizes[] = {MADE_FEW, MADE_MANY};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pack *pack = pack_with(dir, v, sizes[i], false);

		report("made rows", pack, events, count);
		pack_unref(pack);
	}
}

static void measure_for_peers(const char *from, const char *to, const struct pack_view *v,
			      const struct event *events)
{
	struct pack *pack = pack_with(from, v, MADE_MANY, true);
	struct arena arena;

	arena_init(&arena);
	report("the table of the peers", pack, events, EVENTS_MAX);
	peers_write(to, pack, events, &arena);
	pack_unref(pack);
	arena_clear(&arena);
}

int main(int argc, char **argv)
{
	static struct event events[EVENTS_MAX];
	struct pack *pack;
	struct utsname machine;
	struct arena arena;
	struct diag diag;
	int count;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: bench_decide PACK [DIR]\n");
		return 2;
	}
	arena_init(&arena);
	diag_init(&diag, &arena);
	if (pack_read_dir(argv[1], &pack, &diag))
		fail(&diag, "the pack is faulty");
	uname(&machine);
	printf("%s %s, median of %d runs of %d decisions, CPU time, one core\n", machine.sysname,
	       machine.machine, RUNS, DECISIONS);
	count = events_make(pack_view(pack), events, &arena);
	rows_make(pack_view(pack));
	report("the pack as it is", pack, events, count);
	measure_made(argv[1], pack_view(pack), events, count);
	if (argc == 3)
		measure_for_peers(argv[1], argv[2], pack_view(pack), events);
	pack_unref(pack);
	while (count > 0)
		event_clear(&events[--count]);
	arena_clear(&arena);
	return 0;
}
