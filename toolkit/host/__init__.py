"""The part that runs on the user's machine.

It finds the container engine, checks what a container would only stumble over (the project's
folder, the port), and runs a command in the image with the project mounted. Nothing here
needs more than the standard library of Python 3.11; nothing outside knows Docker.
"""
