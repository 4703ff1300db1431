#include "config.h"

#include "shared/loop.h"
