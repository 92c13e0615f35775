"""The law of keeping: how long, from when, what stops it, who receives, and the list that travels.

Lives here: pure functions over dates and facts. Nothing of the service is imported and nothing is ever destroyed here.
Called by the services for compilation, custody transfer and disposition.
"""
