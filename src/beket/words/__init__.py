"""The language of the house: ids, readings, decisions, facts; it imports nothing of ours."""
