/*
 * settings.h: a connector's own settings, checked against its table of rows.
 *
 * settings_check first, with every fault at once (unknown, missing, malformed); then settings_text
 * and settings_number cannot fail. Secrets are read from their files when the connector is opened
 * and live in its arena. It does not read the settings file: the hub hands over the pairs.
 */
#ifndef TANDEM_CONNECTOR_SETTINGS_H
#define TANDEM_CONNECTOR_SETTINGS_H

#include "connector.h"

struct settings_view {
	const struct connector_kind *kind;
	const char *name; /* of the connector: faults are placed at "connector.<name>.<key>" */
	const struct settings *given;
};
MUST_CHECK enum err settings_check(const struct settings_view *v, struct diag *diag);
/* What was given, else the row's fallback; "" for a key that no row has. */
const char *settings_text(const struct settings_view *v, const char *key);
int64_t settings_number(const struct settings_view *v, const char *key);
/*
 * One line of visible ASCII out of the file named; "" when none is named. Path and content stay out
 * of the fault.
 */
MUST_CHECK enum err settings_secret(const struct settings_view *v, const char *key,
				    struct arena *arena, const char **ret_secret,
				    struct diag *diag);
/* Same length and bytes, in a time that does not tell how far they agree. */
bool secret_equal(const char *a, const char *b);

#endif
