/*
 * Fuzz harness: minutes of a meeting as they are sent, and as they stand in the store. What is
 * refused has a fault to tell; what is taken is decoded from what is kept of it as it was, and can
 * be shown.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flow/meeting_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BYTES_MAX  (256 << 10) /* as the call has it */
#define TEXT_BYTES ((size_t)1 << 20)

static struct pack *small_pack(void)
{
#define FILE_OF(name, text)                                                                        \
	{                                                                                          \
		name, text, sizeof(text) - 1                                                       \
	}
	static const struct pack_file files[] = {
		FILE_OF("pack.json",
			"{\"id\":\"t\",\"title\":\"T\",\"jurisdiction\":\"371300\",\"timezone\":\"Asia/Shanghai\"}"),
		FILE_OF("regions.csv",
			"code,name,level,parent\n370000,省,province,\n371300,市,city,370000\n"),
		FILE_OF("bodies.csv",
			"id,name,kind,region,sectors,parent,code\nwjw,卫健,supervision,371300,卫生,,\n"
			"s,省厅,supervision,370000,卫生,,\nznb,职能办,coordination,371300,,,\n"),
		FILE_OF("items.csv", "code,name,sector\n000123011000,甲,卫生\n"),
		FILE_OF("rules.csv", "id,role,to\nL1,lead,sector@here\n"),
	};
	static struct pack *pack;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	if (!pack && pack_read(files, sizeof(files) / sizeof(files[0]), &pack, &diag) != ERR_OK)
		abort();
	arena_clear(&arena);
	return pack;
}

static int64_t in_november(void *arg)
{
	(void)arg;
	return INT64_C(1795000000000);
}

/* What is kept of it is what it was. */
static void read_back(const struct meeting *m, const struct pack *pack, const struct principal *who)
{
	const struct meeting_view v = {pack, who, m->day};
	struct meeting again;
	struct arena arena;
	struct buf first, second, shown;

	arena_init(&arena);
	buf_init(&first, TEXT_BYTES);
	buf_init(&second, TEXT_BYTES);
	buf_init(&shown, TEXT_BYTES);
	meeting_encode(m, &first);
	if (first.overflow ||
	    !meeting_decode(1, (struct bytes){first.data, first.len}, &arena, &again))
		abort();
	meeting_encode(&again, &second);
	meeting_print(&v, &again, &shown);
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0 ||
	    shown.overflow)
		abort();
	buf_clear(&first);
	buf_clear(&second);
	buf_clear(&shown);
	arena_clear(&arena);
}

static void as_sent(const char *data, size_t size, const struct flow *f,
		    const struct principal *who)
{
	json_t *said = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);
	struct meeting m;
	struct arena arena;
	struct diag diag;

	arena_init(&arena);
	diag_init(&diag, &arena);
	if (json_is_object(said)) {
		meeting_read(f, who, said, &m, &diag);
		if (!diag.count)
			read_back(&m, f->pack, who);
	}
	json_decref(said);
	arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow f = {.pack = small_pack(), .clock = {in_november, NULL}};
	struct principal *who = principal_new("lxhy", "", "");
	struct meeting m;
	struct arena arena;

	principal_grant(who, WHO_COORDINATOR, "znb");
	arena_init(&arena);
	if (size <= BYTES_MAX) {
		as_sent((const char *)data, size, &f, who);
		if (meeting_decode(1, (struct bytes){(const char *)data, size}, &arena, &m) &&
		    m.day != INT32_MIN)
			meeting_is_open(&m);
	}
	arena_clear(&arena);
	principal_unref(who);
	return 0;
}
