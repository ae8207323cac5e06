"""The field part: device listeners and connectors over the log's stores, with a line of figures now and then."""
