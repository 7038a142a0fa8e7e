#include "http.h"

/*
 * The first row that holds. A 5xx of a gateway can hide a success, and a redirect is no answer, so
 * both are unknown.
 */
static const struct status_row {
	int from, to;
	bool needs_retry_after;
	enum outcome outcome;
} status_rows[] = {
	{200, 299, false, OUTCOME_ACCEPTED},	 {401, 401, false, OUTCOME_CHANNEL_DOWN},
	{403, 405, false, OUTCOME_CHANNEL_DOWN}, {407, 407, false, OUTCOME_CHANNEL_DOWN},
	{408, 408, false, OUTCOME_UNKNOWN},	 {429, 429, false, OUTCOME_LATER},
	{400, 499, false, OUTCOME_REFUSED},	 {503, 503, true, OUTCOME_LATER},
};

enum outcome http_outcome(const struct http_answer *answer)
{
	if (!answer->is_answer)
		return answer->may_have_left ? OUTCOME_UNKNOWN : OUTCOME_NOT_SENT;
	for (size_t i = 0; i < sizeof(status_rows) / sizeof(status_rows[0]); i++) {
		const struct status_row *row = &status_rows[i];

		if (answer->status < row->from || answer->status > row->to)
			continue;
		if (!row->needs_retry_after || answer->retry_after_ms > 0)
			return row->outcome;
	}
	return OUTCOME_UNKNOWN;
}
