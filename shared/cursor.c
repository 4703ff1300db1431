#include "config.h"

#include "shared/cursor.h"
