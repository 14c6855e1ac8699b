"""How good each module of a pack is, on tuples whose shoes no training has seen (section 5, and Tables 4 and 5)."""
