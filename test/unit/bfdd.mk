# see test/README.md
