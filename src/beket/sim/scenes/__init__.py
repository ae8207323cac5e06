"""Small scripted scenes at one lane, for tests and for showing what the house makes of them."""
