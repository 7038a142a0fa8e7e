/*
 * provider.h: runs misbehaving_provider.py for a test and reads what it saw.
 *
 * provider_start, requests to provider_url, provider_stop, then provider_count and provider_lines.
 * Only what it started is ended.
 */
#ifndef TANDEM_TEST_PROVIDER_H
#define TANDEM_TEST_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct provider {
	pid_t pid;
	int to, from; /* its standard input and output */
	int port;
	char log[65536];
	size_t log_len;
};

struct provider_line {
	char path[32], id[32];
	int connection, number;
	long body_bytes;
	bool expects;
};

void provider_start(struct provider *p);
void provider_url(const struct provider *p, const char *mode, char ret[64]);
void provider_stop(struct provider *p); /* waits until it has told everything */
bool provider_has_said(struct provider *p, const char *text); /* by now, without waiting */
/* requests whose body begins with that word */
int provider_count(const struct provider *p, const char *id);
bool provider_line_at(const struct provider *p, int i, struct provider_line *ret);

#endif
