"""The frontend: its page, the files that the page needs, the addresses that its scripts call."""
