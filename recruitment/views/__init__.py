"""The pages of recruitment: `portal` for citizens, the rest for staff."""
