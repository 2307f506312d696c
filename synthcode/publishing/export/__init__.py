"""The layouts that other tools load, one a file: where each table goes and what its columns are called."""
