"""The surfaces: command line, studio in the browser, HTTP service, catalogue batches."""
