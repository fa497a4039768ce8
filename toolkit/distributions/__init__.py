"""A project's recipes for distributions, filled from its metadata and from its build here."""
