"""Requests, replies, results and their cost."""
