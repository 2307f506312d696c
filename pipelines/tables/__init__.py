"""The tables of a run, joined for the stages and reports that read them."""
