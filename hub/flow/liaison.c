/* liaison.c: see liaison.h. */
#include "flow/liaison.h"

#include <string.h>

#include "flow/contacts.h"
#include "flow/mask.h"
#include "flow/view.h"

#define MOBILE_LENGTH 14 /* with its +86 */

static void put_name(struct buf *out, const char *member, const char *name)
{
	buf_add_str(out, member);
	if (name && *name)
		mask_name(out, name);
	else
		buf_add_str(out, "null");
}

/* As it is dialled here: without the prefix of a mobile number of this country. */
static void put_number(struct buf *out, const char *phone)
{
	char number[NUMBER_BYTES] = "", masked[NUMBER_BYTES];
	bool is_mobile = number_normalise(phone, number) && !strncmp(number, "+861", 4) &&
			 strlen(number) == MOBILE_LENGTH;

	mask_number(is_mobile ? number + strlen("+86") : number, masked);
	buf_add_str(out, ",\"phone\":");
	buf_add_json(out, masked);
}

static void put_person(const struct contact_found *k, int64_t now_ms, struct buf *out)
{
	put_name(out, "{\"name\":", k->name);
	buf_add_str(out, ",\"post\":");
	buf_add_json(out, *k->post ? k->post : NULL);
	put_number(out, k->phone);
	buf_add_str(out, ",\"from\":");
	view_time(out, k->from_ms > now_ms ? k->from_ms : 0);
	put_name(out, ",\"stands_for\":", k->stands_for);
	buf_add_char(out, '}');
}

void liaison_put(const struct flow *f, const char *body, struct buf *out)
{
	int64_t now_ms = clock_now_ms(&f->clock);
	struct contact_found line[CONTACTS_LINE];
	int count = contacts_line(f, body, now_ms, line);

	buf_add_str(out, "{\"people\":[");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, i ? "," : "");
		put_person(&line[i], now_ms, out);
	}
	buf_add_str(out, "]}");
}
