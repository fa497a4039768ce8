"""The stages in a row, as CI runs them: what each did, and whether the site is the tested one."""
