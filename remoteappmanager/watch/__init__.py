"""Keeps an eye on what may change without us: containers, images and grants of one user."""
