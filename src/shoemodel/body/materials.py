"""How cloth and skin take light (ours)."""

from shoemodel.render.parts import Material

DENIM = Material("cloth", roughness=0.85, specular=0.2, sheen=0.3)
CLOTH = Material("cloth", roughness=0.9, specular=0.15, sheen=0.4)
STRETCH = Material("cloth", roughness=0.6, specular=0.3, sheen=0.2)
SKIN = Material("skin", roughness=0.55, specular=0.32)
