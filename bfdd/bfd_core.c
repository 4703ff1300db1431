#include "config.h"

#include "bfdd/bfd_core.h"
