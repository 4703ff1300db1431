#ifndef BFDD_BFD_TABLE_H
#define BFDD_BFD_TABLE_H
#endif
