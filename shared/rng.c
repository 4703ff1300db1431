#include "config.h"

#include "shared/rng.h"
