"""Linear bounds of programs, carried backwards from the outputs to the inputs."""
