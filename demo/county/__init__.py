"""The made-up county at its full size: sixty schools, 20,000 children, 100,000 papers that were read long ago, their cases and events.

`size`, `schools`, `plan`, `forms`, `scans` say what there is and know nothing of the service; `papers`, `cases`, `bulk_store` and
`load` put it into an instance, set by set. Nothing here is read by an engine: the words are written down as reading would have left them.
"""
