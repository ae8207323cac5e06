"""Papers of the house: from markup to a tagged PDF, and from that to a signed one."""
