"""A WhatsApp Cloud API of our own on loopback, as strict as Meta's published rules, with people inside.

Like the Bot API beside it, it knows nothing of the bot that it serves.
"""
