"""Click commands, bundled recipes, and the runner that joins the stages."""
