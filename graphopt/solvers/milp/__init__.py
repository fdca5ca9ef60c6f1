"""Networks of affine pieces as mixed-integer linear programs."""
