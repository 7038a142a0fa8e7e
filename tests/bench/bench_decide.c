/*
 * bench_decide PACK: decisions a second from parsed events, one core, by CPU time.
 *
 * Once on the pack as it is, once with its rules replaced by ten thousand made ones. Events go
 * through every item and region of the pack. Prints the median of five runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "decide.h"
#include "event.h"
#include "pack.h"
#include "packdir.h"

#define EVENTS_MAX 2000
#define RUNS	   5
#define DECISIONS  400000
#define MADE_ROWS  10000

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
	static const char *const risks[] = {"low", "high", "very-high"};
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
	buf_printf(out, "\"attributes\":{\"area_m2\":%u,\"risk\":\"%s\"}}}", number_next(3000),
		   risks[number_next(3)]);
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

/* Rows as a large city might have them: most for one item, region or kind of event. */
static void rules_write(const struct pack_view *v, struct buf *out)
{
	static const char *const areas[] = {"", "", "", ">=1000", "<500", "[500..1000)", ">2500"};
	static const char *const roles[] = {"lead", "assist", "copy"};
	static const char *const tos[] = {"sector@here", "sector@city", "assist@here",
					  "coordination@city"};
	int i;

	buf_add_str(out, "id,event,item,region,when:area_m2,when:risk,role,to,due,via,basis\n");
	for (i = 0; i < MADE_ROWS; i++) {
		buf_printf(out, "M%d,%s,%s,%s,%s,%s,%s,%s,%uwd,push|sms,made\n", i,
			   event_type_name((enum event_type)number_next(8)),
			   v->items[number_next((uint32_t)v->item_count)].code,
			   number_next(4) ? v->regions[number_next((uint32_t)v->region_count)].code
					  : "",
			   areas[number_next(7)], number_next(3) ? "" : "high|very-high",
			   roles[number_next(3)], tos[number_next(4)], number_next(5) + 1);
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

static struct pack *big_pack(const char *dir, const struct pack_view *v, struct arena *arena)
{
	static const char *const names[] = {"pack.json", "regions.csv", "bodies.csv", "items.csv",
					    "calendar.json"};
	struct pack_file files[6];
	struct pack *pack;
	struct diag diag;
	struct buf rules;
	int i;

	buf_init(&rules, 1 << 24);
	rules_write(v, &rules);
	for (i = 0; i < 5; i++) {
		files[i].name = names[i];
		files[i].data = file_read(dir, names[i], &files[i].len, arena);
	}
	files[5] = (struct pack_file){"rules.csv", rules.data, rules.len};
	diag_init(&diag, arena);
	if (pack_read(files, 6, &pack, &diag))
		fail(&diag, "the made pack is faulty");
	buf_clear(&rules);
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

int main(int argc, char **argv)
{
	static struct event events[EVENTS_MAX];
	struct pack *pack, *big;
	struct utsname machine;
	struct arena arena;
	struct diag diag;
	int count;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_decide PACK\n");
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
	report("the pack as it is", pack, events, count);
	big = big_pack(argv[1], pack_view(pack), &arena);
	report("ten thousand made rows", big, events, count);
	pack_unref(big);
	pack_unref(pack);
	while (count > 0)
		event_clear(&events[--count]);
	arena_clear(&arena);
	return 0;
}
