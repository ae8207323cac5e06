"""One pure file per format of document: recognised by content, read into the neutral form."""
