"""The steps from each older set of tables to the next."""
