#include "connector.h"

#include <string.h>

#include "kannel.h"
#include "sandbox.h"

static const struct connector_kind *const kinds[] = {
	&sandbox_connector,
	&kannel_connector,
};
#define KIND_COUNT ((int)(sizeof(kinds) / sizeof(kinds[0])))

const struct connector_kind *connector_kind_at(int i)
{
	return i >= 0 && i < KIND_COUNT ? kinds[i] : NULL;
}

const struct connector_kind *connector_kind_find(const char *kind)
{
	for (int i = 0; i < KIND_COUNT; i++) {
		if (strcmp(kinds[i]->kind, kind) == 0)
			return kinds[i];
	}
	return NULL;
}

const char *outcome_name(enum outcome o)
{
	static const char *const names[OUTCOME_COUNT] = {
		[OUTCOME_ACCEPTED] = "accepted", [OUTCOME_REFUSED] = "refused",
		[OUTCOME_LATER] = "later",	 [OUTCOME_CHANNEL_DOWN] = "channel-down",
		[OUTCOME_NOT_SENT] = "not-sent", [OUTCOME_UNKNOWN] = "unknown",
	};

	return o >= 0 && o < OUTCOME_COUNT ? names[o] : "";
}
