"""What people do in coordination: each module is a noun, each function a deed.

Keyword-only arguments, `by=` the actor; atomic; locks person before shift; audits and sends in
the same transaction; raises DomainError.
"""
