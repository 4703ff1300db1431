/* bfdd_main.c - bfdd's own main(), under another name. */
int	world_bfdd_main(int argc, char *argv[]);
#define main	world_bfdd_main
#include "bfdd/main.c"
