"""The forms of recruitment: they check shape; the actions decide."""
