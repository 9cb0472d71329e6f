"""The rehearsal: a Bot API of our own on loopback, and a page with the phones of made-up people.

Nothing here knows the bot that it serves; it plays Telegram and the people, and nothing else.
"""
