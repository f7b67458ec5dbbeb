"""Settings: base for all; dev (manage.py, make run), test (pytest), production."""
