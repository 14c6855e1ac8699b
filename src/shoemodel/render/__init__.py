"""Pictures from 3-D parts: meshes, light, places, the renderer and its denoiser."""
