"""A history checker: many clients over HTTP, faults beside them, and afterwards the proof that what they saw fits one log.

The clients write unique tokens and keep what they were answered (record.py, writers.py, readers.py); faults.py disturbs;
verdict.py compares everything with the log as it is at the end. brokenstore.py is what the checker itself is tried on.
"""
