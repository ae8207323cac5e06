"""The desk: pages, accounts, live streams and translations."""
