"""The outbox: empties the table of deliveries, most urgent lane first. Pure rules in `lanes`, `pace`, `failures` and
`gates`; the inside of a transaction in `ledger`; the loop in `sender`.
"""
