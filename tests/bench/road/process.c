/* process.c: what a process has used, as the kernel counts it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "road.h"

#define FIELD_UTIME 14
#define FIELD_RSS   24

/* Field n of /proc/PID/stat; the second stands in brackets and may hold anything. */
static double stat_field(pid_t pid, int n)
{
	char path[64], text[1024];
	const char *at;
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = pid > 0 ? fopen(path, "r") : NULL;
	if (!f)
		return 0;
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < n; field++)
		at = strchr(at + 1, ' ');
	return at ? strtod(at, NULL) : 0;
}

double cpu_us(pid_t pid)
{
	return (stat_field(pid, FIELD_UTIME) + stat_field(pid, FIELD_UTIME + 1)) * 1e6 /
	       (double)sysconf(_SC_CLK_TCK);
}

double rss_bytes(pid_t pid)
{
	return stat_field(pid, FIELD_RSS) * (double)sysconf(_SC_PAGESIZE);
}
