#include "password.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bool read_line(char ret[PASSWORD_BYTES + 1])
{
	size_t len = 0;
	ssize_t n;
	char c;

	/* Byte by byte, so that nothing behind the line is taken and no buffer of a library keeps a
	 * copy. */
	while ((n = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n') {
		if (len == PASSWORD_BYTES || c == '\0')
			return false;
		ret[len++] = c;
	}
	if (len && ret[len - 1] == '\r')
		len--;
	ret[len] = '\0';
	return n >= 0;
}

bool password_read(const char *prompt, char ret[PASSWORD_BYTES + 1])
{
	struct termios before, silent;
	bool typed = tcgetattr(STDIN_FILENO, &before) == 0, good;

	if (typed) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		fprintf(stderr, "%s: ", prompt);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	good = read_line(ret);
	if (typed) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fprintf(stderr, "\n");
	}
	if (!good)
		fprintf(stderr, "tandem: the password must be one line of at most %d bytes\n",
			PASSWORD_BYTES);
	return good;
}
