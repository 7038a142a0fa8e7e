#include "config_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define KIB    1024LL
#define MIB    (1024 * KIB)

#define TEXT(name, field, fallback, help)                                                          \
	{                                                                                          \
		name, SETTING_TEXT, offsetof(struct config, field), fallback, 0, 0, false, help    \
	}
#define KIND(type, name, field, fallback, help)                                                    \
	{                                                                                          \
		name, SETTING_##type, offsetof(struct config, field), fallback, 0, 0, false, help  \
	}
#define RANGE(type, name, field, fallback, min, max, help)                                         \
	{                                                                                          \
		name, SETTING_##type, offsetof(struct config, field), fallback, min, max, false,   \
			help                                                                       \
	}

static const struct config_row rows[] = {
	KIND(LISTEN, "listen", listen, "127.0.0.1:8080",
	     "where to listen: address:port, [address]:port or unix:/path"),
	KIND(YES_NO, "insecure_listen", insecure_listen, "no",
	     "allow listening in clear on more than loopback; without it TLS in front (nginx) is a must"),
	TEXT("origin", origin, "",
	     "further web origins whose pages may use a session, such as https://hub.example, with | between; the listen address' own always may"),
	TEXT("data", data, "var",
	     "folder of the private Redis and of everything else that is kept"),
	{"policy", SETTING_TEXT, offsetof(struct config, policy), "rules/packs/linyi", 0, 0, true,
	 "folder of the policy pack; SIGHUP reads it again and takes it over when it has no faults"},
	TEXT("dashboard", dashboard, "dashboard/dist", "folder of the built page"),
	KIND(REDIS, "redis.url", redis_url, "embedded",
	     "the Redis: embedded (a private one in the data folder), redis://host:port, unix:/path, sentinel://host:port,host:port,…/name of the master or cluster://host:port,host:port,…"),
	KIND(SECRET, "redis.password_file", redis_password_file, "",
	     "file with the password of Redis, so that it does not stand in redis.url"),
	KIND(SECRET, "redis.sentinel_password_file", redis_sentinel_password_file, "",
	     "file with the password of the sentinels, where they want one"),
	RANGE(COUNT, "redis.wait_replicas", redis_wait_replicas, "0", 0, 10,
	      "how many replicas must have a write before it is answered"),
	RANGE(DURATION, "redis.timeout", redis_timeout_ms, "2s", 50, MINUTE,
	      "how long a call to Redis may take; afterwards the connection is made anew"),
	RANGE(COUNT, "workers", workers, "1", 1, 64,
	      "processes on the same address and the same Redis"),
	KIND(LEVEL, "log_level", log_level, "info", "what is logged: error, warn, info or debug"),
	RANGE(DURATION, "request_timeout", request_timeout_ms, "15s", 100, 10 * MINUTE,
	      "within this a whole request must have come in"),
	RANGE(DURATION, "ping", ping_ms, "25s", 50, HOUR, "how often a WebSocket is pinged"),
	RANGE(DURATION, "pong", pong_ms, "10s", 50, HOUR,
	      "how long the pong may take; then it is closed"),
	RANGE(SIZE, "connection_queue", queue_bytes, "256KiB", 4 * KIB, 64 * MIB,
	      "what may wait for one slow reader; past it the connection is closed and resumes by cursor"),
	RANGE(COUNT, "feed_ring", feed_ring, "65536", 16, 16 * MIB,
	      "changes kept in memory for connections that resume"),
	RANGE(DURATION, "session", session_ms, "12h", MINUTE, 30 * DAY, "how long a sign-in lasts"),
	KIND(YES_NO, "watermark", watermark, "yes",
	     "name, body and time of who has signed in, pale across each page and its prints"),
	RANGE(SIZE, "event_size", event_bytes, "256KiB", KIB, MIB,
	      "the largest event that is taken"),
	RANGE(SIZE, "batch_size", batch_bytes, "16MiB", KIB, 64 * MIB,
	      "the largest batch that is taken"),
	RANGE(COUNT, "batch_count", batch_count, "10000", 1, 10000, "the most events of one batch"),
	RANGE(COUNT, "export_rows", export_rows, "50000", 1, 100000,
	      "the most rows of a list as a file for office programs"),
	RANGE(DURATION, "drain", drain_ms, "10s", 0, 10 * MINUTE,
	      "how long SIGTERM waits for what is in hand"),
	RANGE(COUNT, "sms_per_day", sms_per_day, "20", 0, 1000,
	      "texts that one number gets a day, 0 for any number; further ones wait for the next morning unless they are urgent or their deadline would pass"),
	KIND(YES_NO, "demo", demo, "no",
	     "demo people and a trickle of invented approvals; on loopback only"),
	RANGE(DURATION, "demo_pause", demo_pause_ms, "10s", 0, DAY,
	      "how long between two invented approvals; 0s for none but the first few"),
};

const struct config_row *config_row_at(int i)
{
	return i >= 0 && i < (int)(sizeof(rows) / sizeof(rows[0])) ? &rows[i] : NULL;
}

const struct config_row *config_row_find(const char *name)
{
	const struct config_row *row;

	for (int i = 0; (row = config_row_at(i)); i++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

#define NAME_BYTES 48

/* How many letters have to be put in, taken out or changed to make b of a; where lengths alone make
 * it more than `most`, that. */
static int distance(const char *a, const char *b, int most)
{
	int line[NAME_BYTES + 1], a_len = (int)strlen(a), b_len = (int)strlen(b);

	if (a_len > NAME_BYTES || b_len > NAME_BYTES || abs(a_len - b_len) > most)
		return most + 1;
	for (int j = 0; j <= b_len; j++)
		line[j] = j;
	for (int i = 1; i <= a_len; i++) {
		int corner = line[0];

		line[0] = i;
		for (int j = 1; j <= b_len; j++) {
			int best = corner + (a[i - 1] != b[j - 1]);

			corner = line[j];
			if (line[j] + 1 < best)
				best = line[j] + 1;
			if (line[j - 1] + 1 < best)
				best = line[j - 1] + 1;
			line[j] = best;
		}
	}
	return line[b_len];
}

const char *config_name_nearest(const char *name)
{
	const struct config_row *row;
	const char *best = NULL;
	int best_distance = (int)strlen(name) / 3 + 2;

	for (int i = 0; (row = config_row_at(i)); i++) {
		int d = distance(name, row->name, best_distance);

		if (d < best_distance) {
			best_distance = d;
			best = row->name;
		}
	}
	return best;
}
