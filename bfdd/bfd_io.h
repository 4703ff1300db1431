#ifndef BFDD_BFD_IO_H
#define BFDD_BFD_IO_H
#endif
