#include "config.h"

#include "shared/nl.h"
