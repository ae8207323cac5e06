"""Who may sit at the desk: accounts, their duties, signing in and out."""
