"""Acts of the house: their numbers, what stands, and which paper is an act's."""
