/*
 * calendar_in.h: what a calendar is made of, shared by calendar.c (asking) and calendar_read.c
 * (building). The tables span the years in which deadlines are counted again and again; outside of
 * them days are worked out one by one.
 */
#ifndef TANDEM_CALENDAR_IN_H
#define TANDEM_CALENDAR_IN_H

#include "calendar.h"

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
/* A fuzzer reads millions of packs, and most of reading a small one is filling the tables. */
#define TABLE_FIRST 20454 /* 2026-01-01 */
#define TABLE_END   20819 /* 2027-01-01 */
#else
#define TABLE_FIRST 14610 /* 2010-01-01 */
#define TABLE_END   32872 /* 2060-01-01 */
#endif
#define DAY_WORKING 1
#define DAY_LISTED  2

struct calendar_day {
	int32_t day;
	bool is_work;
};
struct calendar {
	const struct calendar_day *days; /* sorted */
	int day_count;
	const int *years;
	int year_count;
	const unsigned char *flags; /* of each day of the table */
	/* working days from the table's beginning up to and with this one */
	const int32_t *ordinals;
	const int32_t *working; /* the working days themselves, by ordinal */
	int working_count;
	const int32_t *gaps; /* the first day from here on whose year is not listed */
};

bool calendar_lists_year(const struct calendar *c, int year);
void calendar_tabulate(struct calendar *c, struct arena *arena);

#endif
