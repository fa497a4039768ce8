"""From source to wheel: the project's own, compiled or pure, and those it requires."""
