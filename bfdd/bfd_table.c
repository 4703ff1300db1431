#include "config.h"

#include "bfdd/bfd_table.h"
