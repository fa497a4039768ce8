"""Every example of the documentation, executed before its button is published."""
