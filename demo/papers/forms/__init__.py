"""One module per family of forms; each draws one side of one paper and returns the values it printed."""
