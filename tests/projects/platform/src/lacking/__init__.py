"""Nothing: the project is its tests."""
