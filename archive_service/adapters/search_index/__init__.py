"""Full-text search: one seam, pure parts that every engine shares, and the embedded engine.

Pure and engine-neutral: `entries`, `plan`, `parse`, `tokens`, `scan`, `emergency`, `highlight`, `interface`.
Engine: `embedded` (Whoosh as posting store).
"""
