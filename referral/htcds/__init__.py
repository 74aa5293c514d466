"""The Human Trafficking Case Data Standard 2.0: its fields and lists, reading and writing its files.

Pure: no database, no request. What a field of the standard means for a file of ours is in `mapping`.
"""
