"""Before the first run: a recipe, a server, the languages, what this machine has."""
