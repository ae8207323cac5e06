"""The papers of the rehearsal: what lorries really carry, what their papers say of it, and what becomes of them."""
