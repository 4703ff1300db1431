#include "config.h"

#include "bfdd/bfd_params.h"
