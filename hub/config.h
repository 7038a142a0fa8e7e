/*
 * config.h: every setting in one table (config.c): name, type, unit, bounds, default, whether
 * SIGHUP takes it, help. `tandem config show`, the README's list and the checks all print from that
 * table.
 *
 * Order of strength: command line, environment (TANDEM_...), file, default. config_read reports
 * every fault at once with file and line.
 */
#ifndef TANDEM_CONFIG_H
#define TANDEM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define CONFIG_CONNECTORS_MAX 16
/* connector.<name>.<key> = value, checked by the connector's own table */
struct connector_setting {
	const char *key, *value, *where; /* where: "hub.conf:12" or the variable's name */
};
struct connector_settings {
	/* where its name first stands while no kind is given */
	const char *name, *kind, *kind_where;
	struct connector_setting values[32];
	int count;
};

struct config {
	const char *listen;	  /* "127.0.0.1:8080" or "unix:/path" */
	const char *data;	  /* "var" */
	const char *policy;	  /* "rules/packs/linyi" */
	const char *policy_where; /* who says so: "hub.conf:12" */
	const char *redis_url;	  /* "embedded" */
	const char *redis_password_file, *redis_sentinel_password_file; /* "": none */
	int64_t redis_wait_replicas;
	int64_t redis_timeout_ms; /* 2000 */
	bool insecure_listen;
	int64_t workers;
	/* further allowed Origins, '|' between; the listen address' own always is */
	const char *origin;
	const char *dashboard;	    /* folder of the built page: "dashboard/dist" */
	const char *log_level;	    /* "info" */
	int64_t request_timeout_ms; /* 15000: a whole request must be in */
	int64_t ping_ms, pong_ms;   /* 25000, 10000 */
	int64_t queue_bytes;	    /* per connection, 262144 */
	int64_t feed_ring;	    /* entries kept for resumption, 65536 */
	int64_t session_ms;	    /* 12h */
	bool watermark;		    /* yes */
	int64_t event_bytes, batch_bytes, batch_count; /* 256 KiB, 16 MiB, 10000 */
	int64_t export_rows;			       /* 50000 */
	int64_t drain_ms;			       /* 10000 */
	int64_t sms_per_day;			       /* to one number, 20; 0: any number */
	bool demo;
	int64_t demo_pause_ms;
	struct connector_settings connectors[CONFIG_CONNECTORS_MAX];
	int connector_count;
};

/* A `--name value` pair of the command line. */
struct config_override {
	const char *name, *value;
};
struct config_source {
	const char *file; /* or NULL */
	const struct config_override *over;
	int over_count;
};
/* ERR_NOT_FOUND: the file cannot be read. ERR_INVALID gives what is whole, so that the rest can be
 * looked at as well. */
MUST_CHECK enum err config_read(const struct config_source *from, struct arena *arena,
				struct config *ret, struct diag *diag);
bool config_is_setting(const char *name); /* as on the command line, without the -- */
void config_show_json(const struct config *c, struct buf *out); /* the same as one document */
void config_show(const struct config *c, struct buf *out);	/* secrets as *** */
#define CONFIG_TEXT_BYTES (256u << 10)				/* more than all settings as text */
/* The names of settings that differ and that only the next start takes, each behind a blank. */
void config_waiting(const struct config *in_force, const struct config *fresh, struct buf *out);
void config_markdown(struct buf *out); /* the README's table */

#endif
