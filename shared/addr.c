#include "config.h"

#include "shared/addr.h"
