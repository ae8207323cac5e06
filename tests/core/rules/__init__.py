"""Tables of the rules: each at its edge."""
