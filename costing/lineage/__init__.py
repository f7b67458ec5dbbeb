"""Where the cost of an entry comes from, and where it went: graphs drawn from what is posted."""
