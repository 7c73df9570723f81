"""rnnlib: the companion package of *From one lag to a thousand*."""

__version__ = "0.1.0"
