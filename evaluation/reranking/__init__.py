"""Documents that a first stage found, ranked again by a model that reads query and document together."""
