"""The rehearsal: a seeded world that speaks the real protocols, and a judge."""
