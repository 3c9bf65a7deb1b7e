"""Asking a directory (LDAP, Active Directory) about a person; plain Python, no database."""
