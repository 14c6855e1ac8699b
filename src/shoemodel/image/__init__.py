"""What a picture, its areas and its points are: geometry, masks, poses, layouts, crops, drawings, files."""
