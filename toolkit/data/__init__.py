"""Files that examples read by URL: declared, fetched once, shipped with the site."""
