"""The made-up county the service is shown and tested with.

`world` invents bureaus, schools, accounts and students; `papers` draws the scans their offices would hand in; `tables`
writes rosters. Nothing here knows how pages are read (`scanners`) or stored (`archive_service`), and neither of them
may know this package: what it draws is a customer's paper, not a test key.
"""
