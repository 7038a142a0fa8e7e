#include "net/ws_limit.h"

#include <sys/resource.h>

#define DESCRIPTORS_MAX	  65536
#define DESCRIPTORS_LEAST 1024

unsigned int ws_limit_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return DESCRIPTORS_LEAST;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
	return (unsigned int)limit.rlim_cur;
}
