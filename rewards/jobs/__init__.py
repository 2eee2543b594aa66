"""Long work in the background: asked for on a page, carried out by the workers."""
