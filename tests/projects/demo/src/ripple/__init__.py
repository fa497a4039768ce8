"""Waves on strings and membranes, stepped by a small C kernel."""

from ripple._picture import render_svg
from ripple._waves import energy, frames, integrate, propagate, smooth

__all__ = ["energy", "frames", "integrate", "propagate", "render_svg", "smooth"]
