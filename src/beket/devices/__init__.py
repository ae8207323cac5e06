"""The field: one folder per protocol; it knows the words of the house and its own socket."""
