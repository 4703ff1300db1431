#include "config.h"

#include "shared/rxclock.h"
