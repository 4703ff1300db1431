#include "config.h"

#include "shared/log.h"
