"""One module for each subject that pages speak of."""
