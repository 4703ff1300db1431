#include "config.h"

#include "shared/priv.h"
