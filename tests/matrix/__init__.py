"""The matrix: one prepared land, everybody in it, everything in it, and what each may see; walked by tests/functional/test_matrix_*.py."""
