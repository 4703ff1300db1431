#include "config.h"

#include "shared/token_bucket.h"
