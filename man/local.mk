# man pages: listed here one per line
