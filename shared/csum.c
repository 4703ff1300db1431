#include "config.h"

#include "shared/csum.h"
