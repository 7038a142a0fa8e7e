/*
 * sentinel.h: what a sentinel is asked, and how its answers are read. Internal to hub/store; seek.c
 * does the asking.
 */
#ifndef TANDEM_STORE_SENTINEL_H
#define TANDEM_STORE_SENTINEL_H

#include "store/seek.h"

extern const struct dialect sentinel_dialect;

#endif
