"""The HTTP service: the pipeline behind FastAPI, with jobs that survive a restart. Start it with `shoemodel serve`."""
