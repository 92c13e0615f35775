"""The outside world: stores, engines and programs, each behind one protocol.

Lives here: what turns a library's behaviour and errors into ours. Not here: use cases (services) and rules.
Called by `archive.py`, which opens the adapters once and hands them to the services.
"""
