#include "config.h"

#include "bfdd/bfd_wire.h"
