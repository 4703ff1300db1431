#include "config.h"

#include "shared/rtsched.h"
