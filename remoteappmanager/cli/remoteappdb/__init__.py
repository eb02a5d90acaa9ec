"""``remoteappdb``: the accounting on the server's command line."""
