"""Tables that documents are checked with: codes of goods, and what a currency is worth."""
