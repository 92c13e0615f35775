"""The command line `xueji`: the door for operators and drivers.

Lives here: the entry and the list of commands. Not here: what they do (the modules beside, services below).
Exit status: 0 done, 1 refused or faults found, 2 wrong use. Names are fixed by the API paper; adding is free.
"""

from archive_service.cli.root import main, xueji

__all__ = ["main", "xueji"]
