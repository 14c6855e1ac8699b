"""The machine: devices, files that are never half written, progress, quiet libraries, Ray."""
