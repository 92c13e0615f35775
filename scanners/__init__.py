"""From paper to words: pixels in, words and findings out. Knows pixels, not students.

Lives here: opening scans, judging them, reading them, and what can be said from the page alone (fields, kind, seals).
Not here: storage, students, cases, anything of the service. The worker calls scanners.reading in a child process.

The thread pools are bounded before any library of numbers is imported: one process reads one page at a time, and
ONNX Runtime's own default burns half a core more by spinning (measured 2.85 against 1.81 CPU s a page).
"""

import os

for _pool in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_pool, "1")
