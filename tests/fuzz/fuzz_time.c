/* Fuzz harness: times and dates. A time that is read is a real one, and reads the same when written
 * again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "timefmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* At both ends of the years that can be written, the same moment lies outside of them in another
 * zone. */
static bool is_written(int64_t ms, int offset_min)
{
	int year = year_of_day(day_of_ms(ms, offset_min));

	return year >= 1900 && year <= 9999;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int offsets[] = {0, SHANGHAI_MIN, -720};
	const char *s = (const char *)data;
	char text[TIMEFMT_BYTES];
	int32_t day, day_again;
	int64_t ms, again;

	if (time_parse_rfc3339(s, size, &ms)) {
		for (size_t i = 0; i < sizeof(offsets) / sizeof(*offsets); i++) {
			time_format(ms, offsets[i], text);
			if (time_parse_rfc3339(text, strlen(text), &again)
				    ? again != ms
				    : is_written(ms, offsets[i]))
				abort();
		}
		if (ms < ms_of_day(day_of_ms(ms, SHANGHAI_MIN), SHANGHAI_MIN) ||
		    ms >= ms_of_day(day_of_ms(ms, SHANGHAI_MIN) + 1, SHANGHAI_MIN))
			abort();
	}
	if (date_parse(s, size, &day)) {
		date_format(day, text);
		if (size != strlen(text) || memcmp(text, s, size) != 0 ||
		    !date_parse(text, size, &day_again) || day_again != day)
			abort();
	}
	return 0;
}
