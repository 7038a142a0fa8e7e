#include "replay/told.h"

int told_receipts(const struct record *r, int notice, enum receipt_kind kind)
{
	int n = 0;

	for (int i = 0; i < r->receipt_count; i++)
		n += r->receipts[i].notice == notice && r->receipts[i].kind == kind;
	return n;
}

int told_pauses(const struct record *r, int notice)
{
	int n = 0;

	for (int i = 0; i < r->pause_count; i++)
		n += r->pauses[i].notice == notice;
	return n;
}

const char *told_why(const struct record *r, int notice)
{
	const char *why = "";

	for (int i = 0; i < r->delivery_count; i++) {
		if (r->deliveries[i].notice == notice && *r->deliveries[i].detail)
			why = r->deliveries[i].detail;
	}
	return why;
}

const char *told_deliveries(const struct record *r, int notice, struct arena *arena)
{
	const char *all = "";

	for (int i = 0; i < r->delivery_count; i++) {
		if (r->deliveries[i].notice == notice)
			all = arena_printf(arena, "%s%s%s", all, *all ? " " : "",
					   delivery_state_name(r->deliveries[i].state));
	}
	return all;
}
