"""The rehearsal: a Bot API and a Cloud API of our own on loopback, and a page with the phones of made-up people.

Nothing here knows the bot that it serves; it plays Telegram, WhatsApp and the people, and nothing else.
"""
