"""Reading the published dataset as retrieval tasks."""
