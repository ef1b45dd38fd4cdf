"""Edges: what stands between the public address and the application, on Render and on a server with nginx."""
