#include "config.h"

#include "bfdd/bfd_io.h"
