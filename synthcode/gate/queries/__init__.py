"""Query styles: what a model wrote for a text becomes a query, or is rejected with a reason."""
