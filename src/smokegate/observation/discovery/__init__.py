"""Explores a deployment of which nothing is known but its address: where is its health check, its page, its version?"""
