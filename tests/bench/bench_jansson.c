/* bench_jansson TIMES < EVENT: what jansson alone takes to parse it, in CPU time. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
	static char text[65536];
	size_t len = fread(text, 1, sizeof(text), stdin);
	long times = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	clock_t start = clock();

	for (long i = 0; i < times; i++) {
		json_t *event = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

		if (!event)
			return 1;
		json_decref(event);
	}
	printf("%.2f us\n",
	       (double)(clock() - start) * 1e6 / CLOCKS_PER_SEC / (double)(times > 0 ? times : 1));
	return 0;
}
