"""Panel states as people read them: levels, words and links; no database and no HTML here."""
