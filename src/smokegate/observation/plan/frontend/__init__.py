"""The frontend: its page, the page's files, and the URLs that its scripts call."""
