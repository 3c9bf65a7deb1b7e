"""Pages of identity that show no list: sign-in, one's own account, the password policy."""
