#include "config.h"

#include "shared/conf.h"
