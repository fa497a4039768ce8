"""What a project is given once so that spec14 works on it: settings, a workflow, first pages."""
