"""The columns of every table, and the records that pass between rooms."""
