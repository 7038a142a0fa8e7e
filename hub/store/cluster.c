#include "store/cluster.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS	   16384
#define INFO_EPOCH "cluster_current_epoch:"
#define INFO_WELL  "cluster_state:ok"

/* CRC16 as XMODEM has it, which is what Redis Cluster spreads keys by. */
static unsigned crc16(const char *s, size_t len)
{
	unsigned crc = 0;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned)(unsigned char)s[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 0x8000 ? (crc << 1 ^ 0x1021) & 0xffff : crc << 1 & 0xffff;
	}
	return crc;
}

int cluster_slot(const char *key)
{
	const char *open = strchr(key, '{'), *end = open ? strchr(open, '}') : NULL;

	if (end && end > open + 1)
		return (int)(crc16(open + 1, (size_t)(end - open - 1)) % SLOTS);
	return (int)(crc16(key, strlen(key)) % SLOTS);
}

enum redirect cluster_redirect(const char *error, const struct spot *from, struct spot *ret)
{
	enum redirect kind = !strncmp(error, "MOVED ", 6) ? REDIRECT_MOVED
			     : !strncmp(error, "ASK ", 4) ? REDIRECT_ASK
							  : REDIRECT_NONE;
	const char *host, *colon;

	if (kind == REDIRECT_NONE)
		return kind;
	host = strchr(strchr(error, ' ') + 1, ' ');
	colon = host ? strrchr(++host, ':') : NULL; /* the last one: an IPv6 address has others */
	if (!colon)
		return REDIRECT_NONE;
	if (colon == host)
		return spot_set(ret, from->host, strlen(from->host), strtol(colon + 1, NULL, 10))
			       ? kind
			       : REDIRECT_NONE;
	return spot_set(ret, host, (size_t)(colon - host), strtol(colon + 1, NULL, 10))
		       ? kind
		       : REDIRECT_NONE;
}

/* --- what a node is asked --- */

static void ask_info(const struct seek *s, struct args *a)
{
	(void)s;
	args_str(a, "CLUSTER");
	args_str(a, "INFO");
}

/* A node that sees too few of the others may still name a place, but everybody else is believed
 * rather. */
static const char *judge_info(const struct seek *s, const struct spot *from,
			      const struct redis_reply *r, struct finding *ret)
{
	const char *epoch = r->type == REDIS_STRING ? strstr(r->str, INFO_EPOCH) : NULL;

	(void)s;
	(void)from;
	if (!epoch)
		return "an answer of another form than expected";
	ret->epoch = strstr(r->str, INFO_WELL) ? strtoll(epoch + strlen(INFO_EPOCH), NULL, 10) : -1;
	return NULL;
}

static void ask_slots(const struct seek *s, struct args *a)
{
	(void)s;
	args_str(a, "CLUSTER");
	args_str(a, "SLOTS");
}

/* The host may be left out. */
static bool read_node(const struct redis_reply *node, const struct spot *from, struct spot *ret)
{
	const struct redis_reply *at = node->items;
	bool has_host;

	if (node->type != REDIS_ARRAY || node->count < 2)
		return false;
	has_host = at[0].len && strcmp(at[0].str, "?") != 0;
	return spot_set(ret, has_host ? at[0].str : from->host,
			has_host ? at[0].len : strlen(from->host), at[1].integer);
}

/* Each range of slots: first, last, its master (host, port, …), its replicas. Whoever is named can
 * be asked the next time. */
static const char *judge_slots(const struct seek *s, const struct spot *from,
			       const struct redis_reply *r, struct finding *ret)
{
	static const char wrong_form[] = "an answer of another form than expected";

	if (r->type != REDIS_ARRAY)
		return wrong_form;
	for (int i = 0; i < r->count; i++) {
		const struct redis_reply *range = &r->items[i];
		bool is_ours;
		struct spot node;

		if (range->type != REDIS_ARRAY || range->count < 3)
			return wrong_form;
		is_ours = s->opt.slot >= range->items[0].integer &&
			  s->opt.slot <= range->items[1].integer;
		for (int k = 2; k < range->count; k++) {
			if (read_node(&range->items[k], from, &node))
				others_add(&ret->others, &node);
			else if (is_ours && k == 2)
				return wrong_form;
			if (is_ours && k == 2)
				ret->place = node;
		}
	}
	return *ret->place.host ? NULL : "nobody serves the slot of this cell";
}

const struct dialect cluster_dialect = {
	.nobody = "no node of the cluster says where the cell is",
	.questions = {{ask_info, judge_info}, {ask_slots, judge_slots}},
};
