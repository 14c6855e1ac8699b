"""The commands of the command line, a module each, and the groups of flags that several of them take."""
