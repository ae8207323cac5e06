"""The thinking: pure functions, one slice per subject."""
