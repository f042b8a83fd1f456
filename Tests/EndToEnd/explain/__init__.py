"""The server's very own statements on a million rows: auto_explain tells what each did, and this says whether it was what its index is for."""
