"""Registry law as pure functions: dates and facts in, decisions with reasons out.

Lives here: reading the law data of `config/`, evidence gates, guards, approval chains, deadlines, identity, rights.
Not here: rows, clocks, requests. Nothing in this package imports Flask, SQLAlchemy or an adapter.
Called by services, which turn a refusal into `errors.Refused`, and by the web for the enums.
"""
