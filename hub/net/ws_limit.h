/*
 * ws_limit.h: how many descriptors this process may have, set on purpose.
 *
 * ws_limit_descriptors raises (or lowers) the soft limit to 65,536, or to the hard limit where that
 * is less, and says what holds. libwebsockets sizes its tables by it: it would take 2,560 where it
 * finds a limit above ten million, and search slowly where it is told less than the limit.
 */
#ifndef TANDEM_WS_LIMIT_H
#define TANDEM_WS_LIMIT_H

unsigned int ws_limit_descriptors(void);

#endif
