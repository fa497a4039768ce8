"""A package index of wheels for the target as plain files; uploads to a channel (SPEC 4)."""
