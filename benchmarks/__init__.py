"""Speed, measured: each module one claim of docs/performance.md, all contestants in one run, medians of interleaved rounds."""
